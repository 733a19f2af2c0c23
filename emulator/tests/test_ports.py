"""The emulator starts on ports that are free, or says which is not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ecs_emulator import ports
from ecs_emulator.ports import Ports, PortUnusable, free_ports

NAMES = ("API_PORT", "CLOUD_PORT")


@pytest.fixture
def free() -> dict[str, str]:
    """The two variables, each with a port that is free."""
    return {name: str(port) for name, port in zip(NAMES, free_ports(2), strict=True)}


@contextmanager
def listening(address: str, family: socket.AddressFamily = socket.AF_INET, option: int | None = None) -> Iterator[int]:
    with socket.socket(family) as server:
        if option is not None:
            server.setsockopt(socket.SOL_SOCKET, option, 1)
        server.bind((address, 0))
        server.listen()
        yield server.getsockname()[1]


def test_free_ports_are_taken_as_they_are_given(free: dict[str, str]) -> None:
    assert Ports.from_env(free) == Ports(*(int(free[name]) for name in NAMES))


@pytest.mark.parametrize("environ", [{}, dict.fromkeys(NAMES, "")])
def test_a_port_that_nobody_names_is_the_usual_one(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    # Whether the usual ones are free on this machine is not the question.
    monkeypatch.setattr(ports, "_check_free", lambda *_: None)
    assert Ports.from_env(environ) == Ports(api=8000, cloud=4566)


def test_an_emulator_beside_others_takes_the_first_ports_that_are_all_free(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_free(port: int, variable: str) -> None:
        if port in (8000, 4576):
            raise PortUnusable(variable)

    monkeypatch.setattr(ports, "_check_free", check_free)
    assert Ports.from_env({}, beside=True) == Ports(api=8020, cloud=4586)
    assert Ports.from_env({"CLOUD_PORT": "5000"}, beside=True) == Ports(api=8010, cloud=5000)


@pytest.mark.parametrize("variable", NAMES)
def test_a_port_in_use_is_named_with_its_variable(free: dict[str, str], variable: str) -> None:
    with listening("127.0.0.1") as port, pytest.raises(PortUnusable) as refused:
        Ports.from_env({**free, variable: str(port)})
    assert str(refused.value) == f"Port {port} is in use. Stop what uses it, or set {variable} to another port."


@pytest.mark.parametrize(
    ("address", "family", "option"),
    [
        ("0.0.0.0", socket.AF_INET, None),
        ("::1", socket.AF_INET6, None),
        ("127.0.0.1", socket.AF_INET, socket.SO_REUSEADDR),
        # Two such servers share a port, and each gets some of the requests.
        ("0.0.0.0", socket.AF_INET, socket.SO_REUSEPORT),
        ("127.0.0.1", socket.AF_INET, socket.SO_REUSEPORT),
    ],
)
def test_a_port_is_in_use_however_it_is_used(
    free: dict[str, str], address: str, family: socket.AddressFamily, option: int | None
) -> None:
    with listening(address, family, option) as port, pytest.raises(PortUnusable, match=f"Port {port} is in use"):
        Ports.from_env({**free, "API_PORT": str(port)})


def test_a_port_that_was_in_use_a_moment_ago_is_free(free: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            # Who closes first keeps the connection for a while (TIME_WAIT): the server, as when an emulator stops.
            server.accept()[0].close()
            assert client.recv(1) == b""
    assert Ports.from_env({**free, "API_PORT": str(port)}).api == port


def test_two_servers_cannot_have_one_port(free: dict[str, str]) -> None:
    one, other = NAMES
    port = free[one]
    with pytest.raises(PortUnusable, match=f"{one} and {other} are both {port}; give each a port of its own."):
        Ports.from_env({**free, other: port})


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "8080.0", " ", "８０８０", "eighty"])
def test_what_is_no_port_is_refused_with_what_would_be_right(free: dict[str, str], text: str) -> None:
    with pytest.raises(PortUnusable) as refused:
        Ports.from_env({**free, "CLOUD_PORT": text})
    assert str(refused.value) == f"CLOUD_PORT is {text!r}; it should be a port from 1 to 65535."
