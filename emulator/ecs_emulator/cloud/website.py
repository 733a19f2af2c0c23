"""Website of an S3 bucket, as S3's website endpoints serve it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/IndexDocumentSupport.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import FakeKey, s3_backends
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud import website_configuration as configurations
from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from ecs_emulator.cloud.website_access import Keys, may_everybody_read
from ecs_emulator.cloud.website_errors import WebsiteError, ids, page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from mypy_boto3_s3.type_defs import WebsiteConfigurationTypeDef

_ONE_RANGE = re.compile(r"bytes=(?:\d+-\d*|-\d+)")


class Website:
    """A WSGI application that serves one bucket of the local cloud, which need not be there yet.

    What the bucket holds and how it is configured is looked up for each request.
    """

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        with _opened(self._bucket) as bucket:
            answer = _Visit(request, self._bucket, bucket).answer()
        return answer(environ, start_response)


@contextmanager
def _opened(name: str) -> Iterator[Any]:
    """moto's bucket for us alone, None when there is none."""
    with MOTO_LOCK:
        yield s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(name)


class _Visit:
    """One request to the website of a bucket."""

    def __init__(self, request: Request, name: str, bucket: Any) -> None:
        self._request = request
        self._name = name
        self._bucket = bucket
        # As it came: werkzeug's own path has no two slashes in front.
        path = request.environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        self._key = path.removeprefix("/")
        self._query = request.query_string.decode("latin-1")

    def answer(self) -> Response:
        try:
            configuration = self._configuration()
        except WebsiteError as error:
            return page(error)
        if to := configuration.get("RedirectAllRequestsTo"):
            path = str(self._request.environ.get("REQUEST_URI") or quote(self._request.path)).partition("?")[0]
            return _redirect(HTTPStatus.MOVED_PERMANENTLY, configurations.everything(to, path, self._query))
        try:
            return self._redirected(configuration, None) or self._object(configuration)
        except WebsiteError as error:
            return self._redirected(configuration, error.status) or self._error(configuration, error)

    def _configuration(self) -> WebsiteConfigurationTypeDef:
        if self._bucket is None:
            raise WebsiteError("NoSuchBucket", BucketName=self._name)
        if not self._bucket.website_configuration:
            raise WebsiteError("NoSuchWebsiteConfiguration", BucketName=self._name)
        if self._request.method not in ("GET", "HEAD"):
            raise WebsiteError("MethodNotAllowed", Method=self._request.method, ResourceType="OBJECT")
        return configurations.read(self._bucket.website_configuration)

    def _redirected(self, configuration: WebsiteConfigurationTypeDef, error: int | None) -> Response | None:
        rule = configurations.rule_for(configuration, self._key, error)
        if rule is None:
            return None
        return _redirect(*configurations.redirection(rule, self._key, self._request.host, self._query))

    def _object(self, configuration: WebsiteConfigurationTypeDef) -> Response:
        suffix = configuration["IndexDocument"]["Suffix"]
        is_folder = self._key == "" or self._key.endswith("/")
        name = self._key + suffix if is_folder else self._key
        try:
            found = self._readable(name)
        except WebsiteError as error:
            if error.code == "NoSuchKey" and not is_folder and f"{name}/{suffix}" in self._bucket.keys:
                return _redirect(HTTPStatus.FOUND, quote(f"/{name}/", safe=configurations.SAFE))
            raise
        if found.website_redirect_location:
            return _redirect(HTTPStatus.MOVED_PERMANENTLY, found.website_redirect_location)
        return self._conditional(_content(found, HTTPStatus.OK))

    def _readable(self, name: str) -> Any:
        """moto's object, the newest version. Raises WebsiteError."""
        newest = self._bucket.keys.get(name)
        found = newest if isinstance(newest, FakeKey) else None
        if not may_everybody_read(self._bucket, name, found, self._keys()):
            raise WebsiteError("AccessDenied")
        if found is None:
            raise WebsiteError("NoSuchKey", Key=name)
        return found

    def _keys(self) -> Keys:
        """Condition keys of policies. Website endpoints have no TLS, on AWS neither."""
        headers = self._request.headers
        stated = {"aws:referer": headers.get("Referer"), "aws:useragent": headers.get("User-Agent")}
        return {
            "aws:securetransport": "false",
            "aws:sourceip": self._request.remote_addr or "127.0.0.1",
            **{name: value for name, value in stated.items() if value is not None},
        }

    def _conditional(self, response: Response) -> Response:
        environ = dict(self._request.environ)
        if not _ONE_RANGE.fullmatch(environ.get("HTTP_RANGE", "")):
            environ.pop("HTTP_RANGE", None)  # S3 answers several with the whole
        size = response.content_length
        try:
            answered = response.make_conditional(environ, accept_ranges=True, complete_length=size)
        except RequestedRangeNotSatisfiable:
            raise WebsiteError("InvalidRange", RangeRequested=environ["HTTP_RANGE"]) from None
        if answered.status_code == HTTPStatus.PRECONDITION_FAILED:
            raise WebsiteError("PreconditionFailed")
        return answered

    def _error(self, configuration: WebsiteConfigurationTypeDef, error: WebsiteError) -> Response:
        """The bucket's own page for an error; S3's where it has none, or none that may be read."""
        if "ErrorDocument" not in configuration:
            return page(error)
        try:
            found = self._readable(configuration["ErrorDocument"]["Key"])
        except WebsiteError as problem:
            return page(error, problem)
        if found.website_redirect_location:
            return _redirect(HTTPStatus.MOVED_PERMANENTLY, found.website_redirect_location)
        response = _content(found, error.status)
        response.headers["x-amz-error-code"] = error.code
        return response


def _content(found: Any, status: HTTPStatus) -> Response:
    metadata = dict(found.metadata)
    kind = next((value for name, value in metadata.items() if name.lower() == "content-type"), "binary/octet-stream")
    response = Response(found.value, status=status, content_type=kind)
    for name, value in metadata.items():
        if name.lower() != "content-type":
            response.headers[name] = str(value)
    response.headers.extend({**ids(), "Server": "AmazonS3", "ETag": found.etag})
    response.last_modified = found.last_modified
    return response


def _redirect(status: int, location: str) -> Response:
    response = Response(status=status)
    # As it is written: werkzeug would make one of its own of it.
    response.autocorrect_location_header = False
    response.headers.extend({**ids(), "Server": "AmazonS3", "Location": location})
    del response.headers["Content-Type"]
    return response
