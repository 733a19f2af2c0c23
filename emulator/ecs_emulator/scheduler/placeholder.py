"""Placeholder image: a web server that answers 200 to every path. `python -I -S placeholder.py`.

It listens on PORT of BIND_ADDRESS, and on each of PORTS; without either it only waits, as a container that nobody
talks to.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Placeholder</title>
<style>
body { margin: 15vh auto; max-width: 32rem; padding: 0 1rem; font: 1.125rem/1.6 system-ui, sans-serif; }
</style>
</head>
<body>
<h1>Placeholder</h1>
<p>The service runs, and this page holds its place until it gets an image of its own.</p>
</body>
</html>
"""


class Placeholder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The page goes out after the headers; they are not to wait for each other.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(PAGE)

    do_HEAD = do_GET  # noqa: N815 (http.server's name)

    def log_message(self, format: str, *args: object) -> None:
        """Requests for a placeholder are no news."""


class PlaceholderServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    ports = dict.fromkeys([*os.environ.get("PORT", "").split(), *os.environ.get("PORTS", "").split()])
    for port in ports:
        if not port.isascii() or not port.isdigit() or int(port) > 65535:
            sys.exit(f"PORT is {port[:80]!r}; it should be a port from 1 to 65535.")
    servers = [
        PlaceholderServer((os.environ.get("BIND_ADDRESS") or "127.0.0.1", int(port)), Placeholder) for port in ports
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"The placeholder listens on port {server.server_port}.", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
