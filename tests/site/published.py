"""Servers of a published site by plain HTTP: its files, and a stand-in for the API on an origin of its own."""

from __future__ import annotations

import gzip
import json
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

from tests.site.stage import Api

ANYBODY = {"Access-Control-Allow-Origin": "*"}


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class PublishedFiles(Handler):
    """What publishing gives each file: compressed, the page always asked for anew, everything else kept."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.answer(404, b"", {})
        caching = "no-cache" if path.suffix == ".html" else "public, max-age=31536000, immutable"
        headers = {"Content-Type": self.guess_type(path), "Cache-Control": caching, "Content-Encoding": "gzip"}
        return self.answer(200, gzip.compress(path.read_bytes()), headers)


class StubApi(Handler):
    api = Api()

    def do_GET(self) -> None:
        status, body, *_ = self.api.usual(f"{self.command} {self.path}")
        self.answer(status, json.dumps(body).encode(), ANYBODY | {"Content-Type": "application/json"})

    do_POST = do_GET  # noqa: N815 - the server looks for these names
