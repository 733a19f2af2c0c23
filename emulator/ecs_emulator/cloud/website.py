"""Website endpoint of an S3 bucket, as S3 itself serves it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
from botocore.exceptions import ClientError
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Website:
    """A WSGI application that serves one bucket: index and error documents, content types, redirects, conditions."""

    def __init__(self, session: boto3.Session, bucket: str) -> None:
        self._s3 = session.client("s3")
        self._bucket = bucket
        self._configuration = self._s3.get_bucket_website(Bucket=bucket)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return _error(405, "MethodNotAllowed")
        if not self._readable_by_world():
            return _error(403, "AccessDenied")
        suffix = self._configuration["IndexDocument"]["Suffix"]
        key = request.path.removeprefix("/")
        if key == "" or key.endswith("/"):
            key += suffix
        conditions = _conditions(request)
        try:
            return self._object(key, 206 if "Range" in conditions else 200, **conditions)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status in (304, 412, 416):
                return Response(status=status)
        if self._exists(f"{key}/{suffix}"):
            return Response(status=302, headers={"Location": quote(f"/{key}/")})
        try:
            return self._object(self._configuration["ErrorDocument"]["Key"], 404)
        except (ClientError, KeyError):  # no such file, or none is named
            return _error(404, "NoSuchKey")

    def _object(self, key: str, status: int, **conditions: Any) -> Response:
        found = self._s3.get_object(Bucket=self._bucket, Key=key, **conditions)
        response = Response(found["Body"].read(), status=status, content_type=found["ContentType"])
        response.headers["ETag"] = found["ETag"]
        response.last_modified = found["LastModified"]
        response.headers["Server"] = "AmazonS3"
        for header, value in (
            ("Cache-Control", found.get("CacheControl")),
            ("Content-Encoding", found.get("ContentEncoding")),
            ("Content-Range", found.get("ContentRange")),
        ):
            if value:
                response.headers[header] = value
        return response

    def _exists(self, key: str) -> bool:
        try:
            self._s3.head_object(Bucket=self._bucket, Key=key)
        except ClientError:
            return False
        return True

    def _readable_by_world(self) -> bool:
        """True when S3 would let an anonymous visitor read: a public policy, and nothing that blocks it."""
        try:
            policy = json.loads(self._s3.get_bucket_policy(Bucket=self._bucket)["Policy"])
            block = self._s3.get_public_access_block(Bucket=self._bucket)["PublicAccessBlockConfiguration"]
        except ClientError:
            # No policy, or S3's default since April 2023: everything public is blocked.
            return False
        if block.get("BlockPublicPolicy") or block.get("RestrictPublicBuckets"):
            return False
        return any(
            statement["Effect"] == "Allow"
            and statement.get("Principal") in ("*", {"AWS": "*"})
            and "s3:GetObject" in _as_list(statement["Action"])
            and f"arn:aws:s3:::{self._bucket}/*" in _as_list(statement["Resource"])
            for statement in policy["Statement"]
        )


def _conditions(request: Request) -> dict[str, Any]:
    """The conditions of a request that S3 knows; one that it cannot read is as if it were not there."""
    conditions: dict[str, Any] = {}
    if tags := request.headers.get("If-None-Match"):
        conditions["IfNoneMatch"] = tags
    if request.if_modified_since:
        conditions["IfModifiedSince"] = request.if_modified_since
    if request.range and request.range.units == "bytes" and len(request.range.ranges) == 1:
        conditions["Range"] = request.range.to_header()
    return conditions


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _error(status: int, code: str) -> Response:
    page = f"<html><head><title>{status} {code}</title></head><body><h1>{status} {code}</h1></body></html>\n"
    return Response(page, status=status, content_type="text/html; charset=utf-8")
