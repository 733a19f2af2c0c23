"""Publication of the static site in its bucket: types, caching, and the address of the API."""

import json
import mimetypes
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from ops.fingerprints import fingerprinted, is_fingerprinted

SITE = Path(__file__).parent.parent / "static-site"

# What static-site/index.html has in their places until it is published.
_ANY_LOCAL_API = "http://localhost:* http://127.0.0.1:*"
_PRELOAD = "<!-- preload: the list of mysfits -->"

# The system's own table differs from machine to machine.
_TYPES = mimetypes.MimeTypes(filenames=())
_TYPES.add_type("text/javascript", ".js")
_TYPES.add_type("image/svg+xml", ".svg")
_TYPES.add_type("application/manifest+json", ".webmanifest")


def publish(session: boto3.Session, bucket: str, api_url: str, site: Path = SITE) -> int:
    """Upload every file of `site` for an API at `api_url` (empty: on the site's own origin); how many there are.

    Files of an earlier publication stay, for those who have its page open.
    """
    s3 = session.client("s3")
    files = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    if "config.js" in files:
        files["config.js"] = config_script(api_url).encode()
    for key in [key for key in files if key.endswith(".html")]:
        files[key] = _page(files[key].decode(), api_url).encode()
    published = fingerprinted(files)
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


def invalidate(session: boto3.Session, distribution: str) -> None:
    """Have CloudFront forget its copies: pages are asked for anew in any case, pictures would stay for a day."""
    cloudfront: Any = session.client("cloudfront")
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": uuid.uuid4().hex}
    cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def config_script(api_url: str) -> str:
    """`config.js` for an API at `api_url`."""
    return f"export const apiUrl = {json.dumps(api_url)};\n"


def _page(text: str, api_url: str) -> str:
    """A page that may talk to this API and to no other, and asks for its list without waiting for scripts."""
    parts = urlsplit(api_url)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    preload = f'<link rel="preload" as="fetch" crossorigin href="{api_url}/mysfits">'
    return text.replace(_ANY_LOCAL_API, origin).replace(_PRELOAD, preload)


def content_type(key: str) -> str:
    guessed = _TYPES.guess_type(key)[0] or "application/octet-stream"
    textual = guessed.startswith("text/") or guessed.endswith(("json", "xml"))
    return f"{guessed}; charset=utf-8" if textual else guessed


def cache_control(key: str) -> str:
    """Cache-Control for a browser: for ever what has its content in its name, nothing unasked of a page."""
    if is_fingerprinted(key):
        return "public, max-age=31536000, immutable"
    return "no-cache" if key.endswith(".html") else "public, max-age=86400"
