"""CloudFront as far as a browser's clock notices it: what publishing uploads, and the API behind it, by HTTP/2 and TLS.

An application for Granian. Compressed is what CloudFront compresses, by size and type; with gzip, where it would take
Brotli from most browsers: a page comes no smaller here than there.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
"""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from ecs_emulator.authority import CertificateAuthority
from emulator.tests.support.waiting import until
from ops.publish import publish
from tests.site.stage import Api

LEAST, MOST = 1_000, 10_000_000  # bytes
COMPRESSED = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")
API_PATHS = ("/mysfits", "/api/", "/version")


class _Uploads:
    """Bucket that publishing fills."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str, str]] = {}

    def client(self, _service: str) -> _Uploads:
        return self

    def put_object(self, *, Key: str, Body: bytes, ContentType: str, CacheControl: str, **_: Any) -> None:  # noqa: N803
        self.objects[f"/{Key}"] = (Body, ContentType, CacheControl)


uploads = _Uploads()
# Behind CloudFront the API is on the site's own origin.
publish(uploads, "bucket", "")  # type: ignore[arg-type]
api = Api()


def many(number: int) -> dict[str, dict[str, Any]]:
    """Rows of the seeds, and as many others as make the number; by name, as the API gives them."""
    known = list(api.rows.values())
    others = [
        # Ids that compress as little as real ones.
        known[n % len(known)]
        | {"mysfitId": str(UUID(int=Random(n).getrandbits(128))), "name": f"M{n}", "species": "Yeti"}
        for n in range(number - len(known))
    ]
    return {row["mysfitId"]: row for row in sorted(known + others, key=lambda row: str(row["name"]))}


api.rows = many(int(os.environ.get("MYSFITS", "0")))
compressed = lru_cache(gzip.compress)


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    if scope["type"] != "http":
        return
    path = scope["path"]
    if path.startswith(API_PATHS) and not Path(path).suffix:
        status, body, *_ = api.answer(f"{scope['method']} {path}")
        content, kind, caching = json.dumps(body).encode(), "application/json", "no-store"
    elif found := uploads.objects.get(path + "index.html" * path.endswith("/")):
        status, (content, kind, caching) = 200, found
    else:
        status, content, kind, caching = 404, b"", "text/plain", "no-store"
    headers = {"content-type": kind, "cache-control": caching, "vary": "accept-encoding"}
    if LEAST <= len(content) <= MOST and kind.startswith(COMPRESSED):
        content, headers["content-encoding"] = compressed(content), "gzip"
    headers["content-length"] = str(len(content))
    told = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": content})


@contextmanager
def edge(*, mysfits: int = 0) -> Iterator[str]:
    """Address of the published site, whose certificate is nobody's whom a browser knows; with `mysfits` at least."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = CertificateAuthority(Path(folder)).issued(["localhost"])
        chain, key = Path(folder, "chain.pem"), Path(folder, "key.pem")
        chain.write_text(certificate.chain)
        key.write_text(certificate.key)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        tls = ["--ssl-certificate", str(chain), "--ssl-keyfile", str(key), "--http", "auto"]
        place = ["--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--no-log"]
        server = subprocess.Popen(
            [sys.executable, "-m", "granian", *place, *tls, f"{__name__}:app"],
            env=os.environ | {"MYSFITS": str(mysfits)},
        )
        try:
            until(lambda: _is_open(port), "the edge listens")
            yield f"https://localhost:{port}/"
        finally:
            server.terminate()
            server.wait()


def _is_open(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
