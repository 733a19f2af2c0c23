"""Publication of the static site in its bucket: types, caching, and what CloudFront has of it."""

from __future__ import annotations

import mimetypes
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from ops.face import display_face
from ops.fingerprints import is_fingerprinted
from ops.pages import MysfitRow
from ops.seed import read_seed
from ops.site_files import SITE, site_files

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The system's own table differs from machine to machine.
_TYPES = mimetypes.MimeTypes(filenames=())
_TYPES.add_type("text/javascript", ".js")
_TYPES.add_type("image/svg+xml", ".svg")
_TYPES.add_type("application/manifest+json", ".webmanifest")
_TYPES.add_type("application/xml", ".xml")
_TYPES.add_type("font/woff2", ".woff2")
# Read anew by every browser: what stands in it is the release.
_ALWAYS_ASKED = (".html", "service-worker.js", ".webmanifest", ".xml", ".txt")
_ATTRIBUTES = ("MysfitId", "Name", "Species", "Description", "ThumbImageUri", "ProfileImageUri")


def publish(
    session: boto3.Session,
    bucket: str,
    api_url: str,
    site_url: str = "",
    mysfits: Iterable[MysfitRow] = (),
    site: Path = SITE,
) -> int:
    """Upload every file of `site` for an API at `api_url` (empty: on the site's own origin); how many there are.

    `site_url` is where the site will be found, and `mysfits` are those that get a page of their own. Files of an
    earlier publication stay, for those who have its page open.
    """
    s3: S3Client = session.client("s3")
    published = site_files(site, api_url, site_url.rstrip("/"), mysfits, display_face())
    # Pages last: a visitor never gets one whose files are not there yet.
    for key in sorted(published, key=lambda key: (key.endswith(".html"), key)):
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=published[key],
            ContentType=content_type(key),
            CacheControl=cache_control(key),
        )
    return len(published)


def read_mysfits(session: boto3.Session, table: str | None) -> list[MysfitRow]:
    """The rows of the table as far as pages tell of them; the seeds where no stack has a table."""
    if table is None:
        return [{name: row[name] for name in _ATTRIBUTES} for row in read_seed("mysfits")]  # type: ignore[misc]
    client: Any = session.resource("dynamodb").meta.client
    names = {f"#{name}": name for name in _ATTRIBUTES}
    answers = client.get_paginator("scan").paginate(
        TableName=table, ProjectionExpression=", ".join(names), ExpressionAttributeNames=names
    )
    rows = (row for answer in answers for row in answer["Items"])
    # A row that somebody else wrote may hold anything; what is no text is not told.
    return [{name: row[name] for name in names.values() if isinstance(row.get(name), str)} for row in rows]  # type: ignore[misc]


def invalidate(session: boto3.Session, distribution: str) -> None:
    """Have CloudFront forget its copies: pages are asked for anew in any case, pictures would stay for a day."""
    cloudfront: Any = session.client("cloudfront")
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": uuid.uuid4().hex}
    cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def content_type(key: str) -> str:
    guessed = _TYPES.guess_type(key)[0] or "application/octet-stream"
    textual = guessed.startswith("text/") or guessed.endswith(("json", "xml"))
    return f"{guessed}; charset=utf-8" if textual else guessed


def cache_control(key: str) -> str:
    """Cache-Control for a browser: for ever what has its content in its name, nothing unasked of a page."""
    if is_fingerprinted(key):
        return "public, max-age=31536000, immutable"
    return "no-cache" if key.endswith(_ALWAYS_ASKED) else "public, max-age=86400"
