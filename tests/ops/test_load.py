"""`mysfits load` visits the mysfits that are listed, tells how it went, and loads nobody by accident."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner, Result

from ecs_emulator.load import show
from ecs_emulator.load.history import Digest
from ecs_emulator.load.process import loading
from ecs_emulator.load.workload import CannotLoad, Workload
from emulator.tests.load.api import IDS, Api, serving
from mysfits.cli import main
from ops.visitors import GOLDEN, PROFILE, workload
from reliability.history import Record, records
from tests.platform_runner import MYSFITS, PATIENCE, ROOT, free_ports, until


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as api:
        api.listed = {"mysfits": [{"mysfitId": each, "name": "Ozzy"} for each in IDS]}
        yield api


def mysfits(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["load", *arguments])


def test_the_load_is_on_each_mysfit_that_is_listed(api: Api) -> None:
    with loading(workload(api.url, clients=8)) as load:
        load.begun()
        until(lambda: load.report().requests > 100, "100 requests")
        report = load.stop()
    # One more for the ids, before it began.
    assert api.seen["GET /mysfits"] - 1 == report.by_route()["GET /mysfits"].requests
    assert sum(api.seen.values()) - 1 == report.requests
    assert report.acknowledged == api.liked
    assert set(report.acknowledged) == set(IDS)


def test_a_history_holds_likes_and_profile_reads_and_how_many_different_lists_there_were(
    api: Api, tmp_path: Path
) -> None:
    path = tmp_path / "history"
    routes = (*GOLDEN, "GET /mysfits?filter=GoodEvil&value=Good", "GET /")
    with loading(workload(api.url, clients=4, routes=routes, history=str(path))) as load:
        load.begun()
        until(lambda: load.report().requests > 100, "100 requests")
        report = load.stop()
    found = list(records(path))
    counts = Counter(each.action for each in found if isinstance(each, Record))
    assert counts == {"POST like": report.acknowledged.total(), "GET profile": report.by_route()[PROFILE].requests}
    lists = {each.route: sum(each.bodies.values()) for each in found if isinstance(each, Digest)}
    assert lists == {route: report.by_route()[route].requests for route in (routes[0], routes[3])}


def test_without_mysfits_there_is_no_load_on_them(api: Api) -> None:
    (port,) = free_ports(1)
    with pytest.raises(CannotLoad, match=r"Nothing answers at .*: connection refused"):
        workload(f"http://127.0.0.1:{port}", clients=4)
    api.listed = {"mysfits": []}
    with pytest.raises(CannotLoad, match="lists no mysfits"):
        workload(api.url, clients=4)
    assert workload(api.url, clients=4, routes=("GET /",)).ids == ()


def test_the_report_is_for_people_and_the_document_for_programs(api: Api, tmp_path: Path) -> None:
    document, picture = tmp_path / "report.json", tmp_path / "report.png"
    result = mysfits(api.url, "--clients", "4", "--for", "1s", "--json", str(document), "--plot", str(picture))
    assert result.exit_code == 0, result.output
    written = json.loads(document.read_text())
    assert f"{written['requests']:,} in " in result.output
    assert "shop-web:7" in result.output
    assert "POST /mysfits/{id}/like" in result.output
    assert "\x1b" not in result.output
    assert (written["clients"], written["failed"], written["failures"]) == (4, 0, {})
    assert sum(share["requests"] for share in written["routes"].values()) == written["requests"]
    assert sum(written["acknowledged"].values()) == written["routes"]["POST /mysfits/{id}/like"]["requests"]
    assert sum(count for each in written["timeline"] for *_, count in each["requests"]) == written["requests"]
    assert 0 < written["latency"]["p50"] <= written["latency"]["p99"] <= written["latency"]["slowest"] * 1.02
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_document_alone_is_on_standard_output(api: Api) -> None:
    result = mysfits(api.url, "--clients", "2", "--for", "1s", "--only", "GET /", "--json", "-")
    assert json.loads(result.stdout)["routes"].keys() == {"GET /"}
    assert "requests" in result.stderr


def test_failures_end_with_4_and_are_named(api: Api) -> None:
    api.judge = lambda route, number: 503 if route == "GET /" else 200
    result = mysfits(api.url, "--clients", "2", "--for", "1s", "--only", "GET /")
    assert result.exit_code == 4
    assert "× status 503" in result.stdout
    assert result.stderr.splitlines()[-1].endswith("requests failed.")


def test_where_nobody_looks_a_line_is_printed_now_and_then(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "LINE_EVERY", 0.2)
    lines = mysfits(api.url, "--clients", "2", "--for", "1s").stdout.splitlines()
    assert any(re.match(r" *\d+\.\d s .* failed ", line) for line in lines)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_kill_are_good_ends_with_a_report(api: Api, told: signal.Signals) -> None:
    with subprocess.Popen(
        [*MYSFITS, "load", api.url, "--clients", "4", "--for", "10m", "--json", "-"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as command:  # fmt: skip
        until(lambda: api.liked.total() > 20, "it loads")
        # As a terminal does: the whole group.
        os.killpg(command.pid, told)
        output, _ = command.communicate(timeout=PATIENCE)
    assert command.returncode == 0
    report = json.loads(output)
    assert report["requests"] == sum(api.seen.values()) - 1
    assert report["failed"] == 0


@pytest.mark.parametrize("url", ["http://192.0.2.1", "https://example.invalid/", "http://0.0.0.0:8000"])
def test_a_stranger_is_loaded_only_when_that_is_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Workload] = []

    def begin(plan: Workload) -> NoReturn:
        begun.append(plan)
        raise CannotLoad("Not in a test.")

    monkeypatch.setattr("mysfits.load.workload", lambda url, *_, **__: Workload(url, 1))
    monkeypatch.setattr("ecs_emulator.commands.load.loading", begin)
    result = mysfits(url)
    assert (result.exit_code, begun) == (2, [])
    assert "is not this machine" in result.stderr
    assert "--anywhere" in result.stderr
    assert mysfits(url, "--anywhere").exit_code == 4
    assert [plan.url for plan in begun] == [url]


def test_without_an_address_the_rehearsal_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    result = mysfits()
    assert result.exit_code == 3
    assert "No emulator is running here." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["localhost:8000"], "is no address of an API"),
        (["http://localhost", "--for", "soon"], "'soon' is no time span"),
        (["http://localhost", "--only", "mysfits"], "'mysfits' is no route"),
        (["http://localhost", "--only", "GET /a b"], "is no route"),
        (["http://localhost", "--clients", "0"], "range"),
        (["http://localhost", "--plot", "/no/such/folder/x.png"], "There is no folder"),
        (["http://localhost", "--json", "/no/such/folder/x.json"], "No such file or directory"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(arguments: list[str], message: str) -> None:
    result = mysfits(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
