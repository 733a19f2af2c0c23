"""A load counts exactly, tells who failed and how, and ends when it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ecs_emulator.cli import main
from ecs_emulator.load.history import Exchange, read
from ecs_emulator.load.process import loading
from ecs_emulator.load.whereto import is_this_machine
from ecs_emulator.load.workload import CannotLoad, Workload
from ecs_emulator.ports import free_ports
from emulator.tests.load.api import IDS, Api, serving
from emulator.tests.support.folders import ROOT
from emulator.tests.support.processes import living
from emulator.tests.support.waiting import PATIENCE, until

LIST, PROFILE, LIKE = "GET /cats", "GET /cats/{id}", "POST /cats/{id}/like"
CATS: dict[str, Any] = {"routes": (LIST, PROFILE, LIKE), "ids": IDS, "counted": (LIKE,)}


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as api:
        yield api


def load(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["load", *arguments])


def test_every_request_and_every_like_is_counted_once(api: Api) -> None:
    with loading(Workload(api.url, 16, **CATS)) as load:
        load.begun()
        until(lambda: load.report().requests > 500, "500 requests")
        report = load.stop()
    assert api.seen[LIST] == report.by_route()[LIST].requests
    assert sum(api.seen.values()) == report.requests
    assert report.acknowledged == api.liked
    assert set(report.acknowledged) == set(IDS)
    assert (report.failed, report.failures, report.in_doubt) == (0, {}, {})
    shares = {route: share.requests for route, share in report.by_route().items()}
    assert max(shares.values()) - min(shares.values()) <= 2 * 16
    revisions = report.by_revision()
    assert set(revisions) == {"shop-web:7", "shop-web:8"}
    assert sum(share.requests for share in revisions.values()) == report.requests


def test_failures_are_counted_by_their_kind_and_their_likes_are_in_doubt(api: Api) -> None:
    # Of four likes of a cat, one is answered with 503 and one not at all.
    api.judge = lambda route, number: {1: 503, 2: 0}.get(number % 4, 200) if "/like" in route else 200
    with loading(Workload(api.url, clients=8, routes=(LIKE,), ids=IDS, counted=(LIKE,))) as load:
        load.begun()
        until(lambda: load.report().failed > 40, "40 failures")
        report = load.stop()
    assert set(report.failures) == {"status 503", "connection closed"}
    assert sum(api.seen.values()) == report.requests
    assert report.acknowledged == api.liked
    assert report.acknowledged + report.in_doubt == Counter(
        {route.split("/")[2]: count for route, count in api.seen.items() if "/like" in route}
    )
    assert report.failed == report.in_doubt.total()
    # Who was told no was told so by a revision; who was told nothing was told by none.
    assert report.by_revision()[""].requests == report.failures["connection closed"]


def test_a_503_of_the_service_that_does_not_say_when_to_try_again_is_a_kind_of_its_own(api: Api) -> None:
    api.judge, api.says_when = lambda route, number: 503 if "/like" in route else 200, False
    with loading(Workload(api.url, clients=4, routes=(LIKE,), ids=IDS, counted=(LIKE,))) as load:
        load.begun()
        until(lambda: load.report().failed > 10, "10 failures")
        assert set(load.stop().failures) == {"503 without Retry-After"}


def test_a_history_holds_every_like_and_profile_read_and_how_many_different_lists_there_were(
    api: Api, tmp_path: Path
) -> None:
    api.judge = lambda route, number: {1: 503, 2: 0}.get(number % 4, 200) if "/like" in route else 200
    path = tmp_path / "history"
    since = time.monotonic_ns()
    with loading(
        Workload(api.url, 8, **CATS, history=str(path), recorded=(PROFILE, LIKE), members=("likes",), digested=(LIST,))
    ) as load:
        load.begun()
        until(lambda: load.report().failed > 10, "10 failures")
        report = load.stop()
    found = list(read(path))
    operations = [each for each in found if isinstance(each, Exchange)]
    counts = Counter((each.route, each.status) for each in operations)
    assert counts[LIKE, 200] == report.acknowledged.total()
    assert counts[LIKE, 503] + counts[LIKE, 0] == report.in_doubt.total()
    assert counts[PROFILE, 200] == report.by_route()[PROFILE].requests
    (lists,) = [each for each in found if not isinstance(each, Exchange)]
    assert lists[0] == LIST
    assert list(lists[1].values()) == [report.by_route()[LIST].requests]
    # Another process, and the same clock.
    assert all(since < each.begin < each.end < time.monotonic_ns() for each in operations)


def test_a_client_that_failed_waits_a_moment(api: Api) -> None:
    api.judge = lambda route, number: 500
    with loading(Workload(api.url, clients=1, seconds=1, routes=("GET /",))) as load:
        assert load.wait(PATIENCE)
        report = load.stop()
    assert 1 <= report.failed == report.requests <= 10


def test_clients_think_between_an_answer_and_the_next_request(api: Api) -> None:
    with loading(Workload(api.url, clients=2, seconds=1, routes=("GET /",), think_seconds=0.2)) as load:
        assert load.wait(PATIENCE)
        report = load.stop()
    assert report.failed == 0
    # Slower than this is a busy machine, faster no client that thinks.
    assert 2 <= report.requests <= 10


def test_a_load_of_a_few_seconds_ends_by_itself(api: Api) -> None:
    with loading(Workload(api.url, 4, seconds=1)) as load:
        assert load.wait(PATIENCE)
        report = load.stop()
    assert report.seconds >= 1
    assert len(report.slices) >= 2
    assert all(before.end == after.start for before, after in zip(report.slices, report.slices[1:], strict=False))
    assert load.stop().requests == report.requests


def test_a_load_ends_with_whoever_started_it_even_by_kill(api: Api) -> None:
    code = (
        "import sys, time; from ecs_emulator.load.process import Load\n"
        "from ecs_emulator.load.workload import Workload\n"
        "load = Load(Workload(sys.argv[1], 4)); load.begun(); print('begun', flush=True); time.sleep(600)"
    )
    mark = f"MARK={api.url}"
    with subprocess.Popen(
        [sys.executable, "-c", code, api.url], cwd=ROOT, env=os.environ | {"MARK": api.url}, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"begun\n"
        assert len(living(mark)) == 2
        parent.kill()
    until(lambda: not living(mark), "the load has ended")


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.200.3.4", "https://[::1]/"])
def test_loopback_addresses_are_this_machine(url: str) -> None:
    assert is_this_machine(url)


def test_a_name_with_an_address_elsewhere_is_a_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(2, 1, 6, "", ("127.0.0.1", 80)), (2, 1, 6, "", ("192.0.2.1", 80))]
    monkeypatch.setattr("ecs_emulator.load.whereto.socket.getaddrinfo", lambda *_: both)
    assert not is_this_machine("http://both.example")


def test_nobody_at_the_address_is_said_before_it_begins() -> None:
    (port,) = free_ports(1)
    nobody = Workload(f"http://127.0.0.1:{port}", clients=4)
    with loading(nobody) as load, pytest.raises(CannotLoad, match=r"Nothing answers at .*: connection refused"):
        load.begun()


def test_anybodys_api_is_loaded_on_the_routes_and_ids_that_are_said(api: Api) -> None:
    said = ["--clients", "2", "--for", "1s", "--only", LIST, "--only", LIKE, "--id", "a", "--id", "b/c"]
    report = json.loads(load(api.url, *said, "--json", "-").stdout)
    assert report["routes"].keys() == {LIST, LIKE}
    assert api.seen.keys() == {LIST, "POST /cats/a/like", "POST /cats/b%2Fc/like"}
    assert report["acknowledged"] == {"a": api.seen["POST /cats/a/like"], "b/c": api.seen["POST /cats/b%2Fc/like"]}
    assert sum(api.seen.values()) == report["requests"]


def test_a_body_is_sent_as_what_it_looks_like_and_is_no_part_of_its_route_s_name(api: Api) -> None:
    routes = ['POST /cats {"name": "{id}"}', "POST /cats name={id}&age=2"]
    said = ["--clients", "2", "--for", "1s", "--route", routes[0], "--route", routes[1], "--id", "Anna"]
    report = json.loads(load(api.url, *said, "--json", "-").stdout)
    assert report["routes"].keys() == {"POST /cats"}
    assert report["failed"] == 0
    assert set(api.bodies) == {
        ("application/json", b'{"name": "Anna"}'),
        ("application/x-www-form-urlencoded", b"name=Anna&age=2"),
    }


@pytest.mark.parametrize("route", ["GET /cats {}", "POST cats", "POST /cats ", "BREW /tea"])
def test_what_is_no_route_is_refused(api: Api, route: str) -> None:
    assert load(api.url, "--route", route).exit_code == 2
    assert api.seen.total() == 0


def test_an_id_that_is_not_said_is_asked_for(api: Api) -> None:
    result = load(api.url, "--only", PROFILE)
    assert (result.exit_code, api.seen.total()) == (2, 0)
    assert "Say with --id what {id} is." in result.stderr
