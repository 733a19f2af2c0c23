"""Checksums of S3's objects, and whether those that a request states are those of its body.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from ecs_emulator.cloud.errors import AwsError

# Polynomials, reflected: https://reveng.sourceforge.io/crc-catalogue/all.htm
_CASTAGNOLI = (0x82F63B78, 4)
_NVME = (0x9A6C9329AC4BC9B5, 8)
_LARGEST = 2**20  # bytes of which those two are computed: a byte takes as long as a kilobyte of the others
_TRAILER = re.compile(rb"\r?\nx-amz-checksum-([a-z0-9]+):([A-Za-z0-9+/=]+)\r?\n", re.IGNORECASE)


def check(headers: Mapping[str, str], raw: bytes, body: bytes) -> None:
    """Hold the checksums in a request's headers, or behind a body that came in chunks (`raw`), against the `body`.

    Raises AwsError.
    """
    if stated := headers.get("Content-MD5"):
        if len(_decoded(stated)) != hashlib.md5(usedforsecurity=False).digest_size:
            raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.")
        if _decoded(stated) != hashlib.md5(body, usedforsecurity=False).digest():
            raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    for name, value in _stated(headers, raw):
        if len(body) > _LARGEST and name in _SLOW:
            continue
        if _decoded(value) != _ALGORITHMS[name](body):
            raise AwsError("BadDigest", f"The {name} you specified did not match the calculated checksum.")


def _stated(headers: Mapping[str, str], raw: bytes) -> Iterator[tuple[str, str]]:
    for name in _ALGORITHMS:
        if value := headers.get(f"x-amz-checksum-{name.lower()}"):
            yield name, value
    if "x-amz-trailer" in headers:
        # Behind the last chunk.
        for name, trailing in _TRAILER.findall(raw[-300:]):
            if name.decode().upper() in _ALGORITHMS:
                yield name.decode().upper(), trailing.decode()


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


@cache
def _table(polynomial: int) -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        return value

    return tuple(entry(value) for value in range(256))


def _crc(polynomial: int, size: int, body: bytes) -> bytes:
    table, ones = _table(polynomial), (1 << 8 * size) - 1
    value = ones
    for byte in body:
        value = value >> 8 ^ table[(value ^ byte) & 0xFF]
    return (value ^ ones).to_bytes(size, "big")


_ALGORITHMS: Mapping[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "CRC32C": lambda body: _crc(*_CASTAGNOLI, body),
    "CRC64NVME": lambda body: _crc(*_NVME, body),
    "SHA1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}
_SLOW = ("CRC32C", "CRC64NVME")
