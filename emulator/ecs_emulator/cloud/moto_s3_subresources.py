"""Subresources of S3 that moto does not read: it would take what is asked of one for a request to its bucket or object.

To delete the metrics of a bucket would be to delete the bucket.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from moto.s3.models import FakeAcl
from moto.s3.responses import S3Response

from ecs_emulator.cloud.moto_overrides import override
from ecs_emulator.cloud.moto_s3_reads import existing

_OF_BUCKETS = {
    *("abac", "analytics", "intelligent-tiering", "metadataConfiguration", "metadataInventoryTable"),
    *(
        "metadataAnnotationTable",
        "metadataJournalTable",
        "metadataTable",
        "metrics",
        "session",
        "DELETE inventory",
        "PUT requestPayment",
    ),
}
_OF_OBJECTS = {"annotation", "encryption", "renameObject", "torrent"}
# Nobody else can be made to pay here.
_PAYER = (
    '<RequestPaymentConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Payer>BucketOwner</Payer>'
    "</RequestPaymentConfiguration>"
)


def install() -> None:
    """Refuse them from now on, in this process."""
    override(S3Response, "_bucket_response", _of_bucket)
    override(S3Response, "_key_response", _of_object)
    override(S3Response, "put_object_acl", _with_acl)


def _of_bucket(before: Any, response: S3Response, request: Any, full_url: str) -> Any:
    """Raises NotImplementedError, and what moto does."""
    query = response._get_querystring(request, full_url)
    name = response.parse_bucket_name_from_url(request, full_url)
    if name:
        _check(request.method, query, _OF_BUCKETS)
        if request.method == "GET" and "requestPayment" in query:
            response.backend.get_bucket(name)
            return HTTPStatus.OK.value, {"content-type": "application/xml"}, _PAYER
    return before(response, request, full_url)


def _of_object(before: Any, response: S3Response, request: Any, full_url: str) -> Any:
    """Raises NotImplementedError, and what moto does."""
    _check(request.method, response._get_querystring(request, full_url), _OF_OBJECTS)
    return before(response, request, full_url)


def _with_acl(before: Any, response: S3Response) -> Any:
    """Raises MissingKey, MissingVersion, and what moto does, which reads no ACL of an object but its headers."""
    if response._acl_from_headers(response.headers):
        return before(response)
    name, version = response.parse_key_name(), response._get_param("versionId")
    key = existing(response.backend, response.bucket_name, name, version)
    key.set_acl(response._acl_from_body() or FakeAcl([]))
    return HTTPStatus.OK.value, {}, ""


def _check(method: str, query: Iterable[str], not_read: set[str]) -> None:
    for name in query:
        if {name, f"{method} {name}"} & not_read:
            raise NotImplementedError(name)
