"""Encryption of moto's S3: every object is encrypted, with S3's own keys where nothing else is asked for.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
"""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeKey, FakeMultipart, S3Backend
from moto.s3.responses import S3Response

from ecs_emulator.cloud.moto_overrides import override

_OWN = "AES256"
_DEFAULT = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": _OWN}, "BucketKeyEnabled": "false"}}
_HEADER = "x-amz-server-side-encryption"


def install() -> None:
    """Answer so from now on, in this process."""
    override(S3Backend, "get_bucket_encryption", _of_bucket)
    override(S3Backend, "put_object", _encrypted)
    override(S3Backend, "create_multipart_upload", _begun)
    override(S3Response, "_key_response_post", _told)


def _of_bucket(before: Any, backend: S3Backend, bucket_name: str) -> Any:
    """Raises what moto does."""
    return before(backend, bucket_name) or _DEFAULT


def _encrypted(before: Any, backend: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> FakeKey:
    if not kwargs.get("encryption") and not backend.get_bucket(bucket_name).encryption:
        kwargs["encryption"] = _OWN
    key: FakeKey = before(backend, bucket_name, *args, **kwargs)
    return key


def _begun(before: Any, backend: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> FakeMultipart:
    upload: FakeMultipart = before(backend, bucket_name, *args, **kwargs)
    rule = backend.get_bucket_encryption(bucket_name)["Rule"]["ApplyServerSideEncryptionByDefault"]  # type: ignore[index]
    if not upload.sse_encryption:
        upload.sse_encryption, upload.kms_key_id = rule["SSEAlgorithm"], rule.get("KMSMasterKeyID")
    return upload


def _told(before: Any, response: S3Response, request: Any, *args: Any) -> Any:
    """Raises what moto does."""
    status, headers, body = before(response, request, *args)
    if "uploads" in request.args:
        rule = response.backend.get_bucket_encryption(response.bucket_name)["Rule"]  # type: ignore[index]
        headers = {_HEADER: rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], **headers}
    return status, headers, body
