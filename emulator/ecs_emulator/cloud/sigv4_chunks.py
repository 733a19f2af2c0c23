"""Chunk signatures of a body that S3 takes: `Content-Encoding: aws-chunked`.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import hashlib
import hmac
import re

from ecs_emulator.cloud.sigv4 import SignatureV4, sign

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_WITH_TRAILER = f"{SIGNED}-TRAILER"
UNSIGNED_WITH_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

_HEAD = re.compile(rb"([0-9a-fA-F]{1,8});chunk-signature=([0-9a-f]{64})\r\n")
_UNSIGNED_HEAD = re.compile(rb"([0-9a-fA-F]{1,8})\r\n")
_TRAILER_SIGNATURE = b"x-amz-trailer-signature:"
_NOTHING = hashlib.sha256(b"").hexdigest()


def are_signed(body: bytes, signed: SignatureV4, secret: str, has_trailer: bool) -> bool:
    """True when each chunk has the signature that follows from the one before it, the first from the request's."""
    previous, position = signed.signature, 0
    while True:
        head = _HEAD.match(body, position)
        if head is None:
            return False
        size, start = int(head[1], 16), head.end()
        data, position = body[start : start + size], start + size
        text = "\n".join((_NOTHING, hashlib.sha256(data).hexdigest()))
        expected = _signature("PAYLOAD", signed, secret, previous, text)
        if len(data) != size or not hmac.compare_digest(expected, head[2].decode()):
            return False
        previous = expected
        if size == 0:
            break
        if body[position : position + 2] != b"\r\n":
            return False
        position += 2
    rest = body[position:]
    return _is_trailer(rest, signed, secret, previous) if has_trailer else rest in (b"", b"\r\n")


def are_whole(body: bytes, size: str) -> bool:
    """True for chunks without signatures, of so many bytes (x-amz-decoded-content-length), of which none is cut off."""
    position, total = 0, 0
    while head := _UNSIGNED_HEAD.match(body, position):
        chunk, position = int(head[1], 16), head.end()
        if chunk == 0:
            return not size or size == str(total)
        total, position = total + chunk, position + chunk
        if body[position : position + 2] != b"\r\n":
            return False
        position += 2
    return False


def _is_trailer(rest: bytes, signed: SignatureV4, secret: str, previous: str) -> bool:
    lines = [line for line in rest.replace(b"\r\n", b"\n").split(b"\n") if line]
    if not lines or not lines[-1].lower().startswith(_TRAILER_SIGNATURE):
        return False
    content = b"".join(line + b"\n" for line in lines[:-1])
    expected = _signature("TRAILER", signed, secret, previous, hashlib.sha256(content).hexdigest())
    return hmac.compare_digest(expected.encode(), lines[-1][len(_TRAILER_SIGNATURE) :].strip())


def _signature(kind: str, signed: SignatureV4, secret: str, previous: str, text: str) -> str:
    whole = "\n".join((f"AWS4-HMAC-SHA256-{kind}", signed.timestamp, signed.scope, previous, text))
    return sign(secret, signed.scope, whole)
