"""Hosts of S3's website endpoints, as AWS names them and as this machine does.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
"""

from __future__ import annotations

import re

# BUCKET.s3-website-us-east-1.amazonaws.com, BUCKET.s3-website.eu-central-1.amazonaws.com, BUCKET.s3-website.localhost
_HOST = re.compile(
    r"(?P<bucket>[a-z0-9][a-z0-9.-]*[a-z0-9])\.s3-website(?:[.-][a-z0-9-]+)?\.(?:amazonaws\.com|localhost)(?::\d{1,5})?",
    re.ASCII | re.IGNORECASE,
)


def website_bucket(host: str) -> str | None:
    """Bucket whose website a Host header names; None where it names none."""
    found = _HOST.fullmatch(host)
    return found["bucket"].lower() if found else None


def website_url(bucket: str, port: int) -> str:
    """Address of a bucket's website on this machine."""
    return f"http://{bucket}.s3-website.localhost:{port}"
