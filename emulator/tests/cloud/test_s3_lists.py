"""Lists of S3 have their pages as S3 has them, of keys and prefixes, of versions, and of uploads."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION

KEYS = ("a/1", "a/2", "b", "c d/1", "e\x01", "é/1")
PAGES = [["a/", "b"], ["c d/", "e\x01"], ["é/"]]
_numbers = itertools.count(1)


@pytest.fixture
def s3(cloud: Cloud) -> Any:
    return boto3.client("s3", REGION)


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"lists-{next(_numbers)}"
    s3.create_bucket(Bucket=name)
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=b"x")
    return name


def names(page: dict[str, Any], member: str) -> list[str]:
    return sorted(
        [each["Key"] for each in page.get(member, [])] + [e["Prefix"] for e in page.get("CommonPrefixes", [])]
    )


@pytest.mark.parametrize(
    ("operation", "member"),
    [("list_objects", "Contents"), ("list_objects_v2", "Contents"), ("list_object_versions", "Versions")],
)
def test_keys_and_prefixes_are_counted_together(s3: Any, bucket: str, operation: str, member: str) -> None:
    paginator = s3.get_paginator(operation)
    pages = paginator.paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2})
    assert [names(page, member) for page in pages] == PAGES
    pages = paginator.paginate(Bucket=bucket, PaginationConfig={"PageSize": 4})
    assert [names(page, member) for page in pages] == [list(KEYS[:4]), list(KEYS[4:])]


def test_versions_begin_after_a_key_that_need_not_be_there(s3: Any, bucket: str) -> None:
    page = s3.list_object_versions(Bucket=bucket, KeyMarker="a/1x")
    assert names(page, "Versions") == list(KEYS[1:])


def test_versions_are_listed_from_the_newest_on(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    ids = [s3.put_object(Bucket=bucket, Key="b", Body=b"x")["VersionId"] for _ in range(3)]
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, Prefix="b", PaginationConfig={"PageSize": 3}
    )
    found = [[(each["VersionId"], each["IsLatest"]) for each in page["Versions"]] for page in pages]
    assert found == [[(ids[2], True), (ids[1], False), (ids[0], False)], [("null", False)]]


def test_uploads_have_pages_prefixes_and_a_beginning(s3: Any, bucket: str) -> None:
    for key in ("x/1", "x/2", "y", "y"):
        s3.create_multipart_upload(Bucket=bucket, Key=key)
    paginator = s3.get_paginator("list_multipart_uploads")
    pages = list(paginator.paginate(Bucket=bucket, PaginationConfig={"PageSize": 3}))
    assert [names(page, "Uploads") for page in pages] == [["x/1", "x/2", "y"], ["y"]]
    assert datetime.now(UTC) - pages[0]["Uploads"][0]["Initiated"] < timedelta(days=1)
    pages = list(paginator.paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2}))
    assert [names(page, "Uploads") for page in pages] == [["x/", "y"], ["y"]]
    assert names(s3.list_multipart_uploads(Bucket=bucket, Prefix="x/"), "Uploads") == ["x/1", "x/2"]
