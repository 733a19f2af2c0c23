"""Faults around the service: time, and those who take theirs."""

from __future__ import annotations

import contextlib
import itertools
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from urllib.parse import urlsplit

from ecs_emulator.experiments.record import CheckResult
from reliability.faults.environment import FaultEnvironment

# Beyond a quarter of an hour, AWS takes no signature.
JUMPS = (timedelta(minutes=10), timedelta(minutes=-10), timedelta(days=1), timedelta(days=-1))

FIRST_REFUSAL = 15.0  # seconds until a call was signed a day off

SLOW = 1000  # clients
TICKS = 10  # in a second; a client sends or reads a byte in one of them


def jumping_clock(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    try:
        for jump in JUMPS:
            environment.clock.set_ahead(jump)
            environment.pass_time(seconds / len(JUMPS))
        # On a busy machine no call may have been signed by now.
        environment.until(lambda: environment.store.happened["expired"] > 0, FIRST_REFUSAL)
    finally:
        environment.clock.set_ahead(timedelta())
    refused = environment.store.happened["expired"]
    return [CheckResult(refused > 0, f"The data store refused the time of {refused:,} calls.")]


def slow_by_balancer(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    return [_slow_clients(environment.api_url, seconds)]


def slow_at_task(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    return [_slow_clients(environment.victim().url, seconds)]


def _slow_clients(url: str, seconds: float) -> CheckResult:
    """Half of them send a head, half read an answer, a byte a second each."""
    address = (urlsplit(url).hostname or "", urlsplit(url).port or 80)
    with ExitStack() as opened:
        clients = [opened.enter_context(_Slow(address, reads=number % 2 == 1)) for number in range(SLOW)]
        deadline = time.monotonic() + seconds
        for tick in itertools.count():
            for client in clients[tick % TICKS :: TICKS]:
                client.move()
            if time.monotonic() > deadline:
                break
            time.sleep(1 / TICKS)
        there = sum(client.is_there for client in clients)
    return CheckResult(there == SLOW, f"{there:,} slow clients were there until the end.")


class _Slow:
    def __init__(self, address: tuple[str, int], reads: bool) -> None:
        self.is_there = True
        self._reads = reads
        self._head = iter(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"x" * 10_000)
        self._socket = socket.socket()
        # As little as the system allows, so that an answer does not fit.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        self._socket.settimeout(10)
        self._socket.connect(address)
        self._socket.setblocking(False)
        if reads:
            self._socket.send(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")

    def __enter__(self) -> _Slow:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def move(self) -> None:
        """Another byte."""
        try:
            if self._reads:
                with contextlib.suppress(BlockingIOError):
                    self.is_there = self.is_there and self._socket.recv(1) != b""
            else:
                self._socket.send(bytes([next(self._head)]))
        except OSError:
            self.is_there = False
