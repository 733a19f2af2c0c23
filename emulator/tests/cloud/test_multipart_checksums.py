"""Checksums of S3's objects by an unmodified client: of parts, of the parts' checksums, and of the whole.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import zlib
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from ecs_emulator.cloud import checksums
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FIRST, LAST = b"x" * 5 * 2**20, b"the end"
_numbers = itertools.count(1)


@pytest.fixture
def s3(cloud: Cloud) -> S3Client:
    return boto3.client("s3", REGION)


@pytest.fixture
def bucket(s3: S3Client) -> str:
    name = f"multipart-checksums-{next(_numbers)}"
    s3.create_bucket(Bucket=name)
    return name


def crc32(body: bytes) -> str:
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


def sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def of_parts(algorithm: Any, *bodies: bytes) -> str:
    return str(algorithm(b"".join(base64.b64decode(algorithm(each)) for each in bodies)))


class Upload:
    """An upload of two parts; `parts` are as the request that completes it lists them."""

    def __init__(self, s3: S3Client, bucket: str, name: str, algorithm: Any, **others: Any) -> None:
        self._s3 = s3
        created = s3.create_multipart_upload(Bucket=bucket, Key=name, ChecksumAlgorithm=algorithm, **others)
        self.created: Any = created
        self.given: Any = {"Bucket": bucket, "Key": name, "UploadId": created["UploadId"]}
        self.parts: list[Any] = []
        for number, body in enumerate((FIRST, LAST), 1):
            part: Any = s3.upload_part(**self.given, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm)
            member = f"Checksum{algorithm}"
            self.parts.append({"PartNumber": number, "ETag": part["ETag"], member: part[member]})

    def complete(self, parts: Any = None, **others: Any) -> Any:
        return self._s3.complete_multipart_upload(
            **self.given, MultipartUpload={"Parts": self.parts if parts is None else parts}, **others
        )


def test_a_composite_checksum_has_the_number_of_its_parts(s3: S3Client, bucket: str) -> None:
    upload = Upload(s3, bucket, "big", "SHA256")
    assert (upload.created["ChecksumAlgorithm"], upload.created["ChecksumType"]) == ("SHA256", "COMPOSITE")
    listed: Any = s3.list_parts(**upload.given)
    assert [each["ChecksumSHA256"] for each in listed["Parts"]] == [sha256(FIRST), sha256(LAST)]
    assert (listed["ChecksumAlgorithm"], listed["ChecksumType"]) == ("SHA256", "COMPOSITE")
    whole = of_parts(sha256, FIRST, LAST)
    completed = upload.complete(ChecksumSHA256=f"{whole}-2")
    assert (completed["ChecksumSHA256"], completed["ChecksumType"]) == (f"{whole}-2", "COMPOSITE")
    assert "ChecksumType" not in s3.head_object(Bucket=bucket, Key="big")
    head: Any = s3.head_object(Bucket=bucket, Key="big", ChecksumMode="ENABLED")
    assert (head["ChecksumSHA256"], head["ChecksumType"]) == (f"{whole}-2", "COMPOSITE")
    found: Any = s3.get_object(Bucket=bucket, Key="big", ChecksumMode="ENABLED")
    assert (found["ChecksumSHA256"], found["ChecksumType"]) == (f"{whole}-2", "COMPOSITE")
    assert len(found["Body"].read()) == len(FIRST) + len(LAST)
    attributes: Any = s3.get_object_attributes(
        Bucket=bucket, Key="big", ObjectAttributes=["Checksum", "ObjectParts", "ObjectSize"]
    )
    assert attributes["Checksum"] == {"ChecksumSHA256": whole, "ChecksumType": "COMPOSITE"}
    assert attributes["ObjectSize"] == len(FIRST) + len(LAST)
    assert attributes["ObjectParts"] == {
        "TotalPartsCount": 2,
        "PartNumberMarker": 0,
        "NextPartNumberMarker": 2,
        "MaxParts": 1000,
        "IsTruncated": False,
        "Parts": [
            {"PartNumber": 1, "Size": len(FIRST), "ChecksumSHA256": sha256(FIRST)},
            {"PartNumber": 2, "Size": len(LAST), "ChecksumSHA256": sha256(LAST)},
        ],
    }
    page: Any = s3.get_object_attributes(Bucket=bucket, Key="big", ObjectAttributes=["ObjectParts"], MaxParts=1)
    assert (page["ObjectParts"]["IsTruncated"], page["ObjectParts"]["NextPartNumberMarker"]) == (True, 1)


def test_a_full_object_checksum_is_of_the_whole_object(s3: S3Client, bucket: str) -> None:
    whole = crc32(FIRST + LAST)
    upload = Upload(s3, bucket, "big", "CRC32", ChecksumType="FULL_OBJECT")
    with pytest.raises(ClientError, match=r"BadDigest.*The CRC32 you specified did not match"):
        upload.complete(ChecksumCRC32=crc32(b"other"))
    parts = [{"PartNumber": each["PartNumber"], "ETag": each["ETag"]} for each in upload.parts]
    completed = upload.complete(parts, ChecksumCRC32=whole, ChecksumType="FULL_OBJECT")
    assert (completed["ChecksumCRC32"], completed["ChecksumType"]) == (whole, "FULL_OBJECT")
    head: Any = s3.head_object(Bucket=bucket, Key="big", ChecksumMode="ENABLED")
    assert (head["ChecksumCRC32"], head["ChecksumType"]) == (whole, "FULL_OBJECT")
    attributes: Any = s3.get_object_attributes(Bucket=bucket, Key="big", ObjectAttributes=["Checksum", "ObjectParts"])
    assert attributes["Checksum"] == {"ChecksumCRC32": whole, "ChecksumType": "FULL_OBJECT"}
    assert attributes["ObjectParts"] == {"TotalPartsCount": 2}


def test_parts_are_listed_with_their_checksums(s3: S3Client, bucket: str) -> None:
    upload = Upload(s3, bucket, "big", "CRC32")
    first, last = upload.parts
    bare = {"PartNumber": 1, "ETag": first["ETag"]}
    for parts, code, message in (
        ([bare, last], "InvalidRequest", "It was missing for part 1 in the request."),
        ([first, {**last, "ChecksumCRC32": crc32(b"other")}], "InvalidPart", "could not be found"),
        ([last, first], "InvalidPartOrder", "not in ascending order"),
        ([first, {**last, "PartNumber": 3}], "InvalidPart", "could not be found"),
    ):
        with pytest.raises(ClientError, match=message) as error:
            upload.complete(parts)
        assert error.value.response["Error"]["Code"] == code
    with pytest.raises(ClientError, match="created using the COMPOSITE checksum mode"):
        upload.complete(ChecksumType="FULL_OBJECT")
    completed = upload.complete([first])
    assert completed["ChecksumCRC32"] == f"{of_parts(crc32, FIRST)}-1"
    attributes: Any = s3.get_object_attributes(Bucket=bucket, Key="big", ObjectAttributes=["ObjectParts"])
    assert attributes["ObjectParts"]["TotalPartsCount"] == 1


def test_an_algorithm_goes_with_its_types_and_parts(s3: S3Client, bucket: str) -> None:
    given: Any = {"Bucket": bucket, "Key": "big"}
    for algorithm, kind in (("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")):
        with pytest.raises(ClientError, match=f"The {kind} checksum type cannot be used with the {algorithm.lower()}"):
            s3.create_multipart_upload(**given, ChecksumAlgorithm=algorithm, ChecksumType=kind)  # type: ignore[arg-type]
    with pytest.raises(ClientError, match="can only be used with the x-amz-checksum-algorithm header"):
        s3.create_multipart_upload(**given, ChecksumType="COMPOSITE")
    upload = s3.create_multipart_upload(**given, ChecksumAlgorithm="SHA1")["UploadId"]
    expected = "expected checksum Type: sha1, actual checksum Type: crc32"
    with pytest.raises(ClientError, match=expected):
        s3.upload_part(**given, UploadId=upload, PartNumber=1, Body=LAST, ChecksumAlgorithm="CRC32")


def test_an_upload_without_an_algorithm_has_no_checksum(s3: S3Client, bucket: str) -> None:
    given: Any = {"Bucket": bucket, "Key": "big"}
    upload = s3.create_multipart_upload(**given)["UploadId"]
    part = s3.upload_part(**given, UploadId=upload, PartNumber=1, Body=LAST)
    parts: Any = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(**given, UploadId=upload, MultipartUpload=parts)
    attributes: Any = s3.get_object_attributes(**given, ObjectAttributes=["Checksum", "ObjectParts"])
    assert "Checksum" not in attributes
    assert attributes["ObjectParts"] == {"TotalPartsCount": 1}


def test_an_object_has_the_checksum_that_it_came_with(s3: S3Client, bucket: str) -> None:
    put: Any = s3.put_object(Bucket=bucket, Key="one", Body=LAST, ChecksumSHA256=sha256(LAST))
    assert put["ChecksumSHA256"] == sha256(LAST)
    for key, member, value in (("one", "ChecksumSHA256", sha256(LAST)), ("two", "ChecksumCRC32", crc32(LAST))):
        if key == "two":
            s3.put_object(Bucket=bucket, Key=key, Body=LAST)  # by this client with a CRC32
        head: Any = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        assert (head[member], head["ChecksumType"]) == (value, "FULL_OBJECT")
        attributes: Any = s3.get_object_attributes(Bucket=bucket, Key=key, ObjectAttributes=["Checksum", "ObjectParts"])
        assert attributes["Checksum"] == {member: value, "ChecksumType": "FULL_OBJECT"}
        assert "ObjectParts" not in attributes


def test_a_copy_of_parts_has_a_checksum_of_the_whole(s3: S3Client, bucket: str) -> None:
    Upload(s3, bucket, "big", "CRC32").complete()
    copied: Any = s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "big"})
    assert copied["CopyObjectResult"]["ChecksumCRC32"] == crc32(FIRST + LAST)
    head: Any = s3.head_object(Bucket=bucket, Key="copy", ChecksumMode="ENABLED")
    assert (head["ChecksumCRC32"], head["ChecksumType"]) == (crc32(FIRST + LAST), "FULL_OBJECT")


def test_a_part_that_is_copied_has_a_checksum(s3: S3Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="source", Body=LAST)
    given: Any = {"Bucket": bucket, "Key": "big"}
    given["UploadId"] = s3.create_multipart_upload(**given, ChecksumAlgorithm="SHA256")["UploadId"]
    copied: Any = s3.upload_part_copy(**given, PartNumber=1, CopySource={"Bucket": bucket, "Key": "source"})
    part: Any = {"PartNumber": 1, **copied["CopyPartResult"]}
    assert part.pop("LastModified")
    assert part["ChecksumSHA256"] == sha256(LAST)
    completed = s3.complete_multipart_upload(**given, MultipartUpload={"Parts": [part]})
    assert completed["ChecksumSHA256"] == f"{of_parts(sha256, LAST)}-1"
    attributes: Any = s3.get_object_attributes(Bucket=bucket, Key="big", ObjectAttributes=["ObjectParts"])
    assert attributes["ObjectParts"]["Parts"][0]["ChecksumSHA256"] == sha256(LAST)


@pytest.mark.parametrize("algorithm", [None, "CRC32", "SHA256"])
def test_what_a_client_sends_in_parts_by_itself_is_put_together(
    s3: S3Client, bucket: str, algorithm: str | None
) -> None:
    extra: Any = {"ChecksumAlgorithm": algorithm} if algorithm else {}
    config = TransferConfig(multipart_threshold=len(FIRST), multipart_chunksize=len(FIRST))
    s3.upload_fileobj(io.BytesIO(FIRST + LAST), bucket, "big", ExtraArgs=extra, Config=config)
    head: Any = s3.head_object(Bucket=bucket, Key="big", ChecksumMode="ENABLED")
    assert (head["ETag"].strip('"')[-2:], head["ContentLength"]) == ("-2", len(FIRST) + len(LAST))
    if algorithm:
        assert (head[f"Checksum{algorithm}"][-2:], head["ChecksumType"]) == ("-2", "COMPOSITE")
    s3.copy({"Bucket": bucket, "Key": "big"}, bucket, "copy", Config=config)
    assert s3.head_object(Bucket=bucket, Key="copy")["ContentLength"] == len(FIRST) + len(LAST)


@pytest.mark.parametrize("name", ["CRC32", "CRC32C", "CRC64NVME"])
def test_a_crc_of_a_whole_is_made_of_those_of_its_parts(name: str) -> None:
    parts = [b"1234", b"", b"56789"]
    listed = [(checksums.checksum(name, each), len(each)) for each in parts]
    assert checksums.combined(name, listed) == checksums.checksum(name, b"".join(parts))
