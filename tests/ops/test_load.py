"""`mysfits load` counts exactly, tells who failed and how, and loads nobody by accident."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner, Result

from ecs_emulator import local
from ecs_emulator.load import show
from ecs_emulator.load.history import Record, record, records
from ecs_emulator.load.process import loading
from ecs_emulator.load.whereto import is_this_machine
from ecs_emulator.load.workload import CannotLoad, Workload
from mysfits import load as verb
from mysfits.cli import main
from ops.visitors import LIKE
from tests.platform_runner import MYSFITS, ROOT, free_ports, living, until

MYSFIT_IDS = ["4e53920c", "2b473002", "0e37d916"]


class Api(ThreadingHTTPServer):
    """An API that counts what reaches it; `judge` may give a request a status other than 200."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.judge: Callable[[str, int], int] = lambda route, number: 200
        self.says_when = True  # to try again
        self.mysfits = [{"mysfitId": each, "name": "Ozzy"} for each in MYSFIT_IDS]
        self.seen: Counter[str] = Counter()
        self.liked: Counter[str] = Counter()
        self.lock = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Api
    # Head and body leave at once; apart, each answer would wait for the client's delayed acknowledgement.
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer({"mysfits": self.server.mysfits})

    def do_POST(self) -> None:
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
        self.send_header("X-Service-Revision", f"mysfits-service:{7 + number % 2}")
        if status == 503 and self.server.says_when:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def mysfits(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["load", *arguments])


def test_every_request_and_every_like_is_counted_once(api: Api) -> None:
    with loading(Workload(api.url, clients=16)) as load:
        load.begun()
        until(lambda: load.report().requests > 500, "500 requests")
        report = load.stop()
    # One more for the ids, before it began.
    assert api.seen["GET /mysfits"] - 1 == report.by_route()["GET /mysfits"].requests
    assert sum(api.seen.values()) - 1 == report.requests
    assert report.acknowledged == api.liked
    assert set(report.acknowledged) == set(MYSFIT_IDS)
    assert (report.failed, report.failures, report.in_doubt) == (0, {}, {})
    shares = {route: share.requests for route, share in report.by_route().items()}
    assert max(shares.values()) - min(shares.values()) <= 2 * 16
    revisions = report.by_revision()
    assert set(revisions) == {"mysfits-service:7", "mysfits-service:8"}
    assert sum(share.requests for share in revisions.values()) == report.requests


def test_failures_are_counted_by_their_kind_and_their_likes_are_in_doubt(api: Api) -> None:
    # Of four likes of a mysfit, one is answered with 503 and one not at all.
    api.judge = lambda route, number: {1: 503, 2: 0}.get(number % 4, 200) if "/like" in route else 200
    with loading(Workload(api.url, clients=8, routes=(LIKE,))) as load:
        load.begun()
        until(lambda: load.report().failed > 40, "40 failures")
        report = load.stop()
    assert set(report.failures) == {"status 503", "connection closed"}
    assert sum(api.seen.values()) - 1 == report.requests
    assert report.acknowledged == api.liked
    assert report.acknowledged + report.in_doubt == Counter(
        {route.split("/")[2]: count for route, count in api.seen.items() if "/like" in route}
    )
    assert report.failed == report.in_doubt.total()
    # Who was told no was told so by a revision; who was told nothing was told by none.
    assert report.by_revision()[""].requests == report.failures["connection closed"]


def test_a_503_of_the_service_that_does_not_say_when_to_try_again_is_a_kind_of_its_own(api: Api) -> None:
    api.judge, api.says_when = lambda route, number: 503 if "/like" in route else 200, False
    with loading(Workload(api.url, clients=4, routes=(LIKE,))) as load:
        load.begun()
        until(lambda: load.report().failed > 10, "10 failures")
        assert set(load.stop().failures) == {"503 without Retry-After"}


def test_a_history_holds_every_like_and_profile_read_and_how_many_different_lists_there_were(
    api: Api, tmp_path: Path
) -> None:
    api.judge = lambda route, number: {1: 503, 2: 0}.get(number % 4, 200) if "/like" in route else 200
    path = tmp_path / "history"
    since = time.monotonic_ns()
    with loading(Workload(api.url, clients=8, history=str(path))) as load:
        load.begun()
        until(lambda: load.report().failed > 10, "10 failures")
        report = load.stop()
    found = list(records(path))
    operations = [each for each in found if isinstance(each, Record)]
    counts = Counter((each.action, each.status) for each in operations)
    assert counts["POST like", 200] == report.acknowledged.total()
    assert counts["POST like", 503] + counts["POST like", 0] == report.in_doubt.total()
    assert counts["GET profile", 200] == report.by_route()["GET /mysfits/{id}"].requests
    (lists,) = [each for each in found if not isinstance(each, Record)]
    assert lists[0] == "GET /mysfits"
    assert list(lists[1].values()) == [report.by_route()["GET /mysfits"].requests]
    # Another process, and the same clock.
    assert all(since < each.begin < each.end < time.monotonic_ns() for each in operations)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b'{"Update": "Success", "likes": 8}', (8, None, False)),
        (200, b'{"name": "Ozzy", "likes": 8, "adopted": true}', (8, True, False)),
        (200, b"<html>", (None, None, False)),
        (503, b'{"detail": "The data store cannot be reached. Nothing was changed."}', (None, None, True)),
        (503, b'{"detail": "The data store did not answer in time."}', (None, None, False)),
        (502, b"<html>", (None, None, False)),
        (0, b"", (None, None, False)),
        (404, b"", (None, None, True)),
        (429, b'{"detail": "That was too fast. Nothing was changed."}', (None, None, True)),
    ],
)
def test_a_record_says_what_an_answer_says_and_whether_it_was_void(
    status: int, body: bytes, said: tuple[int | None, bool | None, bool]
) -> None:
    assert record("ozzy", "POST like", 1, 2, status, body) == ("ozzy", "POST like", 1, 2, status, *said)


def test_a_client_that_failed_waits_a_moment(api: Api) -> None:
    api.judge = lambda route, number: 500
    with loading(Workload(api.url, clients=1, seconds=1, routes=("GET /",))) as load:
        assert load.wait(60)
        report = load.stop()
    assert 1 <= report.failed == report.requests <= 10


def test_a_load_of_a_few_seconds_ends_by_itself(api: Api) -> None:
    with loading(Workload(api.url, clients=4, seconds=1)) as load:
        assert load.wait(60)
        report = load.stop()
    assert report.seconds >= 1
    assert len(report.slices) >= 2
    assert all(before.end == after.start for before, after in zip(report.slices, report.slices[1:], strict=False))
    assert load.stop().requests == report.requests


def test_nobody_at_the_address_is_said_before_it_begins(api: Api) -> None:
    (port,) = free_ports(1)
    nobody = Workload(f"http://127.0.0.1:{port}", clients=4)
    with loading(nobody) as load, pytest.raises(CannotLoad, match=r"Nothing answers at .*: connection refused"):
        load.begun()
    api.mysfits = []
    with loading(Workload(api.url, clients=4)) as load, pytest.raises(CannotLoad, match="lists no mysfits"):
        load.begun()


def test_a_load_ends_with_whoever_started_it_even_by_kill(api: Api) -> None:
    code = "load = Load(Workload(sys.argv[1], 4)); load.begun(); print('begun', flush=True); time.sleep(600)"
    mark = f"MARK={api.url}"
    with subprocess.Popen(
        [sys.executable, "-c", code, api.url], cwd=ROOT, env=os.environ | {"MARK": api.url}, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"begun\n"
        assert len(living(mark)) == 2
        parent.kill()
    until(lambda: not living(mark), "the load has ended")


def test_the_report_is_for_people_and_the_document_for_programs(api: Api, tmp_path: Path) -> None:
    document, picture = tmp_path / "report.json", tmp_path / "report.png"
    result = mysfits(api.url, "--clients", "4", "--for", "1s", "--json", str(document), "--plot", str(picture))
    assert result.exit_code == 0, result.output
    written = json.loads(document.read_text())
    assert f"{written['requests']:,} in " in result.output
    assert "mysfits-service:7" in result.output
    assert "POST /mysfits/{id}/like" in result.output
    assert "\x1b" not in result.output
    assert (written["clients"], written["failed"], written["failures"]) == (4, 0, {})
    assert sum(share["requests"] for share in written["routes"].values()) == written["requests"]
    assert sum(written["liked"].values()) == written["routes"]["POST /mysfits/{id}/like"]["requests"]
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
    assert any(line.strip().startswith("0.") and " failed " in line for line in lines)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_kill_are_good_ends_with_a_report(api: Api, told: signal.Signals) -> None:
    with subprocess.Popen(
        [*MYSFITS, "load", api.url, "--clients", "4", "--for", "10m", "--json", "-"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as command:  # fmt: skip
        until(lambda: api.liked.total() > 20, "it loads")
        # As a terminal does: the whole group.
        os.killpg(command.pid, told)
        output, _ = command.communicate(timeout=60)
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

    monkeypatch.setattr(verb, "loading", begin)
    result = mysfits(url)
    assert (result.exit_code, begun) == (2, [])
    assert "is not this machine" in result.stderr
    assert "--anywhere" in result.stderr
    assert mysfits(url, "--anywhere").exit_code == 4
    assert [plan.url for plan in begun] == [url]


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.200.3.4", "https://[::1]/"])
def test_loopback_addresses_are_this_machine(url: str) -> None:
    assert is_this_machine(url)


def test_a_name_with_an_address_elsewhere_is_a_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(2, 1, 6, "", ("127.0.0.1", 80)), (2, 1, 6, "", ("192.0.2.1", 80))]
    monkeypatch.setattr("ecs_emulator.load.whereto.socket.getaddrinfo", lambda *_: both)
    assert not is_this_machine("http://both.example")


def test_without_an_address_the_rehearsal_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "LOCAL", tmp_path)
    result = mysfits()
    assert result.exit_code == 3
    assert "No rehearsal is running here." in result.stderr


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
