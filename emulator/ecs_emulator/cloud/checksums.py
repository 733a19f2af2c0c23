"""Checksums of S3's objects, and whether those that a request states are those of its body.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from ecs_emulator.cloud.errors import AwsError

# Polynomials, reflected: https://reveng.sourceforge.io/crc-catalogue/all.htm
_IEEE = (0xEDB88320, 4)
_CASTAGNOLI = (0x82F63B78, 4)
_NVME = (0x9A6C9329AC4BC9B5, 8)
_LARGEST = 2**20  # bytes of which those two are computed: a byte takes as long as a kilobyte of the others
_TRAILER = re.compile(rb"\r?\nx-amz-checksum-([a-z0-9]+):([A-Za-z0-9+/=]+)\r?\n", re.IGNORECASE)


def check(headers: Mapping[str, str], raw: bytes, body: bytes) -> None:
    """Hold the checksums in a request's headers, or behind a body that came in chunks (`raw`), against the `body`.

    Raises AwsError.
    """
    if digest := headers.get("Content-MD5"):
        if len(_decoded(digest)) != hashlib.md5(usedforsecurity=False).digest_size:
            raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.")
        if _decoded(digest) != hashlib.md5(body, usedforsecurity=False).digest():
            raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    for name, value in stated(headers, raw):
        if len(_decoded(value)) != _SIZES[name]:
            raise AwsError("InvalidRequest", f"Value for x-amz-checksum-{name.lower()} header is invalid.")
        if len(body) > _LARGEST and name in _SLOW:
            continue
        if _decoded(value) != _ALGORITHMS[name](body):
            raise AwsError("BadDigest", f"The {name} you specified did not match the calculated checksum.")


def stated(headers: Mapping[str, str], raw: bytes) -> Iterator[tuple[str, str]]:
    """Algorithms and checksums that a request states, in its headers or behind its body."""
    for name in _ALGORITHMS:
        if value := headers.get(f"x-amz-checksum-{name.lower()}"):
            yield name, value
    if "x-amz-trailer" in headers:
        # Behind the last chunk.
        for name, trailing in _TRAILER.findall(raw[-300:]):
            if name.decode().upper() in _ALGORITHMS:
                yield name.decode().upper(), trailing.decode()


def checksum(name: str, body: bytes) -> str:
    """Checksum by an algorithm of S3, `CRC32`, in base64."""
    return base64.b64encode(_ALGORITHMS[name](body)).decode()


def composite(name: str, values: Sequence[str]) -> str:
    """Checksum of the checksums of parts.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html#Full-object-checksums
    """
    return checksum(name, b"".join(base64.b64decode(each) for each in values))


def combined(name: str, parts: Sequence[tuple[str, int]]) -> str:
    """CRC of a whole by the CRCs and the lengths of its parts."""
    polynomial, size = _POLYNOMIALS[name]
    whole = 0
    for value, length in parts:
        shift = _power(polynomial, 8 * size, 8 * length)
        whole = _product(polynomial, 8 * size, shift, whole) ^ int.from_bytes(base64.b64decode(value), "big")
    return base64.b64encode(whole.to_bytes(size, "big")).decode()


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


def _product(polynomial: int, bits: int, one: int, other: int) -> int:
    """Product of two polynomials modulo a third, the highest bit being the lowest power."""
    product = 0
    for position in range(bits - 1, -1, -1):
        if one >> position & 1:
            product ^= other
        other = other >> 1 ^ (polynomial if other & 1 else 0)
    return product


def _power(polynomial: int, bits: int, exponent: int) -> int:
    """x to the power of an exponent, modulo a polynomial."""
    power, square = 1 << bits - 1, 1 << bits - 2
    while exponent:
        if exponent & 1:
            power = _product(polynomial, bits, power, square)
        square = _product(polynomial, bits, square, square)
        exponent >>= 1
    return power


_ALGORITHMS: Mapping[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "CRC32C": lambda body: _crc(*_CASTAGNOLI, body),
    "CRC64NVME": lambda body: _crc(*_NVME, body),
    "SHA1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}
_POLYNOMIALS = {"CRC32": _IEEE, "CRC32C": _CASTAGNOLI, "CRC64NVME": _NVME}
_SIZES = {"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20, "SHA256": 32}  # bytes
_SLOW = ("CRC32C", "CRC64NVME")
