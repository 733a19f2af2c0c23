"""The audit says which of three is the case: nothing is known, something is, or it could not ask."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from emulator.tests.support.waiting import PATIENCE
from tools.supply_chain import audit
from tools.supply_chain.locks import ROOT, files, read

Query = dict[str, Any]
Answer = Callable[[list[Query]], tuple[int, Any]]

LOCKED = {(each.ecosystem, each.name, each.version) for name in files() for each in read(name)}
KNOWN_BAD = ("PyPI", "jinja2", "2.4.1")


def key(query: Query) -> tuple[str, str, str]:
    return query["package"]["ecosystem"], query["package"]["name"], query["version"]


def knowing(*bad: tuple[str, str, str]) -> Answer:
    """Answers as OSV does that knows something against these."""
    return lambda queries: (
        200,
        {"results": [{"vulns": [{"id": "PYSEC-1", "modified": "…"}]} if key(each) in bad else {} for each in queries]},
    )


class Source:
    """A database of vulnerabilities on this machine, which answers what a test says."""

    def __init__(self) -> None:
        self.answer: Answer = knowing(KNOWN_BAD)
        self.asked: list[Query] = []
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
                source.asked += queries
                status, told = source.answer(queries)
                body = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/querybatch"


@pytest.fixture
def source() -> Iterator[Source]:
    source = Source()
    thread = threading.Thread(target=source.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield source
    source.server.shutdown()
    thread.join()
    source.server.server_close()


def test_every_package_of_every_lock_file_is_asked_about_and_nothing_else(source: Source) -> None:
    audit.audit(source.url)
    assert [key(each) for each in source.asked].count(KNOWN_BAD) == 1
    assert {key(each) for each in source.asked} == LOCKED | {KNOWN_BAD}
    assert len(source.asked) == len(LOCKED) + 1 > 300
    # Names and versions are all that is told.
    assert {name for each in source.asked for name in (*each, *each["package"])} == {
        "package",
        "version",
        "ecosystem",
        "name",
    }


def test_nothing_known_is_0(source: Source) -> None:
    code, said = audit.audit(source.url)
    assert (code, said) == (
        0,
        f"Nothing is known against {len(LOCKED)} packages of {len(files())} lock files (asked: {where(source)}).",
    )


def test_something_known_is_1_and_says_against_what_and_where_it_is_locked(source: Source) -> None:
    flask = next(each for each in LOCKED if each[1] == "flask")
    source.answer = knowing(KNOWN_BAD, flask)
    code, said = audit.audit(source.url)
    assert code == 1
    first, *found = said.splitlines()
    assert first.startswith("Something is known against 1 of ")
    locks = [name for name in files() if flask in {(each.ecosystem, each.name, each.version) for each in read(name)}]
    assert {"requirements.txt", "requirements-dev.txt"} <= set(locks)
    assert found == [f"flask {flask[2]} ({', '.join(locks)}): https://osv.dev/PYSEC-1"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda _: (404, {}), "404"),
        (lambda _: (500, {}), "500"),
        (lambda _: (200, b"<html>Sign in</html>"), "Expecting value"),
        (lambda _: (200, {}), "not of the form"),
        (lambda _: (200, []), "not of the form"),
        (lambda queries: (200, {"results": [None] * len(queries)}), "not of the form"),
        (lambda _: (200, {"results": [{"vulns": [{"id": "PYSEC-1"}]}]}), "answered about 1"),
        (lambda queries: (200, {"results": [{"next_page_token": "…"}] * len(queries)}), "not whole"),
        (lambda queries: (200, {"results": [{}] * len(queries)}), "knows nothing against jinja2 2.4.1"),
    ],
    ids=["not-there", "broken", "a-page", "empty", "a-list", "nothing", "too-few", "a-part", "knows-nothing"],
)
def test_no_answer_to_rely_on_is_2_and_never_a_good_word(source: Source, answer: Answer, why: str) -> None:
    source.answer = answer
    code, said = audit.audit(source.url)
    assert code == 2
    assert said.startswith(f"Not audited: {where(source)} could not be asked about {len(LOCKED)} packages")
    assert why in said


def test_the_command_ends_with_the_code_and_the_sentence(source: Source) -> None:
    source.server.shutdown()
    source.server.socket.close()
    done = subprocess.run(
        [sys.executable, "-m", "tools.supply_chain.audit", "--source", source.url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout.startswith("Not audited: ")


def where(source: Source) -> str:
    return f"127.0.0.1:{source.server.server_port}"
