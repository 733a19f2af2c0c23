"""Forms that put an object into a bucket of S3: POST Object, with a policy that says what the form may hold.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape

from botocore.parsers import ResponseParserError
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from ecs_emulator.access_key import AccessKey
from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.cloud.s3_xml import parsed
from ecs_emulator.local import REGION

# Fields that no condition has to name.
_UNCONDITIONED = {"awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"}
_HEADERS = {"cache-control", "content-disposition", "content-encoding", "content-type", "expires"}
_SIGNATURE = {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token", "x-amz-signature"}
_STATUSES = {"200", "201", "204"}
_AGAIN = "If it is specified, please check the order of the fields."


def is_form(request: Request) -> bool:
    is_upload = request.method == "POST" and request.mimetype == "multipart/form-data"
    return is_upload and not request.headers.get("Authorization") and not request.query_string


def answered(
    request: Request, check: Callable[[Mapping[str, str]], AccessKey], put: Callable[[Request], Response]
) -> Response:
    """Answer to a form, whose signature `check` holds against the keys; the object is `put`. Raises AwsError."""
    bucket = Call.of(request).bucket
    try:
        fields = {name.lower(): value for name, value in request.form.items()}
    except RequestEntityTooLarge:
        what = "Your POST request fields preceding the upload file were too large."
        raise AwsError("MaxPostPreDataLengthExceededError", what) from None
    file = request.files.get("file")
    body = file.read() if file else fields.get("file", "").encode()
    request.close()
    if "key" not in fields:
        raise AwsError("InvalidArgument", f"Bucket POST must contain a field named 'key'.  {_AGAIN}")
    if "file" not in request.files and "file" not in request.form:
        raise AwsError("InvalidArgument", "POST requires exactly one file upload per request.")
    if "policy" not in fields:
        raise AwsError("AccessDenied", "Access Denied", HTTPStatus.FORBIDDEN)
    fields["key"] = fields["key"].replace("${filename}", (file and file.filename) or "")
    key = check(fields)
    _check_policy(fields["policy"], {**fields, "bucket": bucket}, len(body))
    stored = put(_put_request(bucket, fields, body, key))
    return stored if stored.status_code >= HTTPStatus.BAD_REQUEST else _answer(request, bucket, fields, stored)


def _check_policy(encoded: str, fields: Mapping[str, str], size: int) -> None:
    """Raises AwsError."""
    try:
        policy = json.loads(base64.b64decode(encoded))
        ends = datetime.fromisoformat(policy["expiration"].replace("Z", "+00:00"))
        conditions = [_condition(each) for each in policy["conditions"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AwsError("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from None
    if ends.replace(tzinfo=ends.tzinfo or UTC) < datetime.now(UTC):
        raise _denied("Policy expired.")
    for kind, name, value in conditions:
        if kind == "content-length-range":
            if size < name:
                raise AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
            if size > value:
                raise AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
            continue
        given = fields.get(name.removeprefix("$").lower(), "")
        if not (given.startswith(value) if kind == "starts-with" else given == value):
            raise _denied(f"Policy Condition failed: {json.dumps([kind, name, value])}")
    named = {name.removeprefix("$").lower() for kind, name, _ in conditions if kind != "content-length-range"}
    extra = [each for each in sorted(fields.keys() - named - _UNCONDITIONED) if not each.startswith("x-ignore-")]
    if extra:
        raise _denied(f"Extra input fields: {', '.join(extra)}")


def _condition(stated: Any) -> tuple[str, Any, Any]:
    """Kind, field and value; of a range the two bounds. Raises ValueError and TypeError."""
    if isinstance(stated, dict):
        [(name, value)] = stated.items()
        return "eq", f"${name}", str(value)
    kind, name, value = stated
    if kind.lower() == "content-length-range":
        return "content-length-range", int(name), int(value)
    if kind.lower() not in ("eq", "starts-with"):
        raise ValueError(kind)
    return kind.lower(), str(name), str(value)


def _put_request(bucket: str, fields: Mapping[str, str], body: bytes, key: AccessKey) -> Request:
    """Request that puts the object as the form says. Raises AwsError."""
    headers = {name: value.encode().decode("latin-1") for name, value in _headers(fields)}
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={key.id}/20260101/{REGION}/s3/aws4_request, Signature=0"
    headers["Host"] = "localhost"
    path = f"/{bucket}/{quote(fields['key'], safe='')}"
    try:
        return EnvironBuilder(path, method="PUT", data=body, headers=Headers(headers)).get_request()
    except ValueError as error:
        raise AwsError("InvalidArgument", str(error)) from None


def _headers(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if name in _HEADERS or (name.startswith("x-amz-") and name not in _SIGNATURE):
            yield name, value
    if "acl" in fields:
        yield "x-amz-acl", fields["acl"]
    if "tagging" in fields:
        shape: Any = service_model("s3").operation_model("GetObjectTagging").output_shape
        try:
            read = parsed(fields["tagging"].encode(), shape)
        except ResponseParserError:
            raise AwsError("MalformedXML", "The XML you provided was not well-formed") from None
        yield "x-amz-tagging", urlencode([(each["Key"], each["Value"]) for each in read["TagSet"]])


def _answer(request: Request, bucket: str, fields: Mapping[str, str], stored: Response) -> Response:
    tag, name = stored.headers.get("ETag", ""), fields["key"]
    location = f"{request.host_url}{bucket}/{quote(name)}"
    headers = {each: stored.headers[each] for each in ("ETag", "x-amz-version-id") if each in stored.headers}
    if to := fields.get("success_action_redirect", fields.get("redirect")):
        url = urlsplit(to)
        query = urlencode({"bucket": bucket, "key": name, "etag": tag})
        headers["Location"] = urlunsplit(url._replace(query=f"{url.query}&{query}" if url.query else query))
        return Response(status=HTTPStatus.SEE_OTHER, headers=headers)
    status = fields.get("success_action_status", "204")
    status = status if status in _STATUSES else "204"
    members = {"Location": location, "Bucket": bucket, "Key": name, "ETag": tag}
    told = "".join(f"<{each}>{escape(value)}</{each}>" for each, value in members.items())
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{told}</PostResponse>' if status == "201" else ""
    return Response(document, int(status), {**headers, "Location": location}, content_type="application/xml")


def _denied(why: str) -> AwsError:
    return AwsError("AccessDenied", f"Invalid according to Policy: {why}", HTTPStatus.FORBIDDEN)
