"""Corrections of the versions of moto's S3: a bucket whose versioning is suspended keeps those that it has.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectsfromVersionSuspendedBuckets.html
"""

from __future__ import annotations

import re
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend
from moto.s3.responses import S3Response

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_overrides import override, replace

_SUSPENDED = "Suspended"


def install() -> None:
    """Answer so from now on, in this process."""
    replace(FakeBucket, "is_versioned", property(lambda bucket: bucket.versioning_status is not None))
    override(S3Backend, "put_object", _put)
    override(S3Backend, "delete_object", _deleted)
    override(S3Backend, "put_bucket_versioning", _set)
    override(S3Response, "serialized", _quiet)
    override(S3Response, "_key_response_post", _posted)


def _put(before: Any, backend: S3Backend, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> FakeKey:
    key: FakeKey = before(backend, bucket_name, key_name, *args, **kwargs)
    _take_the_place_of_null(backend.get_bucket(bucket_name), key_name, key)
    return key


def _deleted(
    before: Any,
    backend: S3Backend,
    bucket_name: str,
    key_name: str,
    version_id: str | None = None,
    bypass: bool = False,
) -> Any:
    """Raises what moto does."""
    bucket = backend.get_bucket(bucket_name)
    versions = bucket.keys.getlist(key_name, [])
    if version_id:
        is_marker = any(isinstance(each, FakeDeleteMarker) and each.version_id == version_id for each in versions)
        went_well, told = before(backend, bucket_name, key_name, version_id, bypass)
        return went_well, {**told, "delete-marker": "true"} if is_marker else told
    if not bucket.is_versioned:
        return before(backend, bucket_name, key_name, version_id, bypass)
    if versions:
        before(backend, bucket_name, key_name, version_id, bypass)
    else:
        # What never was is marked as well.
        named: Any = SimpleNamespace(name=key_name)
        bucket.keys[key_name] = FakeDeleteMarker(named)
    marker = bucket.keys[key_name]
    _take_the_place_of_null(bucket, key_name, marker)
    return True, {"version-id": marker.version_id, "delete-marker": "true"}


def _set(before: Any, backend: S3Backend, bucket_name: str, status: str) -> None:
    """Raises AwsError, and what moto does."""
    if backend.get_bucket(bucket_name).object_lock_enabled and status == _SUSPENDED:
        what = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        raise AwsError("InvalidBucketState", what, HTTPStatus.CONFLICT)
    before(backend, bucket_name, status)


def _quiet(before: Any, response: S3Response, result: ActionResult) -> Any:
    """A request to delete objects quietly hears of errors alone."""
    told: Any = result.result
    is_deletion = response.data.get("Action") == "DeleteObjects" and isinstance(told, dict)
    if is_deletion and re.search(rb"<Quiet>\s*true\s*</Quiet>", response.body):
        return before(response, ActionResult({**told, "Deleted": []}))
    return before(response, result)


def _posted(before: Any, response: S3Response, *args: Any, **kwargs: Any) -> Any:
    """What is put together of parts in a bucket that never had versions has none."""
    answered = before(response, *args, **kwargs)
    if isinstance(answered, tuple) and not response.backend.get_bucket(response.bucket_name).is_versioned:
        answered[1].pop("x-amz-version-id", None)
    return answered


def _take_the_place_of_null(bucket: FakeBucket, key_name: str, newest: Any) -> None:
    """While versioning is suspended there is one version without an id, the newest."""
    if bucket.versioning_status != _SUSPENDED:
        return
    others = [each for each in bucket.keys.getlist(key_name) if each is not newest and each.version_id != "null"]
    newest._version_id = "null"
    bucket.keys.setlist(key_name, [*others, newest])
