"""Containers reach the emulator through the relay, and others do not."""

from __future__ import annotations

import contextlib
import http.client
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from ipaddress import IPv4Network
from typing import Any
from urllib.parse import urlsplit

import pytest

from ecs_emulator.cloud.server import WebServer
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.docker.relay import Relay

# A gateway and a network that a machine without an engine has as well.
GATEWAY = "127.77.0.1"
NETWORK = IPv4Network("127.0.0.0/8")


def echo(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def server() -> Iterator[WebServer]:
    with closing(WebServer(echo, port=0, threads=4)) as made:
        yield made


def ask(url: str, body: bytes) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=30) as answer:
        return bytes(answer.read())


def test_many_at_a_time_get_their_own_answers_back(server: WebServer) -> None:
    with closing(Relay(GATEWAY, NETWORK)) as relay, ThreadPoolExecutor(16) as visitors:
        url = relay.url(f"{server.url}/v4/id")
        assert url.startswith(f"http://{GATEWAY}:")
        assert url.endswith("/v4/id")
        bodies = [bytes([number]) * 300_000 for number in range(64)]
        assert list(visitors.map(lambda body: ask(url, body), bodies)) == bodies


def test_a_server_has_one_address(server: WebServer) -> None:
    with closing(Relay(GATEWAY, NETWORK)) as relay:
        ports = {urlsplit(relay.url(f"{server.url}/{name}")).port for name in ("one", "other")}
        assert len(ports) == 1


def test_whoever_is_not_of_the_network_is_turned_away(server: WebServer) -> None:
    with closing(Relay(GATEWAY, IPv4Network("172.30.0.0/16"))) as relay:
        url = relay.url(server.url)
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            ask(url, b"hello")


def test_nobody_is_connected_any_more_once_it_is_closed(server: WebServer) -> None:
    relay = Relay(GATEWAY, NETWORK)
    port = urlsplit(relay.url(server.url)).port
    assert port
    with closing(http.client.HTTPConnection(GATEWAY, port, timeout=30)) as connection:
        connection.request("POST", "/", b"hello")
        assert connection.getresponse().read() == b"hello"
        relay.close()
        with contextlib.suppress(ConnectionResetError):
            assert connection.sock.recv(1) == b""
    with socket.socket() as probe:
        assert probe.connect_ex((GATEWAY, port)) != 0


def test_a_server_that_is_away_is_a_connection_that_ends() -> None:
    (away,) = free_ports(1)
    with closing(Relay(GATEWAY, NETWORK)) as relay, pytest.raises((urllib.error.URLError, ConnectionError)):
        ask(relay.url(f"http://127.0.0.1:{away}"), b"hello")


def test_a_gateway_of_another_machine_is_refused() -> None:
    with pytest.raises(OSError, match="assign"):
        Relay("192.0.2.1", IPv4Network("192.0.2.0/24"))


def test_a_visitor_who_leaves_is_forgotten() -> None:
    with closing(Relay(GATEWAY, NETWORK)) as relay, socket.create_server(("127.0.0.1", 0)) as listener:
        port = urlsplit(relay.url(f"http://127.0.0.1:{listener.getsockname()[1]}")).port
        assert port
        socket.create_connection((GATEWAY, port), timeout=30).close()
        listener.settimeout(30)
        with listener.accept()[0] as left:
            left.settimeout(30)
            assert left.recv(1) == b""
