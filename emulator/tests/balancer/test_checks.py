"""Checks of real servers."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest

from ecs_emulator.balancer.checks import Checker, check
from ecs_emulator.balancer.health import NO_CONNECTION, TIMED_OUT, HealthCheckFailure, HealthCheckSettings, TargetHealth
from ecs_emulator.scheduler.interfaces import TargetAddress
from emulator.tests.balancer.stage import Appliance
from emulator.tests.support.waiting import PATIENCE


@contextmanager
def saying(answer: bytes | None) -> Iterator[TargetAddress]:
    """A server that says that to whoever connects, or nothing, ever."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as held:

        def serve() -> None:
            while True:
                connection, _address = server.accept()
                if is_over.is_set():
                    connection.close()
                    return
                held.enter_context(connection)
                if answer is not None:
                    connection.recv(4096)
                    with suppress(OSError):
                        connection.sendall(answer)
                    connection.close()

        is_over = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield TargetAddress("127.0.0.1", server.getsockname()[1])
        finally:
            is_over.set()
            socket.create_connection(server.getsockname()).close()
            thread.join()


def result(target: TargetAddress, settings: HealthCheckSettings | None = None) -> HealthCheckFailure | None:
    # In a thread of its own: a browser of other tests keeps a loop in this one.
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(
            lambda: asyncio.run(check(target, settings or HealthCheckSettings(timeout=PATIENCE)))
        ).result()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", None),
        (b"HTTP/1.0 200 OK\r\n\r\n", None),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", HealthCheckFailure.code(500)),
        (b"HTTP/1.1 301 Gone\r\n\r\n", HealthCheckFailure.code(301)),
        (b"SSH-2.0-OpenSSH\r\n", NO_CONNECTION),
        (b"HTTP/1.1\r\n\r\n", NO_CONNECTION),
        (b"HTTP/1.1 fine\r\n\r\n", NO_CONNECTION),
        (b"", NO_CONNECTION),
        (b"x" * 200_000, NO_CONNECTION),
    ],
)
def test_a_check_passes_by_its_code_alone(answer: bytes, expected: HealthCheckFailure | None) -> None:
    with saying(answer) as target:
        assert result(target) == expected


def test_a_check_of_nobody_fails_and_of_somebody_silent_times_out() -> None:
    with saying(None) as target:
        assert result(target, HealthCheckSettings(timeout=0.1)) == TIMED_OUT
    assert result(target) == NO_CONNECTION


def test_a_check_says_who_it_is_and_asks_the_path_at_the_port_that_is_set() -> None:
    with closing(Appliance()) as appliance:
        appliance.health = 204
        elsewhere = TargetAddress("127.0.0.1", 1)
        settings = HealthCheckSettings(path="/deep?x=1", port=appliance.target.port, expected="204", timeout=PATIENCE)
        assert result(elsewhere, settings) is None


def test_a_target_that_hangs_delays_no_other() -> None:
    results: dict[str, int] = {"hangs": 0, "answers": 0}
    enough = threading.Event()

    def count(name: str, condition: TargetHealth, failure: HealthCheckFailure | None, begun: float) -> None:
        results[name] += 1
        condition.learn(failure, begun)
        if results["answers"] == 5:
            enough.set()

    settings = HealthCheckSettings(interval=0.01, timeout=PATIENCE, look=0.01)
    with closing(Checker()) as checker, saying(None) as silent, closing(Appliance()) as appliance:
        for name, target in (("hangs", silent), ("answers", appliance.target)):
            condition = TargetHealth(settings, time.monotonic())
            checker.watch(
                target, condition, lambda *learnt, name=name, condition=condition: count(name, condition, *learnt)
            )
        assert enough.wait(PATIENCE)
        assert results["hangs"] == 0


def test_who_is_not_watched_any_more_is_not_asked() -> None:
    learnt = threading.Event()
    with closing(Checker()) as checker, closing(Appliance()) as appliance:
        condition = TargetHealth(HealthCheckSettings(interval=0.01, look=0.01), time.monotonic())

        def learn(failure: HealthCheckFailure | None, begun: float) -> None:
            condition.learn(failure, begun)
            learnt.set()

        cancel = checker.watch(appliance.target, condition, learn)
        assert learnt.wait(PATIENCE)
        cancel()
        # The thread works in order: when it has passed this on, it has seen the end of the other.
        other = threading.Event()
        checker.watch(
            appliance.target,
            TargetHealth(HealthCheckSettings(look=1), time.monotonic()),
            lambda _failure, _begun: other.set(),
        )
        assert other.wait(PATIENCE)
        learnt.clear()
        assert not learnt.wait(0.1)
