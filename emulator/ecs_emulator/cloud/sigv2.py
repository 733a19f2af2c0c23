"""Signature Version 2 in the query of an S3 URL, which boto3 still makes where nothing else is asked for.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from ecs_emulator.cloud.sigv4 import Malformed, header

# The parts of a query that say what is asked for.
_MEANT = {
    *("accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location"),
    *("logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment"),
    *("response-cache-control", "response-content-disposition", "response-content-encoding"),
    *("response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type"),
    *("storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website"),
}
_BUCKET = re.compile(r"(?P<bucket>[a-z0-9.-]+)\.s3[.-].*", re.ASCII)


class SignatureV2(NamedTuple):
    """`expires` is in seconds since the epoch."""

    key_id: str
    signature: str
    expires: int
    token: str


def parse(environ: Mapping[str, Any]) -> SignatureV2 | None:
    """The signature of a URL, None when it has none of this version. Raises Malformed."""
    if environ.get("HTTP_AUTHORIZATION"):
        return None
    fields = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    if "AWSAccessKeyId" not in fields:
        return None
    if not fields.get("Signature") or not re.fullmatch("[0-9]{1,12}", fields.get("Expires", "")):
        raise Malformed("Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters.")
    token = fields.get("x-amz-security-token", "")
    return SignatureV2(fields["AWSAccessKeyId"], fields["Signature"], int(fields["Expires"]), token)


def signature(environ: Mapping[str, Any], signed: SignatureV2, secret: str) -> str:
    """The signature that the URL should have, in base 64."""
    query = [part.partition("=")[::2] for part in environ["QUERY_STRING"].split("&")]
    fields = {name.lower(): unquote(value) for name, value in query}
    headers = {header(name): value for name, value in environ.items() if name.startswith("HTTP_X_AMZ_")}
    headers |= {name: value for name, value in fields.items() if name.startswith("x-amz-")}
    meant = sorted((name, unquote(value)) for name, value in query if name in _MEANT)
    parts = "&".join(f"{name}={value}" if value else name for name, value in meant)
    text = "\n".join(
        (
            environ["REQUEST_METHOD"],
            fields.get("content-md5") or environ.get("HTTP_CONTENT_MD5", ""),
            fields.get("content-type") or environ.get("CONTENT_TYPE", ""),
            str(signed.expires),
            *(f"{name}:{value}" for name, value in sorted(headers.items())),
            _resource(environ) + (f"?{parts}" if parts else ""),
        )
    )
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


def _resource(environ: Mapping[str, Any]) -> str:
    path = str(environ["REQUEST_URI"]).partition("?")[0]
    virtual = _BUCKET.fullmatch(environ["HTTP_HOST"].lower())
    return f"/{virtual['bucket']}{path}" if virtual else path
