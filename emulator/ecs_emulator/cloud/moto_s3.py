"""Corrections of moto's S3: names that no bucket has, websites that are none, checksums that are not those of a body,
and conditions of bucket policies, of which none is evaluated. Its other corrections are installed from here.

moto takes a condition that it cannot judge for one that forbids. The one that nearly every bucket has denies what does
not come by TLS, and here there is none: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
Names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.exceptions import InvalidBucketName, InvalidLocationConstraintException
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import user_settable_fields

from ecs_emulator.cloud import (
    checksums,
    moto_s3_checksums,
    moto_s3_encryption,
    moto_s3_lifecycle,
    moto_s3_lists,
    moto_s3_locks,
    moto_s3_reads,
    moto_s3_subresources,
    moto_s3_tags,
    moto_s3_uploads,
    moto_s3_versions,
)
from ecs_emulator.cloud import website_configuration as website
from ecs_emulator.cloud.moto_overrides import override, replace
from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.local import REGION

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")

# Operations of the API whose answers are corrected here.
CORRECTED = (
    *("AbortMultipartUpload", "CreateBucket", "DeleteObject", "DeleteObjectTagging"),
    *("DeleteObjects", "DeletePublicAccessBlock", "ListMultipartUploads", "ListObjectVersions", "ListObjects"),
    *(
        "GetBucketEncryption",
        "GetBucketRequestPayment",
        "GetObject",
        "GetObjectLegalHold",
        "GetObjectLockConfiguration",
    ),
    *("GetObjectRetention", "ListObjectsV2", "PutBucketPolicy", "PutBucketVersioning", "PutBucketWebsite"),
    *("PutObjectLegalHold", "PutObjectLockConfiguration", "PutObjectRetention", "PutObjectTagging"),
    *moto_s3_checksums.CORRECTED,
)


def install() -> None:
    """Answer so from now on, in this process."""
    override(S3Backend, "create_bucket", _created)
    override(S3Backend, "put_bucket_website", _with_website)
    replace(S3Backend, "delete_public_access_block", _unblocked)
    override(S3Response, "_key_response_put", _checked_put)
    replace(FakeBucket, "get_permission", _permission)
    # What was said of a body is no metadata.
    user_settable_fields.difference_update({"content-md5", "x-amz-content-sha256"})
    for each in (
        *(moto_s3_checksums, moto_s3_subresources, moto_s3_uploads, moto_s3_reads, moto_s3_versions),
        *(moto_s3_encryption, moto_s3_lifecycle, moto_s3_lists, moto_s3_locks, moto_s3_tags),
    ):
        each.install()


def is_bucket_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and not name.endswith(_ENDS)


def _created(before: Any, backend: S3Backend, bucket_name: str, region_name: str, *args: Any, **kwargs: Any) -> Any:
    """Raises InvalidBucketName, InvalidLocationConstraintException, and what moto does."""
    if not is_bucket_name(bucket_name):
        raise InvalidBucketName
    regions: Any = service_model("s3").shape_for("BucketLocationConstraint")
    if region_name not in (REGION, *regions.enum):
        raise InvalidLocationConstraintException
    return before(backend, bucket_name, region_name, *args, **kwargs)


def _with_website(before: Any, backend: S3Backend, bucket_name: str, website_configuration: bytes) -> None:
    """Raises AwsError, and what moto does."""
    website.checked(website_configuration)
    before(backend, bucket_name, website_configuration)


def _unblocked(backend: S3Backend, bucket_name: str) -> None:
    """Nothing is blocked any more; moto would take the bucket for a new one, whose public access is blocked."""
    backend.get_bucket(bucket_name).public_access_block = PublicAccessBlock(*[False] * 4)


def _checked_put(before: Any, response: S3Response, query: dict[str, Any], key_name: str) -> Any:
    """Raises AwsError, and what moto does."""
    headers = response.headers
    if "x-amz-copy-source" in headers:
        moto_s3_uploads.check_copy(response)
    elif query.keys() <= {"uploadId", "partNumber", "x-id"} or "X-Amz-Signature" in query:
        checksums.check(headers, response.raw_body, response.body or b"")
    return before(response, query, key_name)


def _permission(bucket: FakeBucket, action: str, resource: str) -> Any:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    stated = policy.get("Statement", [])
    statements = [each for each in (stated if isinstance(stated, list) else [stated]) if "Condition" not in each]
    return IAMPolicy(json.dumps({**policy, "Statement": statements})).is_action_permitted(action, resource)
