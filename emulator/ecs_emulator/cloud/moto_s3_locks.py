"""Object Lock of moto's S3: retention and legal holds are told, and a retention is not shortened.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import LockNotEnabled
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_overrides import override, replace
from ecs_emulator.cloud.moto_s3_reads import existing


def install() -> None:
    """Answer so from now on, in this process."""
    override(S3Response, "_key_response_get", _got)
    override(S3Response, "get_object_legal_hold", _legal_hold)
    override(S3Response, "put_object_legal_hold", _held)
    override(S3Response, "put_object_retention", _retained)
    replace(S3Backend, "put_object_lock_configuration", _configured)
    override(S3Backend, "get_object_lock_configuration", _configuration)


def _got(before: Any, response: S3Response, query: dict[str, Any], key_name: str) -> Any:
    """Raises AwsError, and what moto does."""
    if "retention" not in query:
        return before(response, query, key_name)
    key = _locked(response)
    if not key.lock_mode:
        raise _unlocked()
    response.data["Action"] = "GetObjectRetention"
    retention = {"Mode": key.lock_mode, "RetainUntilDate": key.lock_until}
    return response.serialized(ActionResult({"Retention": retention}))


def _legal_hold(before: Any, response: S3Response) -> Any:
    """Raises AwsError, and what moto does."""
    if not _locked(response).lock_legal_status:
        raise _unlocked()
    return before(response)


def _held(before: Any, response: S3Response) -> Any:
    """Raises what moto does."""
    _locked(response)
    return before(response)


def _retained(before: Any, response: S3Response) -> Any:
    """Raises AwsError, and what moto does."""
    key = _locked(response)
    bypasses = response.headers.get("x-amz-bypass-governance-retention", "").lower() == "true"
    mode, until = response._mode_until_from_body()
    if key.lock_mode and key.is_locked(bypasses and key.lock_mode == "GOVERNANCE"):
        # ISO 8601 sorts by time.
        is_longer = bool(until) and str(until)[:19] >= str(key.lock_until)[:19]
        if not is_longer or (key.lock_mode == "COMPLIANCE" and mode != "COMPLIANCE"):
            what = "Access Denied because object protected by object lock."
            raise AwsError("AccessDenied", what, HTTPStatus.FORBIDDEN)
    return before(response)


def _configured(backend: S3Backend, name: str, enabled: bool, mode: Any, days: Any, years: Any) -> None:
    """Raises AwsError, and what moto does. A bucket with objects may have one as well."""
    bucket = backend.get_bucket(name)
    if bucket.versioning_status != "Enabled":
        what = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        raise AwsError("InvalidBucketState", what, HTTPStatus.CONFLICT)
    bucket.object_lock_enabled = bucket.object_lock_enabled or enabled
    bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days, years


def _configuration(before: Any, backend: S3Backend, name: str) -> Any:
    """Raises what moto does. A retention is of days or of years."""
    enabled, mode, days, years = before(backend, name)
    return enabled, mode, days or None, years or None


def _locked(response: S3Response) -> FakeKey:
    """The object of a request, of a bucket with Object Lock. Raises LockNotEnabled, MissingKey and MissingVersion."""
    if not response.backend.get_bucket(response.bucket_name).object_lock_enabled:
        raise LockNotEnabled
    version, name = response._get_param("versionId"), response.parse_key_name()
    return existing(response.backend, response.bucket_name, name, version)


def _unlocked() -> AwsError:
    what = "The specified object does not have a ObjectLock configuration"
    return AwsError("NoSuchObjectLockConfiguration", what, HTTPStatus.NOT_FOUND)
