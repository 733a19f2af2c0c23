"""The site and its API by HTTP, for browsers in which nothing can step in between: two origins, as it is published."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler
from typing import Any

from tests.site.stage import SITE, Answer, Api, Files, Server


class Waiting:
    """Answer that comes when the test lets it go."""

    def __init__(self) -> None:
        self._released = threading.Event()
        self._answer: Answer

    def release(self, answer: Answer) -> None:
        self._answer = answer
        self._released.set()

    def __call__(self) -> Answer:
        self._released.wait()
        return self._answer


class StubApi(SimpleHTTPRequestHandler):
    """Answers of an Api over HTTP, its faults included."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def __init__(self, api: Api, *given: Any) -> None:
        self.api = api
        super().__init__(*given)

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        answer = self.api.answer(f"{self.command} {self.path}")
        status, body, *more = answer() if callable(answer) else answer
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(data))}
        cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After, X-Request-ID"}
        for name, value in (headers | cors | (more[0] if more else {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET  # noqa: N815 - the server looks for these names


@contextmanager
def serving(handler: Any) -> Iterator[str]:
    """Origin of a server on a free port of this machine."""
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def api_served(api: Api) -> Iterator[str]:
    """Origin of an API."""
    with serving(partial(StubApi, api)) as origin:
        yield origin


@contextmanager
def site_served(api_url: str) -> Iterator[str]:
    """Address of the site as it stands, for an API."""

    class WithConfig(Files):
        def do_GET(self) -> None:  # noqa: N802 - the server looks for this name
            if self.path != "/config.js":
                super().do_GET()
                return
            body = f"export const apiUrl = {json.dumps(api_url)};\n".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(partial(WithConfig, directory=str(SITE))) as origin:
        yield f"{origin}/"
