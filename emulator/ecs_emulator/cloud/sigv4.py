"""Signature Version 4 of AWS, as the one who checks it computes it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import posixpath
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, quote_from_bytes, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
UNSIGNED = "UNSIGNED-PAYLOAD"
_PARTS = re.compile(r"(Credential|SignedHeaders|Signature)=([^\s,]+)")
_TIMESTAMP = re.compile(r"(\d{8})T\d{6}Z", re.ASCII)


class Malformed(Exception):
    """A signature that cannot be read; the message says what it lacks."""


class SignatureV4(NamedTuple):
    """Signature of a request. `scope` is date/region/service/aws4_request; `timestamp` as
    20260102T030405Z; `token` the session token, empty without one; `expires` the seconds for which a presigned URL
    holds, None when it is none."""

    key_id: str
    scope: str
    headers: tuple[str, ...]
    signature: str
    timestamp: str
    token: str
    expires: int | None

    @property
    def service(self) -> str:
        return self.scope.split("/")[2]

    @property
    def at(self) -> float:
        """The timestamp in seconds since the epoch. Raises Malformed."""
        return _seconds_of(self.timestamp)


def parse(environ: Mapping[str, Any]) -> SignatureV4 | None:
    """The signature of a request (a WSGI environment), None when it has none of this version. Raises Malformed."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if authorization:
        if not authorization.startswith(ALGORITHM):
            return None
        parts = dict(_PARTS.findall(authorization))
        timestamp = environ.get("HTTP_X_AMZ_DATE", "")
        token, expires = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", ""), None
    else:
        query = environ.get("QUERY_STRING", "")
        if "X-Amz-" not in query:
            return None
        fields = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
        if fields.get("X-Amz-Algorithm") != ALGORITHM:
            return None
        parts = {name: fields[f"X-Amz-{name}"] for name in _NAMES if f"X-Amz-{name}" in fields}
        timestamp, token = fields.get("X-Amz-Date", ""), fields.get("X-Amz-Security-Token", "")
        expires = _seconds(fields.get("X-Amz-Expires", ""))
    for name in _NAMES:
        if name not in parts:
            raise Malformed(f"Authorization header requires '{name}' parameter.")
    key_id, _, scope = parts["Credential"].partition("/")
    split = scope.split("/")
    if len(split) != 4 or split[3] != TERMINATOR:
        raise Malformed("Credential must have exactly 5 slash-delimited elements, and end with 'aws4_request'.")
    date = _TIMESTAMP.fullmatch(timestamp)
    if not date or date[1] != split[0]:
        raise Malformed("Authorization header requires existence of an 'X-Amz-Date' of the credential's date.")
    headers = tuple(sorted(parts["SignedHeaders"].lower().split(";")))
    return SignatureV4(key_id, scope, headers, parts["Signature"], timestamp, token, expires)


# Calls of one second have the same.
@lru_cache(maxsize=1024)
def _seconds_of(timestamp: str) -> float:
    try:
        return datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Malformed("Date must be in ISO-8601 'basic format'.") from None


_NAMES = ("Credential", "SignedHeaders", "Signature")


def unsigned_headers(environ: Mapping[str, Any], signed: SignatureV4) -> list[str]:
    """The headers that a signature has to cover and does not."""
    has_to = ["host", *(header(name) for name in environ if name.startswith("HTTP_X_AMZ_"))]
    return [name for name in has_to if name not in signed.headers]


def signature(environ: Mapping[str, Any], signed: SignatureV4, secret: str, payload_hash: str) -> str:
    """The signature that the request should have."""
    canonical = "\n".join(
        (
            environ["REQUEST_METHOD"],
            _path(environ, signed.service),
            _query(environ.get("QUERY_STRING", "")),
            *(f"{name}:{_value(environ, name)}" for name in signed.headers),
            "",
            ";".join(signed.headers),
            payload_hash,
        )
    )
    # WSGI's text is Latin-1 for what came as bytes.
    digest = hashlib.sha256(canonical.encode("latin-1", "replace")).hexdigest()
    return sign(secret, signed.scope, f"{ALGORITHM}\n{signed.timestamp}\n{signed.scope}\n{digest}")


def sign(secret: str, scope: str, text: str) -> str:
    """The signature of a string to sign, in hexadecimal."""
    return hmac.digest(_signing_key(secret, scope), text.encode(), "sha256").hex()


@lru_cache(maxsize=256)
def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@lru_cache(maxsize=256)
def _variable(name: str) -> str:
    """Where WSGI has a header."""
    variable = name.upper().replace("-", "_")
    return variable if variable in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{variable}"


@lru_cache(maxsize=256)
def header(variable: str) -> str:
    """The header that WSGI has there."""
    return variable.removeprefix("HTTP_").lower().replace("_", "-")


def _value(environ: Mapping[str, Any], name: str) -> str:
    value = str(environ.get(_variable(name), "")).strip()
    return re.sub(" +", " ", value) if "  " in value else value


def _path(environ: Mapping[str, Any], service: str) -> str:
    path = str(environ["REQUEST_URI"]).partition("?")[0]
    if not path.startswith("/"):
        # In absolute form, or of no form at all.
        path = "/" + path.partition("://")[2].partition("/")[2]
    if path == "/" or service == "s3":
        return path
    # Everywhere but at S3 the path is encoded once more, and without `.`, `..` and `//`.
    normal = posixpath.normpath(path.replace("//", "/"))
    return quote(normal + ("/" if path.endswith("/") and normal != "/" else ""), safe="/~", encoding="latin-1")


def _query(query: str) -> str:
    if not query:
        return ""
    pairs = (part.partition("=") for part in query.split("&") if part)
    encoded = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs if name != "X-Amz-Signature")
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encoded(text: str) -> str:
    return quote_from_bytes(unquote_to_bytes(text.encode("latin-1")), safe="-_.~")


def _seconds(text: str) -> int:
    # A number of 5,000 digits is none that Python reads.
    if not re.fullmatch("[0-9]{1,6}", text) or int(text) > 604_800:
        raise Malformed("X-Amz-Expires must be a number of seconds, less than a week.")
    return int(text)
