"""Corrections of moto's S3: names that no bucket has, websites that are none, checksums that are not those of a body,
conditions of copies, and conditions of bucket policies, of which none is evaluated.

moto takes a condition that it cannot judge for one that forbids. The one that nearly every bucket has denies what does
not come by TLS, and here there is none: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
Names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.exceptions import InvalidBucketName, PreconditionFailed, RangeNotSatisfiable, S3ClientError
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response

from ecs_emulator.cloud import checksums, moto_s3_checksums, moto_s3_subresources
from ecs_emulator.cloud import website_configuration as website
from ecs_emulator.cloud.errors import AwsError

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")

# Operations of the API whose answers are corrected here.
CORRECTED = (
    *("CreateBucket", "DeletePublicAccessBlock", "GetBucketRequestPayment", "GetObject", "PutBucketWebsite"),
    *moto_s3_checksums.CORRECTED,
)

# What moto would answer with a page.
_NO_PART = (
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE.value,
    {"content-type": "application/xml"},
    "<Error><Code>InvalidPartNumber</Code><Message>The requested partnumber is not satisfiable</Message></Error>",
)

_create_bucket = S3Backend.create_bucket
_put_bucket_website = S3Backend.put_bucket_website
_put = S3Response._key_response_put
_get_object = S3Response.get_object


def install() -> None:
    """Answer so from now on, in this process."""
    corrections: list[tuple[Any, str, Any]] = [
        (S3Backend, "create_bucket", _created),
        (S3Backend, "put_bucket_website", _with_website),
        (S3Backend, "delete_public_access_block", _unblocked),
        (S3Response, "_key_response_put", _checked_put),
        (S3Response, "get_object", _part_or_all),
        (FakeBucket, "get_permission", _permission),
    ]
    for owner, name, own in corrections:
        setattr(owner, name, own)
    moto_s3_checksums.install()
    moto_s3_subresources.install()


def is_bucket_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and not name.endswith(_ENDS)


def _created(backend: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
    """Raises InvalidBucketName, and what moto does."""
    if not is_bucket_name(bucket_name):
        raise InvalidBucketName
    return _create_bucket(backend, bucket_name, *args, **kwargs)


def _with_website(backend: S3Backend, bucket_name: str, website_configuration: bytes) -> None:
    """Raises S3ClientError, and what moto does."""
    _judged(lambda: website.checked(website_configuration))
    _put_bucket_website(backend, bucket_name, website_configuration)


def _unblocked(backend: S3Backend, bucket_name: str) -> None:
    """Nothing is blocked any more; moto would take the bucket for a new one, whose public access is blocked."""
    backend.get_bucket(bucket_name).public_access_block = PublicAccessBlock(*[False] * 4)


def _checked_put(response: S3Response, query: dict[str, Any], key_name: str) -> Any:
    """Raises S3ClientError, and what moto does."""
    headers = response.headers
    if "x-amz-copy-source" in headers:
        _check_copy(response, headers)
    elif query.keys() <= {"uploadId", "partNumber", "x-id"} or "X-Amz-Signature" in query:
        _judged(lambda: checksums.check(headers, response.raw_body, response.body or b""))
    return _put(response, query, key_name)


def _part_or_all(response: S3Response) -> Any:
    """A part of an object that came in parts, where one is asked for; moto would answer with all of it.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html. Raises what moto does.
    """
    try:
        status, headers, body = _get_object(response)
    except RangeNotSatisfiable:
        return _NO_PART
    number = response._get_int_param("partNumber")
    key, _ = response._get_key() if number and status == HTTPStatus.OK else (None, None)
    if not key or not key.multipart:
        return status, headers, body
    parts = key.multipart.partlist
    if number not in parts:
        return _NO_PART
    start = sum(key.multipart.parts[each].size for each in parts[: parts.index(number)])
    end = start + key.multipart.parts[number].size
    told = {"content-range": f"bytes {start}-{end - 1}/{key.size}", "x-amz-mp-parts-count": str(len(parts))}
    return HTTPStatus.PARTIAL_CONTENT.value, {**headers, **told, "content-length": str(end - start)}, body[start:end]


def _check_copy(response: S3Response, headers: Any) -> None:
    """Raises PreconditionFailed: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""
    wanted = headers.get("x-amz-copy-source-if-match")
    source = urlsplit(headers["x-amz-copy-source"])
    bucket, _, key = unquote(source.path).lstrip("/").partition("/")
    version = parse_qs(source.query).get("versionId", [None])[0]
    found = response.backend.get_object(bucket, key, version_id=version) if wanted else None
    if wanted and found and wanted.strip('"') != found.etag.strip('"'):
        raise PreconditionFailed("x-amz-copy-source-If-Match")


def _judged(check: Callable[[], object]) -> None:
    """What raises AwsError raises S3ClientError, which moto tells as S3 does."""
    try:
        check()
    except AwsError as error:
        raise S3ClientError(error.code, error.message) from None


def _permission(bucket: FakeBucket, action: str, resource: str) -> Any:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    stated = policy.get("Statement", [])
    statements = [each for each in (stated if isinstance(stated, list) else [stated]) if "Condition" not in each]
    return IAMPolicy(json.dumps({**policy, "Statement": statements})).is_action_permitted(action, resource)
