"""An API to load, which counts what reaches it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

IDS = ("4e53920c", "2b473002", "0e37d916")


class Api(ThreadingHTTPServer):
    """An API that counts what reaches it; `judge` may give a request a status other than 200."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.judge: Callable[[str, int], int] = lambda route, number: 200
        self.says_when = True  # to try again
        self.listed: object = {"cats": [{"id": each} for each in IDS]}
        self.seen: Counter[str] = Counter()
        self.liked: Counter[str] = Counter()
        self.bodies: list[tuple[str, bytes]] = []
        self.lock = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Api
    # Head and body leave at once; apart, each answer would wait for the client's delayed acknowledgement.
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer(self.server.listed)

    def do_POST(self) -> None:
        if length := int(self.headers["Content-Length"]):
            self.server.bodies.append((self.headers["Content-Type"], self.rfile.read(length)))
        self._answer({"Update": "Success"})

    def _answer(self, body: object) -> None:
        route = f"{self.command} {self.path}"
        with self.server.lock:
            self.server.seen[route] += 1
            number = self.server.seen[route]
            status = self.server.judge(route, number)
            if self.path.endswith("/like") and status == 200:
                self.server.liked[self.path.split("/")[2]] += 1
        if status == 0:
            self.close_connection = True
            return
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-Service-Revision", f"shop-web:{7 + number % 2}")
        if status == 503 and self.server.says_when:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Api]:
    with Api() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
