"""Requests, errors and latency as metrics, in log lines that CloudWatch reads: no agent, no call, no permission.

One line tells of up to a hundred requests, because log volume is the first wall in money (docs/scale.md).
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from multiprocessing import util as multiprocessing_util
from typing import Any, NamedTuple

from app.kit import request_log

log = logging.getLogger(__name__)

NAMESPACE = "Mysfits"
DIMENSION = "Service"  # the only one: whoever adds a second pays for each of its values
UNITS = {"Requests": "Count", "ClientErrors": "Count", "ServerErrors": "Count", "Latency": "Milliseconds"}

# As many values as CloudWatch takes of one metric in a line.
MOST = 100
LONGEST = 10.0  # seconds that a request waits to be told of


class CompletedRequest(NamedTuple):
    """Outcome of a request: its status, the milliseconds that it took, the message of its log event."""

    status: int
    milliseconds: float
    message: str


def line(service: str, answered: Sequence[CompletedRequest], named: Mapping[str, str], now: float) -> dict[str, Any]:
    """The members of one line in CloudWatch's embedded metric format, for at most MOST requests.

    `named` are metrics by the message whose events they count; one that nothing happened to is left out, and costs
    nothing. `now` is in seconds since the epoch.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    happened = Counter(named[each.message] for each in answered if each.message in named)
    values = {
        "Requests": len(answered),
        "ClientErrors": sum(400 <= each.status < 500 for each in answered),
        "ServerErrors": sum(each.status >= 500 for each in answered),
        "Latency": [each.milliseconds for each in answered],
        **happened,
    }
    metrics = [{"Name": name, "Unit": UNITS.get(name, "Count")} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics}
    return {"_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]}, DIMENSION: service, **values}


class Metrics(logging.Handler):
    """Counts the log events of requests, and writes a line when there are MOST of them, or LONGEST after the first.

    So the metrics say what the events say. Lines are written by a thread of its own, outside of any request, and what
    is left by `write` when the process ends. A process that is killed takes less than one line with it, or what the
    last LONGEST seconds brought if that is more.
    """

    def __init__(self, service: str, named: Mapping[str, str]) -> None:
        super().__init__()
        self._service = service
        self._named = named
        self._answered: list[CompletedRequest] = []
        # `emit` is called with the handler's own lock, so it is the one for what it counts.
        self._news = threading.Condition(self.lock)
        self._writing = threading.Lock()

    def begin(self) -> None:
        """Write lines from now on. The thread never holds up the end of the process."""
        threading.Thread(target=self._write_on, name="metrics", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        told = vars(record)
        self._answered.append(CompletedRequest(told["status"], told["duration_ms"], record.getMessage()))
        if len(self._answered) in (1, MOST):
            self._news.notify()

    def write(self) -> None:
        """Write what there is. When this returns, whatever was counted before it was called is written."""
        with self._writing:
            with self._news:
                answered, self._answered = self._answered, []
            for start in range(0, len(answered), MOST):
                told = line(self._service, answered[start : start + MOST], self._named, time.time())
                log.info("Metrics.", extra=told)

    def _write_on(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._answered)
                self._news.wait_for(lambda: len(self._answered) >= MOST, LONGEST)
            self.write()


def measure(revision: str, named: Mapping[str, str]) -> None:
    """Write metrics of every request of this process. The service is the family of `revision` (`family:7`)."""
    metrics = Metrics(revision.partition(":")[0], named)
    request_log.log.addHandler(metrics)
    metrics.begin()
    # A server's worker processes end without `atexit`; before the delivery to CloudWatch, which comes at priority 0.
    multiprocessing_util.Finalize(None, metrics.write, exitpriority=1)
    atexit.register(metrics.write)
