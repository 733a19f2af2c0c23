"""Corrections of what moto's S3 reads of an object: parts, ranges, and versions that are delete markers.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from moto.s3.exceptions import (
    InvalidContinuationToken,
    MissingKey,
    MissingVersion,
    PreconditionFailed,
    RangeNotSatisfiable,
)
from moto.s3.models import FakeDeleteMarker, FakeKey, S3Backend
from moto.s3.responses import S3Response
from werkzeug.datastructures import Headers

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_overrides import override
from ecs_emulator.cloud.s3_conditions import CONDITIONS, is_unchanged

_RANGE = re.compile(r"bytes=(\d{1,18}-\d{0,18}|-\d{1,18})", re.ASCII)
_MOST = 1000  # keys, parts or uploads of a page
_PAGES = ("max-keys", "max-parts", "max-uploads")


def install() -> None:
    """Answer so from now on, in this process."""
    override(S3Response, "get_object", _part_or_all)
    override(S3Response, "_get_key", _found)
    override(S3Response, "head_object", _head_if_wanted)
    override(S3Response, "head_object", _head_of_part_or_all)
    override(S3Response, "_handle_range_header", _range_or_all)
    override(S3Response, "_bucket_response", _limited)
    override(S3Backend, "list_objects_v2", _listed)


def existing(backend: S3Backend, bucket: str, name: str, version: str | None) -> FakeKey:
    """Object of a name, or a version of it. Raises MissingKey and MissingVersion."""
    key = backend.get_object(bucket, name, version_id=version)
    if key is None:
        raise MissingVersion if version else MissingKey(key=name)
    return key


def _part_or_all(before: Any, response: S3Response) -> Any:
    """A part of an object that came in parts, where one is asked for; moto would answer with all of it.

    Raises AwsError, and what moto does.
    """
    try:
        status, headers, body = before(response)
    except RangeNotSatisfiable:
        raise _no_part() from None
    except MissingVersion:
        version = response.querystring["versionId"][0]
        found: Any = response.backend.get_object(response.bucket_name, response.parse_key_name(), version, None, True)
        if not isinstance(found, FakeDeleteMarker):
            raise
        what = "The specified method is not allowed against this resource."
        raise AwsError("MethodNotAllowed", what, HTTPStatus.METHOD_NOT_ALLOWED) from None
    number = response._get_int_param("partNumber")
    key, _ = response._get_key() if number and status == HTTPStatus.OK else (None, None)
    if not key or not key.multipart:
        return status, headers, body
    start, end, told = _part(key, number)
    return HTTPStatus.PARTIAL_CONTENT.value, {**headers, **told}, body[start:end]


def _found(before: Any, response: S3Response, *args: Any, **kwargs: Any) -> tuple[FakeKey, bool]:
    """The object of a request, and whether its client has it already. Raises PreconditionFailed, and what moto does."""
    told, response.headers = response.headers, _unconditional(response.headers)
    try:
        key, _ = before(response, *args, **kwargs)
    finally:
        response.headers = told
    return key, is_unchanged(told, key)


def _head_if_wanted(before: Any, response: S3Response, bucket: str, query: Any, name: str, headers: Any) -> Any:
    """Raises what moto does."""
    status, told, body = before(response, bucket, query, name, _unconditional(headers))
    key = response.backend.get_object(bucket, name, query.get("versionId", [None])[0])
    if key is None or status >= HTTPStatus.BAD_REQUEST:
        return status, told, body
    try:
        if not is_unchanged(headers, key):
            return status, told, body
    except PreconditionFailed:
        return HTTPStatus.PRECONDITION_FAILED.value, {}, ""
    kept = {each: value for each, value in told.items() if not each.lower().startswith("content-")}
    return HTTPStatus.NOT_MODIFIED.value, kept, ""


def _unconditional(headers: Any) -> Headers:
    return Headers([(name, value) for name, value in headers.items() if name.title() not in CONDITIONS])


def _head_of_part_or_all(before: Any, response: S3Response, bucket: str, query: Any, name: str, headers: Any) -> Any:
    """Raises AwsError, and what moto does."""
    number = int(query.get("partNumber", ["0"])[0])
    key = response.backend.get_object(bucket, name, query.get("versionId", [None])[0]) if number else None
    if key is None:
        return before(response, bucket, query, name, headers)
    status, told, body = before(
        response, bucket, {each: query[each] for each in query.keys() - {"partNumber"}}, name, headers
    )
    if status != HTTPStatus.OK:
        return status, told, body
    return HTTPStatus.PARTIAL_CONTENT.value, {**told, **_part(key, number)[2]}, body


def _part(key: FakeKey, number: int) -> tuple[int, int, dict[str, str]]:
    """Where a part begins and ends, and the headers that tell it. Raises AwsError."""
    parts: list[int] = key.multipart.partlist if key.multipart else [1]
    if number not in parts:
        raise _no_part()
    sizes = {each: key.multipart.parts[each].size for each in parts} if key.multipart else {1: key.size}
    start = sum(sizes[each] for each in parts[: parts.index(number)])
    end = start + sizes[number]
    told = {"content-range": f"bytes {start}-{end - 1}/{key.size}", "content-length": str(end - start)}
    return start, end, told | ({"x-amz-mp-parts-count": str(len(parts))} if key.multipart else {})


def _no_part() -> AwsError:
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    return AwsError("InvalidPartNumber", "The requested partnumber is not satisfiable", status)


def _range_or_all(before: Any, response: S3Response, request: Any, headers: dict[str, Any], content: Any) -> Any:
    """S3 does not heed a Range that is none, nor one of something else than an object."""
    if not _RANGE.fullmatch(request.headers["range"]) or request.method not in ("GET", "HEAD"):
        return HTTPStatus.OK.value, headers, content
    return before(response, request, headers, content)


def _limited(before: Any, response: S3Response, request: Any, full_url: str) -> Any:
    for name in _PAGES:
        if int(response.querystring.get(name, ["0"])[0]) > _MOST:
            response.querystring[name] = [str(_MOST)]
    return before(response, request, full_url)


def _listed(before: Any, backend: S3Backend, *args: Any, continuation_token: str | None, **kwargs: Any) -> Any:
    """Raises InvalidContinuationToken, and what moto does."""
    if continuation_token and continuation_token not in backend._pagination_tokens:
        raise InvalidContinuationToken
    return before(backend, *args, continuation_token=continuation_token, **kwargs)
