"""Peers do the work that ours does, or they are not measured."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bench.agreement import ABSENT, ROW, Disagreement, agree
from bench.servers import BARE, EVERYBODY, OURS, PEERS
from bench.stage import running
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import client_environment
from tests.conftest import Rows

Answer = tuple[int, dict[str, Any]]
LIKE = f"POST /mysfits/{ROW}/like"
PROFILE = f"GET /mysfits/{ROW}"


@pytest.mark.timeout(300)
def test_every_peer_answers_as_ours_does(cloud: Cloud, rows: Rows, table_name: str) -> None:
    for number in range(5):
        rows.add(MysfitId=f"mysfit-{number}", Name=f"Ozzy {number % 3}", Likes=number or None)
    with running(EVERYBODY, {"DDB_TABLE_NAME": table_name, **client_environment(cloud.url, cloud.key)}) as servers:
        for name, server in servers.items():
            agree(servers[OURS.name].url, name, server.url, routes=name != BARE.name)
    # Three likes of each that was asked, and one of ours beside them.
    assert rows.get(ROW)["Likes"] == 3 + (len(PEERS) + 1) * (3 + 1)


class Likes:
    """The row that servers share."""

    def __init__(self) -> None:
        self.count = 0

    def answer(self, request: str) -> Answer:
        if request == LIKE:
            self.count += 1
            return 200, {"Update": "Success", "likes": self.count}
        if ABSENT in request:
            return 404, {"title": "No such mysfit", "detail": "No mysfit has this id."}
        if request == "GET /mysfits":
            return 200, {"mysfits": [{"name": "CoCo"}, {"name": "Ozzy"}]}
        return 200, {"name": "Ozzy", "likes": self.count} if request == PROFILE else {"Update": "Success"}


@contextmanager
def serving(answer: Callable[[str], Answer]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(f"{self.command} {self.path}")
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_POST = do_GET  # noqa: N815 (the server looks for this name)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_one_that_has_another_problem_text_answers_as_ours_does() -> None:
    likes = Likes()

    def peer(request: str) -> Answer:
        return (404, {"title": "No such mysfit"}) if ABSENT in request else likes.answer(request)

    with serving(likes.answer) as ours, serving(peer) as url:
        agree(ours, "a peer", url)


@pytest.mark.parametrize(
    ("request_line", "answer"),
    [
        ("GET /nothing", (200, {})),
        ("GET /mysfits", (200, {"mysfits": [{"name": "Ozzy"}, {"name": "CoCo"}]})),
        (PROFILE, (200, {"name": "Ozzy", "likes": 0})),
        (PROFILE, (200, {"name": "Ozzy", "likes": "0"})),
        (LIKE, (200, {"Update": "Success", "likes": 2})),
        (LIKE, (200, {"Update": "Success"})),
        (LIKE, (503, {})),
        (f"GET /mysfits/{ABSENT}", (200, {"title": "No such mysfit"})),
        (f"POST /mysfits/{ABSENT}/like", (500, {"title": "No such mysfit"})),
        (f"POST /mysfits/{ABSENT}/like", (200, {"Update": "Success", "likes": 1})),
    ],
    ids=["nothing", "order", "old-profile", "a-string", "always-2", "no-count", "busy", "absent", "fails", "made-up"],
)
def test_one_that_answers_otherwise_is_named_with_what_it_answered(request_line: str, answer: Answer) -> None:
    likes = Likes()

    def peer(request: str) -> Answer:
        return answer if request == request_line else likes.answer(request)

    with (
        serving(likes.answer) as ours,
        serving(peer) as url,
        pytest.raises(Disagreement, match=f"^a peer answers {request_line} with JsonAnswer\\(status={answer[0]}"),
    ):
        agree(ours, "a peer", url)
