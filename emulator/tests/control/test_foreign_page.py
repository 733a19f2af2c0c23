"""A page of somebody else's, in a real browser, has no call of its own carried out; a service is posted to as ever."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.wrappers import Request, Response

from ecs_emulator.access_key import AccessKey
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.request_route import RequestRoute
from ecs_emulator.cloud.server import WebServer
from emulator.tests.control.attacker import REBOUND, WAYS, Attacker, chromium, firefox, firefox_program
from emulator.tests.support.browser import executable
from emulator.tests.support.waiting import until


class Service:
    """A service that any page may post to. `posts` are the paths that were posted to."""

    def __init__(self) -> None:
        self.posts: list[str] = []
        self._server = WebServer(Request.application(self._answer), port=0, threads=1)
        self.url = f"{self._server.url}/like"

    def _answer(self, request: Request) -> Response:
        if request.method == "POST":
            self.posts.append(request.path)
        return Response("liked", headers={"Access-Control-Allow-Origin": "*"})

    def close(self) -> None:
        self._server.close()


class Watched:
    """A cloud that keeps which requests came to its port, by the first part of their host, and which were carried out.

    `guards` are those that are left to it.
    """

    def __init__(self, guards: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloud = Cloud(port=0)
        self.port = int(self.cloud.url.rpartition(":")[2])
        self.came: set[str] = set()
        self.carried_out: list[str] = []
        lock, judge = threading.Lock(), self.cloud.guard.refusal

        def refusal(method: str, headers: Mapping[str, str]) -> str | None:
            with lock:
                self.came.add(headers.get("HOST", "").removesuffix(f":{self.port}").removesuffix(".localhost"))
            return judge(method, headers) if "headers" in guards else None

        def carry_out(request: Request) -> Response:
            # A browser asks for it where a page would be, and `ecs_emulator.cloud.moto_backend` has none.
            if request.path != "/favicon.ico":
                with lock:
                    self.carried_out.append(f"{request.method} {request.host}{request.path}")
            return Response("done")

        def believe(_request: Request, _called: RequestRoute) -> AccessKey:
            return self.cloud.key

        monkeypatch.setattr(self.cloud.guard, "refusal", refusal)
        monkeypatch.setattr(self.cloud._stored, "answer", carry_out)
        monkeypatch.setattr("ecs_emulator.cloud.endpoint._check_method", lambda *_: None)
        self.cloud._services.clear()
        if "signature" not in guards:
            monkeypatch.setattr(self.cloud._authentication, "check", believe)
            monkeypatch.setattr(self.cloud._authentication, "check_form", lambda _fields: self.cloud.key)


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Watched]]:
    """Each guard alone; and none, which shows that the attack is one."""
    with ExitStack() as opened:
        made = {name: Watched({name}, monkeypatch) for name in ("headers", "signature", "none")}
        for each in made.values():
            opened.enter_context(closing(each.cloud))
        yield made


def visited(browser: str, program: str, clouds: dict[str, Watched], like: str, folder: Path) -> str:
    """Let a browser visit the page until every request has come; what the page learned of its like."""
    everything = {*WAYS, REBOUND}
    with closing(Attacker([each.port for each in clouds.values()], like)) as attacker:
        start = chromium if browser == "chromium" else firefox
        with start(program, folder, attacker.url):
            until(lambda: attacker.reports, f"{browser} has run the page")
            for name, each in clouds.items():
                until(
                    lambda each=each: everything <= each.came,  # type: ignore[misc]
                    f"all came to the cloud with {name}, and not only {each.came}",
                )
        (report,) = attacker.reports
    read_of_headers, read_of_signature, _ = report["answers"]
    for answer in (*read_of_headers, *read_of_signature):
        # Opaque, or not sent at all: the page has read nothing.
        assert answer in ("opaque ", "TypeError: Failed to fetch") or answer.startswith("TypeError: NetworkError")
    return str(report["liked"])


def check(clouds: dict[str, Watched]) -> None:
    assert clouds["headers"].carried_out == []
    assert clouds["signature"].carried_out == []
    # An attack that would not work without any guard proves nothing.
    hosts = " ".join(clouds["none"].carried_out)
    for way in ("img", "form", "multipart", "simple", "moto", "frame", "navigation", REBOUND):
        assert way in hosts


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_each_guard_alone_keeps_a_foreign_page_out_while_likes_come_through(
    request: pytest.FixtureRequest,
    name: str,
    clouds: dict[str, Watched],
    tmp_path: Path,
) -> None:
    if name == "firefox":
        program = firefox_program()
    else:
        browser: Browser = request.getfixturevalue("browser")
        program = shutil.which(executable() or "") or browser.browser_type.executable_path
    with closing(Service()) as service:
        liked = visited(name, program, clouds, service.url, tmp_path)
    assert liked == "cors liked"
    assert service.posts == ["/like"]
    check(clouds)
