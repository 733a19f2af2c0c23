"""The placeholder answers 200 to every path, and ends at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler import placeholder as placeholder_program
from emulator.tests.support.waiting import PATIENCE, until


@contextmanager
def placeholder(**environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-I", "-S", placeholder_program.__file__],
        env={name: value for name, value in os.environ.items() if name not in ("PORT", "PORTS", "BIND_ADDRESS")}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ask(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    try:
        request = urllib.request.Request(f"http://127.9.9.9:{port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""
    except OSError:
        return 0, ""


def test_every_path_is_answered_until_sigterm() -> None:
    (port,) = free_ports(1)
    with placeholder(PORT=str(port), BIND_ADDRESS="127.9.9.9") as process:
        until(lambda: ask(port, "/")[0], "it answers")
        for path in ("/", "/health", "/any/path?with=query"):
            status, page = ask(port, path)
            assert status == 200
            assert "<h1>Placeholder</h1>" in page
        assert ask(port, "/", "HEAD") == (200, "")
        assert ask(port, "/", "POST")[0] >= 400
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stdout
        assert process.stdout.read() == f"The placeholder listens on port {port}.\n"


def test_every_port_of_its_container_is_answered() -> None:
    one, two = free_ports(2)
    with placeholder(PORT=str(one), PORTS=f"{one} {two}", BIND_ADDRESS="127.9.9.9"):
        until(lambda: ask(one, "/")[0] == ask(two, "/")[0] == 200, "both answer")


def test_without_a_port_it_waits_for_its_end() -> None:
    with placeholder() as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in (0, -signal.SIGTERM)


@pytest.mark.parametrize("port", ["http", "-1", "65536"])
def test_a_port_that_is_none_is_one_clear_line(port: str) -> None:
    with placeholder(PORT=port) as process:
        assert process.wait(PATIENCE) == 1
        assert process.stdout
        assert process.stdout.read() == f"PORT is {port!r}; it should be a port from 1 to 65535.\n"
