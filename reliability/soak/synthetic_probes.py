"""Synthetic probes: visitors who do what the load does not, now and then, and know what they should be told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from ecs_emulator.ops.http import Answer, call

NOBODY = "00000000-0000-4000-8000-000000000000"  # an id that a mysfit could have
EVERY = 1.0  # seconds between two requests
PATIENCE = 30.0  # seconds for an answer


class ProbeResult(NamedTuple):
    """Result of a probe: what was asked for, should have been answered, and was. `at` is in seconds since the epoch."""

    at: float
    request: str
    expected: str
    actual: str

    @property
    def is_right(self) -> bool:
        return self.actual == self.expected


class SyntheticProbe(NamedTuple):
    """`summarize` makes of an answer what is compared with `expected`."""

    method: str
    url: str
    expected: str
    summarize: Callable[[Answer], str]


def status(answer: Answer) -> str:
    return str(answer.status or answer.error)


def text(answer: Answer) -> str:
    return answer.body.decode(errors="replace") if answer.status == 200 else status(answer)


def kind(answer: Answer) -> str:
    return answer.summary


def round_of(api_url: str, site_url: str, adopted: str) -> Sequence[SyntheticProbe]:
    """One of each. Nobody else counts with the counter, so its numbers are known."""
    return (
        SyntheticProbe("POST", f"{api_url}/mysfits/{adopted}/adopt", "409", status),
        SyntheticProbe("POST", f"{api_url}/mysfits/{NOBODY}/adopt", "404", status),
        SyntheticProbe("GET", f"{api_url}/mysfits/{NOBODY}", "404", status),
        SyntheticProbe("GET", f"{api_url}/mysfits?filter=Age&value=2", "400", status),
        SyntheticProbe("GET", f"{api_url}/hello", "Hello ELECLE 1", text),
        SyntheticProbe("GET", f"{api_url}/hello/again", "Hello ELECLE 2", text),
        SyntheticProbe("GET", f"{api_url}/", "200", status),
        SyntheticProbe("GET", f"{site_url}/", "200 text/html", kind),
    )


class SyntheticProbes:
    """`visiting` makes them."""

    def __init__(self, probes: Sequence[SyntheticProbe]) -> None:
        self._probes = probes
        self._visits: list[ProbeResult] = []
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._visit, name="probes", daemon=True)
        self._thread.start()

    def _visit(self) -> None:
        while True:
            for each in self._probes:
                if self._leaving.wait(EVERY):
                    return
                self._visits.append(visit(each))

    def visits(self) -> list[ProbeResult]:
        return list(self._visits)

    def leave(self) -> None:
        self._leaving.set()
        self._thread.join()


def visit(probe: SyntheticProbe) -> ProbeResult:
    at = time.time()
    actual = probe.summarize(call(probe.method, probe.url, timeout=PATIENCE))
    return ProbeResult(at, f"{probe.method} {probe.url}", probe.expected, actual)


@contextmanager
def visiting(probes: Sequence[SyntheticProbe]) -> Iterator[SyntheticProbes]:
    """SyntheticProbes who have left when the context has."""
    visitors = SyntheticProbes(probes)
    try:
        yield visitors
    finally:
        visitors.leave()
