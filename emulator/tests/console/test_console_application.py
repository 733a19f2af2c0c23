"""The console's server from outside: what a page may ask, and what nobody may."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, cast

import boto3
import pytest

from ecs_emulator.access_key import AccessKey
from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.balancer.plan import RoutingPlan
from ecs_emulator.balancer.store import LoadBalancerStore
from ecs_emulator.cloud.guard import Guard
from ecs_emulator.cloud.server import WebServer
from ecs_emulator.console.access import Access, link
from ecs_emulator.console.application import SESSION_HEADER, ConsoleApplication, Parts
from ecs_emulator.console.calls import CallRefused, Calls
from ecs_emulator.console.feed import Feed
from ecs_emulator.console.jobs import Jobs
from ecs_emulator.program import ECS_EMULATOR

KEY = AccessKey.generate()
POSTS = ("/api/session", "/api/call", "/api/commands", "/api/commands/stop", "/api/which-rule")


class MadeUpBalancer:
    def planned(self) -> tuple[LoadBalancerStore, RoutingPlan]:
        return LoadBalancerStore(), RoutingPlan()


class Server:
    """The server, and what it was asked for by a browser that has, or has not, a session."""

    def __init__(self, port: int, access: Access) -> None:
        self.port = port
        self.access = access
        self.cookie, self.token = "", ""

    def open(self) -> None:
        ticket = link("", self.access.start, KEY).partition("#key=")[2]
        _, headers, body = self.ask("POST", "/api/session", {"key": ticket})
        self.cookie, self.token = headers["Set-Cookie"].partition(";")[0], json.loads(body)["token"]

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        own = {"Content-Type": "application/json", "Cookie": self.cookie, SESSION_HEADER: self.token}
        said = own | {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection("localhost", self.port, timeout=60)) as connection:
            connection.request(method, path, None if content is None else json.dumps(content), said)
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), b"" if path == "/api/events" else answer.read()


@pytest.fixture
def server(tmp_path: Any) -> Iterator[Server]:
    access = Access(KEY)
    feed = Feed(lambda: {"about": {}}, most=2)
    jobs = Jobs(ECS_EMULATOR, tmp_path, ("scale",))
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    balancer = cast(Balancer, MadeUpBalancer())
    parts = Parts(access, "console-test", feed, Calls(session), jobs, balancer, lambda: session)
    started = WebServer(ConsoleApplication(parts), port=0, threads=4, guard=Guard("the console"))
    yield Server(int(started.url.rpartition(":")[2]), access)
    feed.close()
    jobs.close()
    started.close()


def test_the_page_is_for_everybody_and_nothing_else_is(server: Server) -> None:
    status, headers, body = server.ask("GET", "/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"/scripts/main.js" in body
    assert server.ask("GET", "/scripts/main.js")[1]["Content-Type"] == "text/javascript; charset=utf-8"
    for path in ("/api/events", "/api/logs"):
        assert server.ask("GET", path)[0] == 401
    for path in POSTS[1:]:
        assert server.ask("POST", path, {})[0] == 401
    for path in ("/nothing", "/../console.py", "/scripts/../../console.py", "/page/index.html"):
        assert server.ask("GET", path)[0] == 404


def test_every_answer_says_what_a_browser_may_do_with_it(server: Server) -> None:
    for path in ("/", "/styles/page.css", "/nothing", "/api/events"):
        headers = server.ask("GET", path)[1]
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_a_session_is_opened_by_a_link_and_its_cookie_is_out_of_reach(server: Server) -> None:
    assert server.ask("POST", "/api/session", {"key": "made.up"})[0] == 403
    ticket = link("", server.access.start, KEY).partition("#key=")[2]
    status, headers, _ = server.ask("POST", "/api/session", {"key": ticket})
    assert status == 200
    assert headers["Set-Cookie"].endswith("; HttpOnly; Path=/; SameSite=Strict")
    assert server.ask("POST", "/api/session", {"key": ticket})[0] == 403


def test_both_secrets_are_needed_for_a_call(server: Server) -> None:
    server.open()
    assert server.ask("GET", "/api/events")[0] == 200
    cookie, token = server.cookie, server.token
    server.cookie, server.token = cookie, ""
    assert server.ask("GET", "/api/events")[0] == 401
    server.cookie, server.token = "", token
    assert server.ask("GET", "/api/events")[0] == 401


@pytest.mark.parametrize("path", POSTS)
def test_nothing_is_done_by_a_get_or_by_a_form(server: Server, path: str) -> None:
    server.open()
    assert server.ask("GET", path)[0] in (404, 405)
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        assert server.ask("POST", path, {}, Content_Type=kind)[0] == 415
    assert server.ask("POST", path, [])[0] == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:4567"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:8000"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
    ids=str,
)
def test_a_page_of_somebody_else_gets_nothing_even_with_both_secrets(server: Server, headers: dict[str, str]) -> None:
    server.open()
    for method, path in (("GET", "/"), ("GET", "/api/events"), ("POST", "/api/call")):
        assert server.ask(method, path, {} if method == "POST" else None, **headers)[0] == 403


def test_only_what_the_page_does_is_called_or_run(server: Server) -> None:
    server.open()
    call = {"service": "iam", "operation": "create_user", "input": {"UserName": "x"}}
    status, _, body = server.ask("POST", "/api/call", call)
    assert (status, json.loads(body)["code"]) == (400, "NotAllowed")
    for operation in ("close", "meta", "__class__", "delete_cluster"):
        assert server.ask("POST", "/api/call", {"service": "ecs", "operation": operation})[0] == 400
    for arguments in ([], ["down"], ["--help"], ["scale\0"], "scale", [["scale"]], [1]):
        assert server.ask("POST", "/api/commands", {"arguments": arguments})[0] == 400
    assert server.ask("POST", "/api/commands/stop", {"job": "7"})[0] == 404


def test_input_that_fits_no_operation_is_told_and_not_raised() -> None:
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    with pytest.raises(CallRefused) as refused:
        Calls(session).make("ecs", "update_service", {"nonsense": 1})
    assert refused.value.code == "ValidationException"
