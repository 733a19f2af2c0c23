"""Another team's like service, which has this API store the likes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.asking import call
from tests.conftest import Rows, new_table
from tests.platform_runner import ROOT, free_ports, until
from tests.server import Server


class LikeService:
    """A like service that has been started."""

    def __init__(self, port: int, output: Path) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._output = output

    def call(self, method: str, path: str) -> tuple[int, Any]:
        status, answer, _ = call(method, self._url + path)
        return status, answer

    def healthy(self) -> bool:
        try:
            return self.call("GET", "/health")[0] == 200
        except OSError:
            return False

    def lines(self) -> int:
        return self._output.read_text().splitlines().count("Like processed.")


@contextmanager
def like_service(monolith: str, output: Path) -> Iterator[LikeService]:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "tests.likes.like_service"]
    environment = os.environ | {"PORT": str(port), "MONOLITH_URL": monolith}
    with output.open("w") as out, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out) as process:
        try:
            service = LikeService(port, output)
            until(service.healthy, "the like service is healthy")
            yield service
        finally:
            process.kill()


@pytest.fixture(scope="module")
def monolith(session: boto3.Session) -> Iterator[Server]:
    with Server(new_table(session), FULFILL_LIKE="yes") as server:
        yield server


def test_its_likes_are_stored_once_and_logged_by_it_alone(
    monolith: Server, session: boto3.Session, tmp_path: Path
) -> None:
    rows = Rows(session, monolith.table_name)
    mysfit_id = rows.add(Likes=5)
    with like_service(f"127.0.0.1:{monolith.port}", tmp_path / "out") as service:
        with ThreadPoolExecutor(16) as visitors:
            answers = list(visitors.map(lambda _: service.call("POST", f"/mysfits/{mysfit_id}/like"), range(100)))
        assert {(status, answer["Update"]) for status, answer in answers} == {(200, "Success")}
        assert service.lines() == 100
    assert monolith.request("GET", f"/mysfits/{mysfit_id}")[1]["likes"] == 105
    assert monolith.events("Like processed.") == []


def test_it_hears_that_there_is_no_such_mysfit(monolith: Server, session: boto3.Session, tmp_path: Path) -> None:
    before = len(Rows(session, monolith.table_name).all())
    with like_service(f"127.0.0.1:{monolith.port}", tmp_path / "out") as service:
        status, problem = service.call("POST", "/mysfits/nobody/like")
        assert (status, problem["title"]) == (404, "No such mysfit")
        assert service.lines() == 0
    assert len(Rows(session, monolith.table_name).all()) == before


def test_a_like_that_the_monolith_did_not_store_is_no_like(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with like_service(f"127.0.0.1:{port}", tmp_path / "out") as service:
        assert service.call("POST", "/mysfits/nobody/like")[0] == 503
        assert service.lines() == 0
