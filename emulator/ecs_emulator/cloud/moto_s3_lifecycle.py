"""Lifecycle configuration of moto's S3, told as it was put: moto keeps some of its members.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
"""

from __future__ import annotations

import hashlib
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from ecs_emulator.cloud.moto_overrides import override
from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.cloud.s3_xml import parsed


def install() -> None:
    """Answer so from now on, in this process."""
    override(S3Response, "_bucket_response_put", _put)
    override(S3Response, "get_bucket_lifecycle", _told)
    override(S3Backend, "delete_bucket_lifecycle", _deleted)


def _put(before: Any, response: S3Response, request: Any, name: str, query: dict[str, Any]) -> Any:
    """Raises what moto does."""
    answered = before(response, request, name, query)
    bucket: Any = response.backend.get_bucket(name)
    if "lifecycle" in query:
        shape = service_model("s3").operation_model("GetBucketLifecycleConfiguration").output_shape
        rules = parsed(response.body, shape).get("Rules", [])
        for number, rule in enumerate(rules):
            # A rule without a name gets one, the same for the same configuration.
            rule["ID"] = rule.get("ID") or hashlib.sha256(response.body + b"%d" % number).hexdigest()[:48]
        bucket.lifecycle_as_put = rules
    return answered


def _told(before: Any, response: S3Response) -> Any:
    """Raises what moto does."""
    rules = getattr(response.backend.get_bucket(response.bucket_name), "lifecycle_as_put", None)
    if not rules:
        return before(response)
    response.data["Action"] = "GetBucketLifecycleConfiguration"
    least = "all_storage_classes_128K"
    return response.serialized(ActionResult({"TransitionDefaultMinimumObjectSize": least, "Rules": rules}))


def _deleted(before: Any, backend: S3Backend, name: str) -> None:
    """Raises what moto does."""
    bucket: Any = backend.get_bucket(name)
    bucket.lifecycle_as_put = None
    before(backend, name)
