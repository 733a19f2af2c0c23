"""Metrics are log lines that say what the events of requests say."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from app.kit import metrics
from app.kit.logs import JsonFormatter
from app.kit.metrics import MOST, UNITS, CompletedRequest, Metrics, line
from tests.platform_runner import until

NAMED = {"Like processed.": "Likes"}


class Lines(logging.Handler):
    """What is written, as it goes to stdout and to CloudWatch."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter("mysfits:7"))
        self.read: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.read.append(json.loads(self.format(record)))

    def sum(self, name: str) -> int:
        return sum(each.get(name, 0) for each in self.read)


@contextmanager
def _listening() -> Iterator[Lines]:
    lines, before = Lines(), metrics.log.level
    metrics.log.addHandler(lines)
    metrics.log.setLevel(logging.INFO)
    yield lines
    metrics.log.removeHandler(lines)
    metrics.log.setLevel(before)


@pytest.fixture
def lines() -> Iterator[Lines]:
    with _listening() as lines:
        yield lines


def answered(status: int = 200, message: str = "Request answered.", milliseconds: float = 1.5) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": message, "status": status, "duration_ms": milliseconds})


def count(counting: Metrics, *records: logging.LogRecord) -> None:
    for record in records:
        counting.handle(record)


def test_a_line_is_in_the_embedded_metric_format(lines: Lines) -> None:
    counting = Metrics("mysfits-likes", NAMED)
    like = answered(message="Like processed.", milliseconds=2.25)
    count(counting, answered(), answered(404), answered(503), like)
    counting.write()
    (written,) = lines.read
    told = written.pop("_aws")
    assert told.keys() == {"Timestamp", "CloudWatchMetrics"}
    assert isinstance(told["Timestamp"], int)
    (directive,) = told["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Mysfits", [["Service"]])
    # "The root node MUST contain" a member for each metric and dimension that is referred to.
    names = {each["Name"]: each["Unit"] for each in directive["Metrics"]}
    assert names == {**UNITS, "Likes": "Count"}
    assert {name: written[name] for name in names} == {
        "Requests": 4,
        "ClientErrors": 1,
        "ServerErrors": 1,
        "Likes": 1,
        "Latency": [1.5, 1.5, 1.5, 2.25],
    }
    assert (written["Service"], written["revision"], written["message"]) == ("mysfits-likes", "mysfits:7", "Metrics.")
    assert "request_id" not in written


def test_no_line_has_more_values_than_cloudwatch_takes(lines: Lines) -> None:
    counting = Metrics("mysfits", NAMED)
    count(counting, *(answered(milliseconds=number) for number in range(2 * MOST + 1)))
    counting.write()
    assert [each["Requests"] for each in lines.read] == [MOST, MOST, 1]
    assert [value for each in lines.read for value in each["Latency"]] == list(range(2 * MOST + 1))


def test_what_did_not_happen_is_no_metric() -> None:
    told = line("mysfits", [CompletedRequest(200, 1.0, "Request answered.")], NAMED, 0.0)
    assert "Likes" not in json.dumps(told)


def test_without_requests_there_is_no_line(lines: Lines) -> None:
    Metrics("mysfits", NAMED).write()
    assert lines.read == []


def test_a_line_is_written_when_it_is_full_and_when_it_is_old(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Metrics("mysfits", NAMED)
    counting.begin()
    count(counting, *[answered()] * MOST)
    until(lambda: lines.sum("Requests") == MOST, "a full line is written at once", metrics.LONGEST / 2)
    monkeypatch.setattr(metrics, "LONGEST", 0.05)
    count(counting, answered())
    until(lambda: lines.sum("Requests") == MOST + 1, "the last request is told of")


def test_every_request_is_counted_once_whoever_answers_it(lines: Lines) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        counting = Metrics("mysfits", NAMED)
        counting.begin()
        like = answered(message="Like processed.")
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _: count(counting, *[answered(404), like] * 50), range(64)))
    finally:
        sys.setswitchinterval(interval)
    counting.write()
    assert (lines.sum("Requests"), lines.sum("ClientErrors"), lines.sum("Likes")) == (6400, 3200, 3200)
    assert sum(len(each["Latency"]) for each in lines.read) == 6400
    assert len(lines.read) < 6400 / MOST * 2
