"""A like service of its own, as another team would write it from the contract: `python -m tests.likes.like_service`.

It listens on PORT and has the monolith at MONOLITH_URL (a host, without scheme) store each like. It imports nothing of
this project.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MONOLITH = os.environ.get("MONOLITH_URL", "")


class Likes(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(200, {"status": "healthy"})

    def do_POST(self) -> None:
        _, mysfits, mysfit_id, like = self.path.split("/")
        assert (mysfits, like) == ("mysfits", "like")
        connection = http.client.HTTPConnection(MONOLITH, timeout=20)
        try:
            connection.request("POST", f"/mysfits/{mysfit_id}/fulfill-like")
            answer = connection.getresponse()
            body = json.load(answer)
        except OSError:
            self._answer(503, {"title": "The monolith does not answer."})
            return
        finally:
            connection.close()
        if answer.status == 200 and body["Update"] == "Success":
            # Not before it is stored.
            logging.info("Like processed.")
        self._answer(answer.status, body)

    def _answer(self, status: int, body: object) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    Server(("127.0.0.1", int(os.environ["PORT"])), Likes).serve_forever()
