"""Conditions of requests to S3 on the ETag of an object and on when it has changed.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html and, of copies, …/API_CopyObject.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from moto.s3.exceptions import PreconditionFailed
from moto.s3.models import FakeKey

CONDITIONS = ("If-Match", "If-Modified-Since", "If-None-Match", "If-Unmodified-Since")


def is_unchanged(headers: Mapping[str, Any], key: FakeKey, prefix: str = "") -> bool:
    """True when an object is the one that its client has. Raises PreconditionFailed where it is not the one wanted.

    An ETag counts more than a date: https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
    """
    match, modified, none_match, unmodified = (headers.get(f"{prefix}{name}") for name in CONDITIONS)
    changed, tag = key.last_modified.replace(microsecond=0), key.etag.strip('"')
    if match and not _names(match, tag):
        raise PreconditionFailed(f"{prefix}If-Match")
    if not match and (then := _moment(unmodified)) and changed > then:
        raise PreconditionFailed(f"{prefix}If-Unmodified-Since")
    if none_match:
        return _names(none_match, tag)
    then = _moment(modified)
    return then is not None and changed <= then


def _names(tags: str, tag: str) -> bool:
    return any(each.strip().removeprefix("W/").strip('"') in (tag, "*") for each in tags.split(","))


def _moment(header: str | None) -> datetime | None:
    """Moment of a header, as moto has moments; None for one that is none, which S3 does not heed."""
    try:
        return parsedate_to_datetime(header or "").replace(tzinfo=None)
    except ValueError:
        return None
