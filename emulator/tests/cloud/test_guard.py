"""What a browser says of a page's request is enough, each part of it alone, to refuse it at a control port."""

from __future__ import annotations

import http.client
import logging
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.guard import Guard
from ecs_emulator.cloud.server import WebServer
from ecs_emulator.scheduler.metadata import Metadata
from emulator.tests.support.waiting import PATIENCE

HERE = "localhost:4566"


def refused(method: str = "POST", names: tuple[str, ...] = (), **headers: str) -> str | None:
    return Guard("a test", names).refusal(method, {"HOST": HERE, **headers})


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:4566", "bucket.localhost:4566", "127.0.0.1", "127.0.0.1:4566", "127.9.8.7:1"),
        *("[::1]", "[::1]:4566", "s3.localhost", "bucket.s3.localhost:80"),
        *("bucket.s3.amazonaws.com", "bucket.s3.us-east-1.amazonaws.com", "a.b.s3-us-west-2.amazonaws.com"),
        *(
            "s3.us-east-1.amazonaws.com",
            "bucket.s3-website-us-east-1.amazonaws.com",
            "b.s3-website.eu-west-1.amazonaws.com",
        ),
    ],
)
def test_a_host_of_this_machine_or_of_s3_may_pass(host: str) -> None:
    assert refused(HOST=host) is None


@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "evil.example:4566", "localhost.evil.example", "localhost, evil.example", "localhost."),
        *("127.0.0.1.evil.example", "127.0.0.1, 127.0.0.1", "128.0.0.1", "0.0.0.0", "10.0.0.1:4566", "[::2]", "::1"),
        *(
            "2130706433",
            "0x7f.1",
            "127.1",
            "localhost:x",
            "localhost:4566:1",
            "user@localhost",
            "lo calhost",
            "lokalhost",
        ),
        *("s3.amazonaws.com.evil.example", "evils3.amazonaws.com", "dynamodb.us-east-1.amazonaws.com", "cloud:4566"),
        *("[127.0.0.1]", "ｌocalhost", "localhost\x00"),
    ],
)
def test_any_other_host_is_refused(host: str) -> None:
    """As after DNS rebinding: all the rest of the request is as the page's own server would have it."""
    assert refused(HOST=host, SEC_FETCH_SITE="same-origin") is not None


def test_a_name_that_was_admitted_may_pass_and_no_other() -> None:
    assert refused(names=("cloud",), HOST="cloud:4566") is None
    assert refused(names=("cloud",), HOST="cloud.evil.example:4566") is not None


@pytest.mark.parametrize(
    "origin", ["http://localhost:4566", "http://127.0.0.1:4566", "http://a.localhost:4566", "http://[::1]:4566"]
)
def test_an_origin_on_this_very_port_may_pass(origin: str) -> None:
    assert refused(ORIGIN=origin) is None


@pytest.mark.parametrize(
    "origin",
    [
        *("null", "", "https://localhost:4566", "http://localhost", "http://localhost:8080", "http://evil.example"),
        *("http://evil.example:4566", "http://localhost:4566.evil.example", "http://localhost:4566/", "localhost:4566"),
        *(
            "http://localhost@evil.example",
            "file://",
            "moz-extension://a",
            "http://localhost:99999999",
            "http://[",
        ),
    ],
)
def test_any_other_origin_is_refused(origin: str) -> None:
    assert refused(ORIGIN=origin) is not None


def test_an_origin_at_a_host_without_a_port_is_that_of_port_80() -> None:
    assert refused(HOST="localhost", ORIGIN="http://localhost") is None
    assert refused(HOST="bucket.s3.amazonaws.com", ORIGIN="http://bucket.s3.amazonaws.com") is not None


@pytest.mark.parametrize(
    ("site", "passes"),
    [("none", True), ("same-origin", True), ("same-site", False), ("cross-site", False), ("", False)],
)
def test_a_request_for_another_site_is_refused(site: str, passes: bool) -> None:
    assert (refused(method="GET", SEC_FETCH_SITE=site) is None) is passes


def test_nobody_may_ask_what_could_be_sent() -> None:
    assert refused(method="OPTIONS") is not None


def test_what_is_refused_is_said_once_without_escape_sequences(
    caplog: pytest.LogCaptureFixture,
) -> None:
    guard = Guard("the AWS endpoint")
    for host in ("evil.example\x1b[2J", "other.example", "evil.example"):
        guard.refusal("GET", {"HOST": host})
    guard.refusal("GET", {"HOST": HERE, "ORIGIN": "null"})
    assert [record.message for record in caplog.records] == [
        "Refused at the AWS endpoint: the request was meant for another host than this machine. "
        "('evil.example\\x1b[2J')",
        "Refused at the AWS endpoint: a page of another origin sent the request. ('null')",
    ]


@pytest.fixture(params=["the AWS endpoint", "the task metadata"])
def port(request: pytest.FixtureRequest) -> Iterator[str]:
    """A control port's address."""
    if request.param == "the AWS endpoint":
        with closing(Cloud(port=0)) as cloud:
            yield cloud.url
    else:
        with closing(Metadata()) as metadata:
            yield metadata.add("an-id", dict, dict).partition("/v4")[0]


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_every_control_port_refuses_before_it_reads_and_says_nothing_to_other_origins(
    port: str, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    address = urlsplit(port)
    with socket.create_connection((address.hostname, address.port), PATIENCE) as line:
        told = {"Host": address.netloc, **headers, "Content-Length": str(2**29), "Expect": "100-continue"}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        # Of the body nothing is sent, and nobody waits for it.
        line.sendall(f"POST /v4/an-id HTTP/1.1\r\n{head}\r\n".encode())
        answer = http.client.HTTPResponse(line)
        answer.begin()
        assert (answer.status, answer.headers["Content-Type"]) == (403, "text/plain; charset=utf-8")
        assert answer.read().startswith(b"Refused: ")
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1


def test_a_server_without_a_guard_is_open() -> None:
    def application(_environ: object, start_response: object) -> list[bytes]:
        start_response("200 OK", [])  # type: ignore[operator]
        return [b"open"]

    with closing(WebServer(application, 0, 1)) as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE)
        with closing(connection):
            connection.request("GET", "/", headers={"Host": "any.example", "Origin": "http://any.example"})
            assert connection.getresponse().read() == b"open"
