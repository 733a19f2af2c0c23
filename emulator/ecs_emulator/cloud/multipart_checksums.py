"""Checksums of S3's multipart uploads: of parts, and of what they are put together to.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from moto.s3.exceptions import InvalidPart, S3ClientError
from moto.s3.models import FakeKey, FakeMultipart

from ecs_emulator.cloud import checksums

COMPOSITE, FULL_OBJECT = "COMPOSITE", "FULL_OBJECT"
ALGORITHMS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")
# Where an upload keeps its algorithm and its type.
OF_UPLOADS = ("x-amz-checksum-algorithm", "x-amz-checksum-type")
_IMPOSSIBLE = {("SHA1", FULL_OBJECT), ("SHA256", FULL_OBJECT), ("CRC64NVME", COMPOSITE)}
_ALL_PARTS = 1000


def check_new(metadata: MutableMapping[str, Any]) -> None:
    """Give an upload that has an algorithm its type. Raises S3ClientError for one that does not go with it."""
    algorithm, kind = (str(metadata.get(each, "")).upper() for each in OF_UPLOADS)
    if kind and not algorithm:
        raise invalid("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
    if not algorithm:
        return
    if algorithm not in ALGORITHMS:
        raise invalid(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
            f"[{', '.join(ALGORITHMS)}]"
        )
    kind = kind or (FULL_OBJECT if algorithm == "CRC64NVME" else COMPOSITE)
    if (algorithm, kind) in _IMPOSSIBLE:
        raise invalid(f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum algorithm.")
    metadata.update(zip(OF_UPLOADS, (algorithm, kind), strict=True))


def check_algorithm(upload: FakeMultipart, actual: str) -> None:
    """Raises S3ClientError for a part with another algorithm than that of its upload."""
    expected = algorithm_of(upload)
    if expected and actual and actual != expected:
        raise invalid(
            f"Checksum Type mismatch occurred, expected checksum Type: {expected.lower()}, "
            f"actual checksum Type: {actual.lower()}"
        )


def check_parts(upload: FakeMultipart, given: Mapping[int, str | None]) -> None:
    """Hold the checksums that a request states of parts against theirs. Raises S3ClientError."""
    algorithm = algorithm_of(upload)
    for number, value in given.items():
        if value is None and type_of(upload) == COMPOSITE:
            raise invalid(
                f"The upload was created using a {algorithm.lower()} checksum. The complete request must include the "
                f"checksum for each part. It was missing for part {number} in the request."
            )
        if value is not None and (number not in upload.parts or value != of_part(upload, number)):
            raise InvalidPart


def check_whole(upload: FakeMultipart, numbers: Sequence[int], headers: Mapping[str, str]) -> None:
    """Raises S3ClientError where a request states another checksum, or type of it, than that of these parts."""
    kind, algorithm = type_of(upload), algorithm_of(upload)
    if headers.get("x-amz-checksum-type", kind) != kind:
        raise invalid(
            f"The upload was created using the {kind} checksum mode. The complete request must use the same checksum "
            "mode."
        )
    stated = headers.get(f"x-amz-checksum-{algorithm.lower()}")
    if stated and stated.partition("-")[0] != of_whole(upload, numbers):
        raise S3ClientError("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.")


def of_whole(upload: FakeMultipart, numbers: Sequence[int]) -> str:
    """Checksum of what these parts are put together to, without their number."""
    values = [of_part(upload, number) for number in numbers]
    if type_of(upload) == COMPOSITE:
        return checksums.composite(algorithm_of(upload), values)
    sizes = [upload.parts[number].size for number in numbers]
    return checksums.combined(algorithm_of(upload), list(zip(values, sizes, strict=True)))


def of_part(upload: FakeMultipart, number: int) -> str:
    """The checksum that came with a part; one that is made where none came."""
    part = upload.parts[number]
    if not part.checksum_value:
        set_checksum(part, algorithm_of(upload), checksums.checksum(algorithm_of(upload), part.value))
    return str(part.checksum_value)


def set_checksum(part: FakeKey, algorithm: str, value: str) -> None:
    part.checksum_algorithm, part.checksum_value, part.checksum_type = algorithm, value, FULL_OBJECT


def algorithm_of(upload: FakeMultipart) -> str:
    """The algorithm of an upload; empty where none was asked for."""
    return str(upload.metadata.get("x-amz-checksum-algorithm", ""))


def type_of(upload: FakeMultipart) -> str:
    return str(upload.metadata.get("x-amz-checksum-type", ""))


def listed(upload: FakeMultipart, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Members of ListParts for these parts of an upload, with its checksums where it has an algorithm."""
    algorithm = algorithm_of(upload)
    if not algorithm:
        return {}
    checked = [{**each, f"Checksum{algorithm}": of_part(upload, each["PartNumber"])} for each in parts]
    return {"ChecksumAlgorithm": algorithm, "ChecksumType": type_of(upload), "Parts": checked}


def page(upload: FakeMultipart, headers: Mapping[str, str]) -> dict[str, Any]:
    """Members of GetObjectAttributes for the parts that it is asked for. Raises S3ClientError."""
    start = _number(headers, "x-amz-part-number-marker", 0)
    most = min(_number(headers, "x-amz-max-parts", _ALL_PARTS), _ALL_PARTS)
    left = [number for number in upload.partlist if number > start]
    shown = left[:most]
    parts = [
        {
            "PartNumber": number,
            "Size": upload.parts[number].size,
            f"Checksum{algorithm_of(upload)}": of_part(upload, number),
        }
        for number in shown
    ]
    told = {"PartNumberMarker": start, "MaxParts": most, "IsTruncated": len(left) > most, "Parts": parts}
    return told | ({"NextPartNumberMarker": shown[-1]} if shown else {})


def _number(headers: Mapping[str, str], name: str, otherwise: int) -> int:
    text = headers.get(name, str(otherwise))
    if not text.isdecimal():
        raise S3ClientError("InvalidArgument", f"Provided {name} not an integer or within integer range")
    return int(text)


def invalid(message: str) -> S3ClientError:
    return S3ClientError("InvalidRequest", message)
