"""Delivery of log events to CloudWatch Logs that never holds up a request and loses nothing in silence.

watchtower queues and batches. It makes five attempts without a pause, then drops the batch; it waits half a minute
for a hung endpoint when the process ends. So it is handed a client that is patient instead, knows when to stop, and
says on stdout which events were not delivered (the events themselves are there already).
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from multiprocessing import util as multiprocessing_util
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from watchtower import CloudWatchLogHandler

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

log = logging.getLogger("undelivered")

SEND_INTERVAL = 1  # seconds
PATIENCE = 30.0  # seconds that one batch is tried for while CloudWatch is well otherwise
LAST_WORDS = 2.0  # seconds that delivery goes on after the process was told to end
SHUTDOWN = 4.5  # seconds after which the process ends whatever the network does
ROOM = 20_000  # events that wait in memory at the most


class CloudWatch:
    """A logging handler for one log group and stream, delivered from a thread of its own."""

    def __init__(
        self, client: CloudWatchLogsClient, log_group: str, log_stream: str, formatter: logging.Formatter
    ) -> None:
        self._delivery = _Delivery(client)
        self.handler = CloudWatchLogHandler(
            log_group_name=log_group,
            # watchtower fills in `{…}` of a stream's name.
            log_stream_name=log_stream.replace("{", "").replace("}", ""),
            send_interval=SEND_INTERVAL,
            boto3_client=self._delivery,  # type: ignore[arg-type]
            # The group belongs to CloudFormation; asking for it here would make the start depend on CloudWatch.
            create_log_group=False,
        )
        self.handler.setFormatter(formatter)
        self.handler.addFilter(self._delivery.has_room)
        # A server's worker processes end without `atexit`; multiprocessing runs its own finalizers.
        multiprocessing_util.Finalize(None, self.close, exitpriority=0)
        atexit.register(self.close)

    def close(self) -> None:
        """Deliver what is queued, for SHUTDOWN seconds at the most. May be called twice."""
        self._delivery.stop()
        closing = threading.Thread(target=self.handler.close, daemon=True)
        closing.start()
        closing.join(SHUTDOWN)
        self._delivery.report_rest()


class _Delivery:
    """What watchtower uses of a CloudWatch Logs client; `put_log_events` returns only when the batch is dealt with."""

    def __init__(self, client: CloudWatchLogsClient) -> None:
        self._client = client
        self._stopping = threading.Event()
        self._deadline = float("inf")
        self._patience = PATIENCE
        self._lock = threading.Lock()
        self._waiting = 0
        self._turned_away = 0

    @property
    def exceptions(self) -> Any:
        return self._client.exceptions

    def has_room(self, _record: logging.LogRecord) -> bool:
        """A logging filter: True takes the record into the queue."""
        with self._lock:
            if self._waiting >= ROOM:
                self._turned_away += 1
                return False
            self._waiting += 1
            return True

    def put_log_events(self, **batch: Any) -> dict[str, Any]:
        """Deliver the batch or report it. Always answers as if all were well: a batch is never watchtower's to drop."""
        reason = self._try_until(min(self._deadline, time.monotonic() + self._patience), batch)
        with self._lock:
            self._waiting -= len(batch["logEvents"])
            turned_away, self._turned_away = self._turned_away, 0
        # Behind a batch that could not be delivered, each is tried once only, or the queue would never empty.
        self._patience = 0.0 if reason else PATIENCE
        if reason:
            _report(len(batch["logEvents"]), reason)
        if turned_away:
            _report(turned_away, "too many were waiting")
        return {}

    def stop(self) -> None:
        if not self._stopping.is_set():
            self._deadline = time.monotonic() + LAST_WORDS
            self._stopping.set()

    def report_rest(self) -> None:
        with self._lock:
            rest, self._waiting = self._waiting + self._turned_away, 0
            self._turned_away = 0
        if rest:
            _report(rest, "the process had to end")

    def _try_until(self, deadline: float, batch: dict[str, Any]) -> str | None:
        """None when delivered, else why not."""
        pause = 0.2
        stream_made = False
        while True:
            try:
                rejected = self._client.put_log_events(**batch).get("rejectedLogEventsInfo")
                return f"rejected: {rejected}" if rejected else None
            except self._client.exceptions.ResourceNotFoundException as error:
                reason = str(error)
                if not stream_made:
                    stream_made = self._make_stream(batch)
                    if stream_made:
                        continue
            except (ClientError, BotoCoreError, ResponseParserError) as error:
                reason = str(error)
            if time.monotonic() + pause > min(deadline, self._deadline):
                return reason
            if self._stopping.is_set():
                time.sleep(pause)
            else:
                self._stopping.wait(pause)
                pause = min(pause * 2, 5.0)

    def _make_stream(self, batch: dict[str, Any]) -> bool:
        try:
            self._client.create_log_stream(logGroupName=batch["logGroupName"], logStreamName=batch["logStreamName"])
        except self._client.exceptions.ResourceAlreadyExistsException:
            return True
        except (ClientError, BotoCoreError, ResponseParserError):
            return False
        return True


def _report(count: int, reason: str) -> None:
    log.error("Log events not delivered to CloudWatch.", extra={"count": count, "reason": reason[:300]})
