"""Watching, checked: CloudWatch says what visitors met. `python -m reliability.watching [--write]`.

A rehearsal of its own, visitors on it, some of whom ask for what is not there, and in the middle a revision that fails
a share of its requests: so tasks are stopped while they count. Ends with 1 where the two sides differ.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from ecs_emulator.clock import Clock
from ecs_emulator.experiments.emulator import emulating
from ecs_emulator.experiments.stage import staged
from ecs_emulator.load.report import LoadReport
from ecs_emulator.ops.services import find
from ecs_emulator.ops.target import Target
from ops.metrics import Measured, read
from ops.visitors import GOLDEN
from reliability.drills.platform import platform
from tools import page

SPEED = 10.0
CLIENTS = 16
ROUTES = (*GOLDEN, "GET /mysfits/nobody")
FAULTS = "error-share=0.1"
SPAN = 86_400  # seconds: all that the rehearsal has ever answered
# Seconds: a line waits for ten, the log driver for one, and the machine may be busy.
PATIENCE = 60.0
# The visitors' latencies are counted in steps of 2 %.
STEP = 1.02


@dataclass(frozen=True)
class Log:
    """The requests in the log."""

    durations: Sequence[float]  # milliseconds
    client_errors: int
    server_errors: int
    likes: int
    lines: int  # of metrics
    line_bytes: int

    def percentile(self, share: float) -> float:
        """The smallest duration that so many are not above; 0 when there are none."""
        return sorted(self.durations)[math.ceil(share * len(self.durations)) - 1] if self.durations else 0.0


class Row(NamedTuple):
    """One number as the three of them have it, and whether that is right."""

    what: str
    visitors: str
    log: str
    cloudwatch: str
    holds: bool


def rows(report: LoadReport, stored: int, before: Measured, log: Log, after: Measured) -> list[Row]:
    """The visitors' numbers beside what was added to CloudWatch, and all of the log beside all of CloudWatch."""
    failed = {int(kind.removeprefix("status ")): count for kind, count in report.failures.items() if "status" in kind}
    unanswered = report.failed - sum(failed.values())
    # A load begins by asking which mysfits there are.
    expected = report.requests - unanswered + 1
    client = sum(count for status, count in failed.items() if status < 500)
    server = sum(failed.values()) - client
    liked = report.acknowledged.total()
    visitors = report.latency
    return [
        _counted("requests", expected, len(log.durations), before.requests, after.requests),
        _counted("client errors", client, log.client_errors, before.client_errors, after.client_errors),
        _counted("server errors", server, log.server_errors, before.server_errors, after.server_errors),
        _counted("likes", liked, log.likes, before.likes, after.likes),
        Row("likes stored", f"{liked:,}", "", f"{stored:,} rows' likes", liked == stored),
        Row("without an answer", f"{unanswered:,}", "", "", unanswered == 0),
        _timed("p50 ms", visitors.p50, log.percentile(0.5), after.p50 or 0.0),
        _timed("p99 ms", visitors.p99, log.percentile(0.99), after.p99 or 0.0),
    ]


def _counted(what: str, visitors: int, log: int, before: int, after: int) -> Row:
    """What never happened proves nothing."""
    added = after - before
    return Row(what, f"{visitors:,}", f"{log - before:,}", f"{added:,}", 0 < visitors == added and log == after)


def _timed(what: str, visitors: float, log: float, cloudwatch: float) -> Row:
    """Inside the service no request takes longer than it does for who waits for it."""
    holds = log == cloudwatch and cloudwatch <= visitors * STEP
    return Row(what, f"{visitors:.1f}", f"{log:.1f}", f"{cloudwatch:.1f}", holds)


def measured(target: Target, service: str) -> Measured:
    """All that CloudWatch has of a service."""
    cloudwatch = target.session.client(cast("Any", "cloudwatch"))
    found = {each.service: each for each in read(cloudwatch, SPAN, datetime.now(UTC))}
    return found.get(service, Measured(service, SPAN))


def logged(target: Target) -> Log:
    """All that is in the log."""
    pages = target.logs.get_paginator("filter_log_events").paginate(logGroupName=target.output("LogGroup"))
    texts = [event["message"] for each in pages for event in each["events"]]
    lines = [text for text in texts if '"_aws"' in text]
    events = [json.loads(text) for text in texts if '"duration_ms"' in text]
    return Log(
        [event["duration_ms"] for event in events],
        sum(400 <= event["status"] < 500 for event in events),
        sum(event["status"] >= 500 for event in events),
        sum(event["message"] == "Like processed." for event in events),
        len(lines),
        sum(map(len, lines)),
    )


def until_told(target: Target, service: str) -> tuple[Measured, Log]:
    """Wait until CloudWatch has what the log has, or PATIENCE is over.

    There is something from the start: a rehearsal is ready when its service has answered it.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        metrics, log = measured(target, service), logged(target)
        if 0 < metrics.requests == len(log.durations) or time.monotonic() > deadline:
            return metrics, log
        time.sleep(0.5)


def watched(folder: Path, say: Callable[[str], None]) -> tuple[list[Row], Log]:
    """Play it; what came of it. Raises NotReady, TookTooLong."""
    clock = Clock(SPEED)
    subject = platform()
    with emulating(folder, subject, SPEED) as rehearsal:
        named = find(rehearsal.target, subject.service)
        before, _ = until_told(rehearsal.target, named.short)
        with staged(rehearsal, subject, clock, CLIENTS, 0, say) as stage:
            stage.until_steady()
            with stage.visitors(ROUTES):
                new = stage.faulty_revision(FAULTS)
                stage.update(f"{new} is to take over, with {FAULTS}", taskDefinition=new)
                stage.until_deployed(new)
            record = stage.record()
        after, log = until_told(rehearsal.target, named.short)
    states = record.deployments_of(new)
    deployed = Row("the deployment", "", "", ", ".join(states), states == ["SUCCESSFUL"])
    return [*rows(record.report, record.stored.total(), before, log, after), deployed], log


def figures(found: Sequence[Row], log: Log) -> str:
    """The block of the page."""
    cells = [(*row[:4], "yes" if row.holds else "**no**") for row in found]
    size = log.line_bytes / max(1, len(log.durations))
    size_line = f"{log.lines:,} lines of metrics for {len(log.durations):,} requests: {size:.0f} bytes of log for each."
    return "\n\n".join(
        [page.table(("", "visitors", "log", "CloudWatch", "as it should be"), cells), size_line, f"{page.machine()}."]
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m reliability.watching", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found, log = watched(Path(folder), print)
    text = figures(found, log)
    print(text)
    if said.write:
        page.put("watching", text)
    return 0 if all(row.holds for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
