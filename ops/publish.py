"""Uploads the static site to its bucket: content types, and the API's address in `config.js`."""

import json
import mimetypes
from pathlib import Path

import boto3

SITE = Path(__file__).parent.parent / "static-site"

# The system's own table differs from machine to machine.
_TYPES = mimetypes.MimeTypes(filenames=())
_TYPES.add_type("text/javascript", ".js")
_TYPES.add_type("image/svg+xml", ".svg")
_TYPES.add_type("application/manifest+json", ".webmanifest")


def publish(session: boto3.Session, bucket: str, api_url: str, site: Path = SITE) -> int:
    """Upload every file of `site`; how many there are."""
    s3 = session.client("s3")
    files = sorted(path for path in site.rglob("*") if path.is_file())
    for path in files:
        key = path.relative_to(site).as_posix()
        body = path.read_bytes() if key != "config.js" else config_script(api_url).encode()
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type(key))
    return len(files)


def config_script(api_url: str) -> str:
    """`config.js` for an API at `api_url`."""
    return f"export const apiUrl = {json.dumps(api_url)};\n"


def content_type(key: str) -> str:
    guessed = _TYPES.guess_type(key)[0] or "application/octet-stream"
    textual = guessed.startswith("text/") or guessed.endswith(("json", "xml"))
    return f"{guessed}; charset=utf-8" if textual else guessed
