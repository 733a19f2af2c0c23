"""Corrections of the checksums of moto's S3: of objects as of their parts, one of the whole or one of the parts'.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from botocore.parsers import ResponseParserError
from moto.core.responses import ActionResult
from moto.s3 import models
from moto.s3.exceptions import InvalidPartOrder, MalformedXML
from moto.s3.models import FakeKey, FakeMultipart, S3Backend
from moto.s3.responses import S3Response

from ecs_emulator.cloud import checksums
from ecs_emulator.cloud import multipart_checksums as uploads
from ecs_emulator.cloud.moto_overrides import override, replace
from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.cloud.s3_xml import parsed

# Operations of the API whose answers are corrected here.
CORRECTED = (
    *("CompleteMultipartUpload", "CreateMultipartUpload", "GetObjectAttributes", "HeadObject", "ListParts"),
    *("CopyObject", "PutObject", "UploadPart", "UploadPartCopy"),
)


class _NoChecksum:
    """What moto would make of all parts at once; it is made of their checksums here."""

    def __init__(self, *_: Any) -> None: ...

    def addPart(self, _: bytes) -> None: ...  # noqa: N802 (moto's)

    def build(self) -> None: ...


def install() -> None:
    """Answer so from now on, in this process."""
    replace(models, "MultipartChecksumBuilder", _NoChecksum)
    override(S3Backend, "complete_multipart_upload", _completed)
    override(S3Backend, "copy_object", _copied)
    override(S3Backend, "create_multipart_upload", _created)
    override(S3Backend, "put_object", _stored)
    replace(S3Response, "_complete_multipart_body", _listed_parts)
    replace(S3Response, "_get_checksum", _checksum_of_request)
    override(S3Response, "head_object", _headed)
    override(S3Response, "serialized", _with_checksums)
    override(S3Response, "upload_part", _uploaded_part)


def _checksum_of_request(response: S3Response, headers: dict[str, Any]) -> tuple[str, str | None]:
    """The checksum that a request states, or asks for, which is told in the `headers` of its answer."""
    for name, value in checksums.stated(response.headers, response.raw_body or b""):
        headers[f"x-amz-checksum-{name.lower()}"] = value
        return name, value
    name = response.headers.get("x-amz-sdk-checksum-algorithm", "").upper()
    if name not in uploads.ALGORITHMS:
        return "", None
    value = checksums.checksum(name, response.body or b"")
    headers[f"x-amz-checksum-{name.lower()}"] = value
    return name, value


def _stored(before: Callable[..., FakeKey], backend: S3Backend, *args: Any, **kwargs: Any) -> FakeKey:
    key = before(backend, *args, **kwargs)
    if key.checksum_value:
        key.checksum_type = uploads.FULL_OBJECT
    return key


def _copied(
    before: Any, backend: S3Backend, src_key: FakeKey, bucket: str, name: str, *args: Any, **kwargs: Any
) -> None:
    """A copy is made at once, and so is its checksum, whatever the parts of its source."""
    before(backend, src_key, bucket, name, *args, **kwargs)
    key = backend.get_object(bucket, name)
    if key and key.checksum_value and key.checksum_algorithm:
        key.checksum_type = uploads.FULL_OBJECT
        if src_key.checksum_type == uploads.COMPOSITE:
            key.checksum_value = checksums.checksum(key.checksum_algorithm, key.value)


def _created(
    before: Callable[..., FakeMultipart],
    backend: S3Backend,
    bucket: str,
    name: str,
    metadata: Any,
    *args: Any,
    **kwargs: Any,
) -> FakeMultipart:
    """Raises S3ClientError, and what moto does."""
    uploads.check_new(metadata)
    return before(backend, bucket, name, metadata, *args, **kwargs)


def _uploaded_part(before: Any, response: S3Response) -> Any:
    """Raises S3ClientError, and what moto does."""
    upload = _upload(response)
    algorithm, value = _checksum_of_request(response, {})
    uploads.check_algorithm(upload, algorithm)
    answered = before(response)
    if value and uploads.algorithm_of(upload):
        uploads.set_checksum(upload.parts[response._get_int_param("partNumber")], algorithm, value)
    return answered


def _listed_parts(response: S3Response, body: bytes) -> Iterator[tuple[int, str]]:
    """Numbers and ETags of the parts that a request lists. Raises S3ClientError."""
    upload = _upload(response)
    try:
        parts = _read(body)["Parts"]
        numbers = [each["PartNumber"] for each in parts]
        tags = [each["ETag"] for each in parts]
    except (ResponseParserError, KeyError, AttributeError, ValueError):
        raise MalformedXML from None
    if numbers != sorted(set(numbers)):
        raise InvalidPartOrder
    if algorithm := uploads.algorithm_of(upload):
        uploads.check_parts(upload, {each["PartNumber"]: each.get(f"Checksum{algorithm}") for each in parts})
        if all(number in upload.parts for number in numbers):
            uploads.check_whole(upload, numbers, response.headers)
    return iter(list(zip(numbers, tags, strict=True)))


def _read(xml: bytes) -> Any:
    """Raises ResponseParserError, ValueError and AttributeError."""
    return parsed(xml, service_model("s3").operation_model("CompleteMultipartUpload").input_shape)["MultipartUpload"]


def _completed(
    before: Callable[..., FakeKey | None],
    backend: S3Backend,
    bucket: str,
    upload_id: str,
    body: Iterator[tuple[int, str]],
) -> FakeKey | None:
    parts = list(body)
    numbers = [number for number, _ in parts]
    upload = backend.get_bucket(bucket).multiparts[upload_id]
    algorithm = uploads.algorithm_of(upload)
    # Of parts that are there; moto says of the others that they are not. Afterwards none has a body.
    is_whole = algorithm and all(number in upload.parts for number in numbers)
    checksum = uploads.of_whole(upload, numbers) if is_whole else None
    key = before(backend, bucket, upload_id, iter(parts))
    if key is None:
        return None
    # What was uploaded and not listed is no part of the object.
    upload.partlist, upload.parts = numbers, {number: upload.parts[number] for number in numbers}
    for name in uploads.OF_UPLOADS:
        key.metadata.pop(name, None)
    if algorithm:
        key.checksum_algorithm, key.checksum_type = algorithm, uploads.type_of(upload)
        key.checksum_value, key.checksum_parts = checksum, len(numbers)
    return key


def _upload(response: S3Response) -> FakeMultipart:
    """Raises NoSuchUpload."""
    return response.backend.get_bucket(response.bucket_name).multiparts[response._get_param("uploadId")]


def _headed(before: Any, response: S3Response, bucket: str, query: Any, name: str, headers: Any) -> Any:
    answered = before(response, bucket, query, name, headers)
    status, told, body = answered
    if status != HTTPStatus.OK or headers.get("x-amz-checksum-mode") != "ENABLED" or "partNumber" in query:
        return answered
    key = response.backend.head_object(bucket, name, version_id=query.get("versionId", [None])[0])
    return status, {**told, **_headers(key)} if key else told, body


def _headers(key: FakeKey) -> dict[str, str]:
    if not key.checksum_algorithm:
        return {}
    return {f"x-amz-checksum-{key.checksum_algorithm.lower()}": _qualified(key), "x-amz-checksum-type": _kind(key)}


def _kind(key: FakeKey) -> str:
    return key.checksum_type or uploads.FULL_OBJECT


def _qualified(key: FakeKey) -> str:
    """A checksum as S3 tells it: one of parts with their number."""
    return (
        f"{key.checksum_value}-{key.checksum_parts}"
        if key.checksum_type == uploads.COMPOSITE
        else str(key.checksum_value)
    )


def _with_checksums(before: Any, response: S3Response, result: ActionResult) -> Any:
    told: Any = result.result
    match response.data.get("Action"):
        case "CompleteMultipartUpload":
            key = response.backend.get_object(told["Bucket"], told["Key"])
            if key and key.checksum_algorithm:
                told = {**told, f"Checksum{key.checksum_algorithm}": _qualified(key), "ChecksumType": _kind(key)}
        case "GetObjectAttributes":
            key, _ = response._get_key(validate_storage_class=False)
            told = {**told, **_attributes(key, response.headers)}
        case "ListParts":
            told = {**told, **uploads.listed(_upload(response), told["Parts"])}
        case "UploadPartCopy":
            upload = _upload(response)
            if algorithm := uploads.algorithm_of(upload):
                value = uploads.of_part(upload, response._get_int_param("partNumber"))
                told = {"CopyPartResult": {**told["CopyPartResult"], f"Checksum{algorithm}": value}}
        case _:
            return before(response, result)
    return before(response, ActionResult(told))


def _attributes(key: FakeKey, headers: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html"""
    wanted = [each.strip() for each in headers.get("x-amz-object-attributes", "").split(",")]
    told: dict[str, Any] = {}
    if "Checksum" in wanted and key.checksum_algorithm:
        told["Checksum"] = {f"Checksum{key.checksum_algorithm}": key.checksum_value, "ChecksumType": _kind(key)}
    if "ObjectParts" not in wanted or not key.multipart:
        return told
    told["ObjectParts"] = {"TotalPartsCount": len(key.multipart.partlist)}
    if key.checksum_type == uploads.COMPOSITE:
        told["ObjectParts"] |= uploads.page(key.multipart, headers)
    return told
