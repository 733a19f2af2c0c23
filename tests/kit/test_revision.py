"""Which revision runs, as ECS says it."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.kit.config import Config
from app.kit.revision import with_revision

TASK = {"Cluster": "Cluster-mysfits", "Family": "mysfits-service", "Revision": "7", "Containers": []}


@contextmanager
def metadata(status: int = 200, body: Any = TASK) -> Iterator[tuple[str, list[str]]]:
    """ECS's metadata endpoint as one container sees it: its address, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v4/container-1", asked
        server.shutdown()


@pytest.fixture
def revision_of() -> Callable[..., str]:
    def ask(**environ: str) -> str:
        return with_revision(Config.from_env({"AWS_REGION": "us-east-1", **environ}, {"hello": ()})).revision

    return ask


def test_a_task_is_of_the_revision_of_its_definition(revision_of: Callable[..., str]) -> None:
    with metadata() as (uri, asked):
        assert revision_of(ECS_CONTAINER_METADATA_URI_V4=uri) == "mysfits-service:7"
        assert asked == ["/v4/container-1/task"]


def test_what_was_set_holds_and_nobody_is_asked(revision_of: Callable[..., str]) -> None:
    with metadata() as (uri, asked):
        assert revision_of(ECS_CONTAINER_METADATA_URI_V4=uri, SERVICE_REVISION="mine:3") == "mine:3"
        assert asked == []


def test_without_ecs_it_is_development(revision_of: Callable[..., str]) -> None:
    assert revision_of() == "development"


def test_the_longest_family_is_told_in_full(revision_of: Callable[..., str]) -> None:
    with metadata(body={"Family": "f" * 255, "Revision": "12345"}) as (uri, _):
        told = revision_of(ECS_CONTAINER_METADATA_URI_V4=uri)
    assert told == "f" * 255 + ":12345"
    # A worker reads it from the environment again.
    assert revision_of(SERVICE_REVISION=told) == told


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, TASK),
        (404, TASK),
        (200, b"<html>"),
        (200, b""),
        (200, []),
        (200, "mysfits-service:7"),
        (200, {"Family": "mysfits-service"}),
        (200, {"Family": "a b\r\nX-Evil: 1", "Revision": "7"}),
        (200, {"Family": "mysfits-service", "Revision": None}),
        (200, b"[" * 100_000),
        (200, json.dumps(TASK | {"Labels": "x" * 1_000_000}).encode()),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_warning_and_unknown(
    revision_of: Callable[..., str], caplog: pytest.LogCaptureFixture, status: int, body: Any
) -> None:
    with metadata(status, body) as (uri, _):
        assert revision_of(ECS_CONTAINER_METADATA_URI_V4=uri) == "unknown"
    (warning,) = caplog.records
    assert (warning.levelno, warning.getMessage()) == (logging.WARNING, "ECS does not say which revision runs.")
    assert vars(warning)["cause"]


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9/v4", "nonsense", "http://127.0.0.1:port/v4", "http://[::1/v4"])
def test_an_address_where_nobody_is_is_unknown(revision_of: Callable[..., str], uri: str) -> None:
    assert revision_of(ECS_CONTAINER_METADATA_URI_V4=uri) == "unknown"


def test_an_endpoint_that_hangs_holds_the_start_up_for_a_moment_only(revision_of: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}/v4/container-1"
        assert revision_of(ECS_CONTAINER_METADATA_URI_V4=uri) == "unknown"
        assert 0.9 < time.monotonic() - begun < 10
