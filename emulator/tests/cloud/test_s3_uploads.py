"""Uploads of S3 in parts: those that there are, their parts, copied and listed, and the parts of an object."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.tests.cloud.wire import refused

THEN, SOON = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


def begun(s3: Any, there: dict[str, Any], *bodies: bytes) -> dict[str, Any]:
    """An upload to a key, with these parts."""
    upload = {**there, "UploadId": s3.create_multipart_upload(**there)["UploadId"]}
    for number, body in enumerate(bodies, 1):
        s3.upload_part(**upload, PartNumber=number, Body=body)
    return upload


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("upload_part", {"PartNumber": 1, "Body": b"x"}),
        ("upload_part_copy", {"PartNumber": 1, "CopySource": "a-bucket/k"}),
        ("list_parts", {}),
        ("complete_multipart_upload", {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": "x"}]}}),
        ("abort_multipart_upload", {}),
    ],
)
def test_an_upload_that_there_is_not_is_no_such_upload(
    s3: Any, there: dict[str, Any], operation: str, given: dict[str, Any]
) -> None:
    upload = begun(s3, there)
    for wrong in ({"UploadId": "missing"}, {"Key": "other"}):
        asked = {**upload, **wrong, **given}
        assert refused(getattr(s3, operation), **asked)[:2] == (404, "NoSuchUpload")


def test_a_part_is_copied_of_an_object_that_is_there_within_its_bytes(s3: Any, there: dict[str, Any]) -> None:
    upload = begun(s3, there)
    source, etag = f"{there['Bucket']}/k", s3.head_object(**there)["ETag"]
    for given, answer in (
        ({"CopySource": f"{source}2"}, (404, "NoSuchKey")),
        ({"CopySource": f"{source}?versionId={'x' * 32}"}, (404, "NoSuchVersion")),
        *(
            ({"CopySourceRange": each}, (400, "InvalidArgument"))
            for each in ("x", "bytes=2-1", "bytes=5-", "bytes=0-10")
        ),
        ({"CopySourceIfNoneMatch": etag}, (412, "PreconditionFailed")),
        ({"CopySourceIfModifiedSince": SOON}, (412, "PreconditionFailed")),
        ({"CopySourceIfUnmodifiedSince": THEN}, (412, "PreconditionFailed")),
    ):
        asked = {**upload, "PartNumber": 1, "CopySource": source, **given}
        assert refused(s3.upload_part_copy, **asked)[:2] == answer
    s3.upload_part_copy(**upload, PartNumber=1, CopySource=source, CopySourceRange="bytes=5-9")
    assert s3.list_parts(**upload)["Parts"][0]["Size"] == 5


def test_parts_are_listed_from_a_number_on(s3: Any, there: dict[str, Any]) -> None:
    upload = begun(s3, there)
    for number in (5, 7, 9):
        s3.upload_part(**upload, PartNumber=number, Body=b"x")
    pages = s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2})
    assert [[each["PartNumber"] for each in page["Parts"]] for page in pages] == [[5, 7], [9]]


def test_an_object_of_parts_has_a_version_where_its_bucket_has_versions(s3: Any, there: dict[str, Any]) -> None:
    for status, has_version in (("", False), ("Enabled", True)):
        if status:
            s3.put_bucket_versioning(Bucket=there["Bucket"], VersioningConfiguration={"Status": status})
        upload = begun(s3, there, b"x")
        parts = [{"PartNumber": 1, "ETag": s3.list_parts(**upload)["Parts"][0]["ETag"]}]
        told = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        assert ("VersionId" in told) is has_version


def test_the_head_of_a_part_is_that_of_a_part_of_the_object(s3: Any, there: dict[str, Any]) -> None:
    upload = begun(s3, there, b"x" * 5 * 2**20, b"end")
    parts = [{"PartNumber": each["PartNumber"], "ETag": each["ETag"]} for each in s3.list_parts(**upload)["Parts"]]
    whole = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})["ETag"]
    head = s3.head_object(**there, PartNumber=2)
    assert (head["ETag"], head["ContentLength"], head["PartsCount"]) == (whole, 3, 2)
    assert head["ContentRange"] == "bytes 5242880-5242882/5242883"
    assert head["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert refused(s3.head_object, **there, PartNumber=3)[0] == 416
