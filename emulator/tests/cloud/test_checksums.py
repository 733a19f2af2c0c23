"""Checksums are those of the catalogue, and are found behind a body that came in chunks."""

from __future__ import annotations

import base64

import pytest

from ecs_emulator.cloud import checksums
from ecs_emulator.cloud.errors import AwsError

CHECK = b"123456789"  # for which https://reveng.sourceforge.io/crc-catalogue/all.htm has the values


@pytest.mark.parametrize(
    ("name", "value"), [("crc32", "cbf43926"), ("crc32c", "e3069283"), ("crc64nvme", "ae8b14860a799888")]
)
def test_a_checksum_is_that_of_the_catalogue(name: str, value: str) -> None:
    stated = base64.b64encode(bytes.fromhex(value)).decode()
    checksums.check({f"x-amz-checksum-{name}": stated}, CHECK, CHECK)
    with pytest.raises(AwsError, match=f"The {name.upper()} you specified did not match the calculated checksum"):
        checksums.check({f"x-amz-checksum-{name}": stated}, CHECK, CHECK + b"0")


def test_a_checksum_behind_the_last_chunk_counts() -> None:
    headers = {"x-amz-trailer": "x-amz-checksum-crc32"}
    checksums.check(headers, b"9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", CHECK)
    with pytest.raises(AwsError, match="did not match"):
        checksums.check(headers, b"9\r\n123456780\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", b"123456780")
