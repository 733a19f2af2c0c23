"""Arguments of requests to S3, held against what S3 takes before it looks at any bucket.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

from werkzeug.wrappers import Request

from ecs_emulator.cloud.errors import AwsError

_LONGEST_KEY = 1024  # bytes
_MOST_METADATA = 2048  # bytes of names and values
_LARGEST_NUMBER = 2**31 - 1
_LAST_PART = 10_000
_NUMBERS = {
    "max-keys": "maxKeys",
    **{name: name for name in ("max-buckets", "max-parts", "max-uploads", "part-number-marker")},
}
# As S3 makes them, or as moto does.
_VERSION = re.compile(r"null|[A-Za-z0-9._-]{32,1024}")
_COPY_RANGE = re.compile(r"bytes=(\d+)-(\d+)", re.ASCII)
_CANNED = (
    *("private", "public-read", "public-read-write", "aws-exec-read", "authenticated-read", "bucket-owner-read"),
    *("bucket-owner-full-control", "log-delivery-write"),
)
_VALUES = {
    "x-amz-acl": (_CANNED, f"The canned ACL is none of {', '.join(_CANNED)}."),
    "x-amz-metadata-directive": (("COPY", "REPLACE"), "Unknown metadata directive."),
    "x-amz-tagging-directive": (("COPY", "REPLACE"), "Unknown tagging directive."),
    "x-amz-server-side-encryption": (
        ("AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"),
        "The encryption method specified is not supported",
    ),
}
_ALGORITHMS = {"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"}
_GRANT = re.compile(r"""\s*(id|uri|emailAddress)\s*=\s*(["']?)[^"',]+\2\s*""")
_GRANTS = {f"x-amz-grant-{each}" for each in ("full-control", "read", "read-acp", "write", "write-acp")}
_ATTRIBUTES = {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"}


def check(request: Request, key: str) -> None:
    """Hold the query and the headers of a request, to an object with a `key` or to a bucket, against S3's rules.

    Raises AwsError.
    """
    if len(key.encode("utf-8", "surrogateescape")) > _LONGEST_KEY:
        raise AwsError("KeyTooLongError", "Your key is too long")
    for problem in _of_query(request):
        raise AwsError("InvalidArgument", problem)
    for problem in _of_headers(request):
        raise AwsError("InvalidArgument", problem)
    headers = request.headers
    if "attributes" in request.args and not headers.get("x-amz-object-attributes"):
        what = "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty"
        raise AwsError("InvalidRequest", what)
    if "partNumber" in request.args and "Range" in headers:
        raise AwsError("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
    if request.method == "PUT" and key and ("partNumber" in request.args) != ("uploadId" in request.args):
        # Neither a part nor an object, which moto would put in the place of the one that is there.
        raise AwsError("InvalidArgument", "This operation does not accept a query-string.")
    metadata = [each for each in headers if each[0].lower().startswith("x-amz-meta-")]
    if sum(len(name) - len("x-amz-meta-") + len(value) for name, value in metadata) > _MOST_METADATA:
        raise AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
    if any(name.lower().startswith("x-amz-server-side-encryption-customer-") for name, _ in headers):
        # An endpoint without TLS, as here, says so at AWS as well.
        what = "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure "
        raise AwsError("InvalidRequest", f"{what}connection.")
    if headers.get("x-amz-sdk-checksum-algorithm", "CRC32").upper() not in _ALGORITHMS:
        raise AwsError("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")
    if request.method in ("PUT", "POST") and headers.get("If-None-Match", "*") != "*":
        what = "A header you provided implies functionality that is not implemented"
        raise AwsError("NotImplemented", what, HTTPStatus.NOT_IMPLEMENTED)


def copy_source(header: str) -> tuple[str, str, str | None]:
    """Bucket, key and version of an x-amz-copy-source. Raises ValueError for what names no object."""
    path, _, version = header.partition("?versionId=")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    if not bucket or not key:
        raise ValueError(header)
    return bucket, key, version or None


def copy_range(header: str) -> tuple[int, int]:
    """First and last byte of an x-amz-copy-source-range. Raises ValueError."""
    found = _COPY_RANGE.fullmatch(header)
    if not found or int(found[1]) > int(found[2]):
        raise ValueError(header)
    return int(found[1]), int(found[2])


def _of_query(request: Request) -> Iterator[str]:
    """What is wrong with it."""
    args = request.args
    for name, argument in _NUMBERS.items():
        text = args.get(name, "0")
        if not re.fullmatch(r"-?\d{1,10}", text, re.ASCII) or int(text) > _LARGEST_NUMBER:
            yield f"Provided {name} not an integer or within integer range"
        elif int(text) < 0:
            yield f"Argument {argument} must be an integer between 0 and {_LARGEST_NUMBER}"
    number = args.get("partNumber", "1")
    if not re.fullmatch(r"\d{1,5}", number, re.ASCII) or not 1 <= int(number) <= _LAST_PART:
        yield f"Part number must be an integer between 1 and {_LAST_PART}, inclusive"
    if args.get("encoding-type", "url") != "url":
        yield "Invalid Encoding Method specified in Request"
    if args.get("version-id-marker") and not args.get("key-marker"):
        yield "A version-id marker cannot be specified without a key marker."
    if "versionId" in args and not _VERSION.fullmatch(args["versionId"]):
        yield "Invalid version id specified" if args["versionId"] else "Version id cannot be the empty string"


def _of_headers(request: Request) -> Iterator[str]:
    headers = request.headers
    for name, (allowed, problem) in _VALUES.items():
        if headers.get(name, allowed[0]) not in allowed:
            yield problem
    if (source := headers.get("x-amz-copy-source")) is not None:
        try:
            version = copy_source(source)[2]
        except ValueError:
            yield "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
        else:
            if version and not _VERSION.fullmatch(version):
                yield "Invalid version id specified"
    if (asked := headers.get("x-amz-copy-source-range")) is not None:
        try:
            copy_range(asked)
        except ValueError:
            yield (
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                "zero-based offsets of the first and last bytes to copy"
            )
    for name, value in headers:
        is_grant = name.lower().startswith("x-amz-grant-")
        if is_grant and (name.lower() not in _GRANTS or not all(map(_GRANT.fullmatch, value.split(",")))):
            yield "Argument format not recognized"
    tags = [name for name, _ in parse_qsl(headers.get("x-amz-tagging", ""), keep_blank_values=True)]
    if len(set(tags)) < len(tags):
        yield (
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag "
            "name duplicates."
        )
    attributes = headers.get("x-amz-object-attributes", "")
    if attributes and {each.strip() for each in attributes.split(",")} - _ATTRIBUTES:
        yield "Invalid attribute name specified."
