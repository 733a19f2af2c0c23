"""The judge of the watching sees every number that differs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from ecs_emulator.load.report import LoadReport
from ecs_emulator.load.slices import RequestKind, Slice
from ops.metrics import Measured
from ops.visitors import LIKE
from reliability.watching.__main__ import Log, Row, figures, rows

BEFORE = Measured("mysfits-service", 60.0, requests=2, client_errors=1, likes=1)
AFTER = Measured("mysfits-service", 60.0, 9, client_errors=2, server_errors=1, likes=3, p50=3.0, p99=4.0)
LOG = Log(
    [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 4.0, 4.0, 4.0], client_errors=2, server_errors=1, likes=3, lines=2, line_bytes=90
)


def report() -> LoadReport:
    """Six requests: two likes, two reads, one for what is not there, one that the service failed to answer well."""
    span = Slice(0.0, 1.0)
    for route, outcome in ((LIKE, "200"), (LIKE, "200"), ("a", "200"), ("a", "200"), ("a", "404"), ("a", "500")):
        span.add(RequestKind(route, outcome, "a:1"), 5.0)
    span.acknowledged = Counter({"gary": 2})
    return LoadReport("http://api", 1, [span])


def wrong(found: list[Row]) -> set[str]:
    return {row.what for row in found if not row.holds}


def test_what_adds_up_is_as_it_should_be() -> None:
    found = rows(report(), 2, BEFORE, LOG, AFTER)
    assert wrong(found) == set()
    # With the one by which the load learned of the mysfits.
    assert found[0] == Row("requests", "7", "7", "7", True)
    assert "10 bytes of log for each" in figures(found, LOG)


@pytest.mark.parametrize(
    ("after", "what"),
    [
        ({"requests": 8}, {"requests"}),
        ({"requests": 10}, {"requests"}),
        ({"client_errors": 1}, {"client errors"}),
        ({"server_errors": 0}, {"server errors"}),
        ({"likes": 2}, {"likes"}),
        ({"p99": 3.0}, {"p99 ms"}),
        ({"p50": None}, {"p50 ms"}),
    ],
)
def test_a_number_that_differs_is_noticed(after: dict[str, float | None], what: set[str]) -> None:
    assert wrong(rows(report(), 2, BEFORE, LOG, replace(AFTER, **after))) == what  # type: ignore[arg-type]


def test_a_like_that_was_answered_and_is_not_stored_is_noticed() -> None:
    assert wrong(rows(report(), 1, BEFORE, LOG, AFTER)) == {"likes stored"}


def test_no_request_takes_longer_inside_than_outside() -> None:
    log = replace(LOG, durations=[*LOG.durations[:-1], 6.0])
    assert wrong(rows(report(), 2, BEFORE, log, replace(AFTER, p99=6.0))) == {"p99 ms"}


def test_a_request_without_an_answer_is_noticed() -> None:
    loaded = report()
    loaded.slices[0].add(RequestKind("a", "refused", ""), 1.0)
    assert wrong(rows(loaded, 2, BEFORE, LOG, AFTER)) == {"without an answer"}
