"""Corrections of multipart uploads of moto's S3: of uploads that there are not, and of parts that are copied or listed.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

from typing import Any

from moto.s3.exceptions import NoSuchUpload, PreconditionFailed, S3ClientError
from moto.s3.models import FakeKey, FakeMultipart, S3Backend
from moto.s3.responses import S3Response

from ecs_emulator.cloud.moto_overrides import override, replace
from ecs_emulator.cloud.moto_s3_reads import existing
from ecs_emulator.cloud.s3_arguments import copy_range, copy_source
from ecs_emulator.cloud.s3_conditions import is_unchanged

_PREFIX = "x-amz-copy-source-"


def install() -> None:
    """Answer so from now on, in this process."""
    override(S3Response, "_key_response", _of_upload)
    override(S3Response, "upload_part_copy", _copied_part)
    replace(FakeMultipart, "list_parts", _listed)
    replace(S3Backend, "is_truncated", _is_truncated)


def check_copy(response: S3Response) -> FakeKey:
    """The object that a request copies. Raises MissingKey, MissingVersion, PreconditionFailed and what moto does.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    bucket, name, version = copy_source(response.headers["x-amz-copy-source"])
    key = existing(response.backend, bucket, name, version)
    if is_unchanged(response.headers, key, _PREFIX):
        raise PreconditionFailed(f"{_PREFIX}If-None-Match")
    return key


def _of_upload(before: Any, response: S3Response, request: Any, full_url: str) -> Any:
    """Raises NoSuchUpload, and what moto does."""
    upload_id = request.args.get("uploadId")
    if upload_id is not None:
        name = response.parse_key_name()
        bucket = response.backend.get_bucket(response.bucket_name)
        upload = bucket.multiparts.get(upload_id)
        # To complete it once more is no mistake.
        done: Any = getattr(bucket.keys.get(name), "multipart", None) if request.method == "POST" else None
        is_done = done is not None and done.id == upload_id
        if not is_done and (upload is None or upload.key_name != name):
            raise NoSuchUpload(upload_id=upload_id)
    return before(response, request, full_url)


def _copied_part(before: Any, response: S3Response) -> Any:
    """Raises S3ClientError, and what moto does."""
    source = check_copy(response)
    asked = response.headers.get("x-amz-copy-source-range")
    if asked and copy_range(asked)[1] >= source.size:
        what = f"Range specified is not valid for source object of size: {source.size}"
        raise S3ClientError("InvalidArgument", what)
    return before(response)


def _listed(upload: FakeMultipart, part_number_marker: int, max_parts: int) -> list[FakeKey]:
    """Parts after a number; moto takes it for a count of parts."""
    return [upload.parts[number] for number in upload.partlist if number > part_number_marker][:max_parts]


def _is_truncated(backend: S3Backend, bucket: str, upload_id: str, last: int) -> bool:
    return backend.get_bucket(bucket).multiparts[upload_id].partlist[-1] > last
