"""`awslogs` log driver: what containers print, line by line, in CloudWatch Logs.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.scheduler.log_options import Options, WrongOptions
from ecs_emulator.scheduler.multiline import Events
from ecs_emulator.scheduler.output import Lines
from ecs_emulator.worker import Worker

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import InputLogEventTypeDef

INTERVAL = 1.0  # seconds between two calls for one stream, unless it ends or has a whole batch
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
BATCH_EVENTS = 10_000
BATCH_BYTES = 1_048_576
EVENT_OVERHEAD = 26
PAUSE = 0.5  # seconds that an endpoint is left alone for after an error
CONNECT_TIMEOUT = 2
READ_TIMEOUT = 5
_NO_STREAM = "create stream has been retried 1 times: failed to create Cloudwatch log stream"


class Stream:
    """The output of one container on its way to a log stream. One thread writes to it, another sends."""

    def __init__(self, options: Options, client: CloudWatchLogsClient, news: threading.Condition) -> None:
        self.name = options.stream
        self.dropped = 0  # events that are lost
        self._options = options
        self._client = client
        self._news = news
        self._lines = Lines()
        self._gathered = Events(options.begins)
        self._events: deque[tuple[int, bytes]] = deque()  # milliseconds and line
        self._bytes = 0
        self._latest = 0  # no event is older than the one before, whatever the system's clock does
        self._next = 0.0  # when it is time for another call
        self._not_before = 0.0  # the endpoint has failed and is left alone until then
        self._is_finished = False

    def write(self, data: bytes) -> None:
        with self._news:
            self._add(self._gathered.of(self._lines.of(data), time.monotonic()))
            # What is gathered wants to be looked at, too.
            self._news.notify()

    def is_full(self) -> bool:
        return self._options.blocks and self._bytes >= self._options.buffer

    def finish(self) -> None:
        with self._news:
            self._add([*self._gathered.of(self._lines.last(), time.monotonic()), *self._gathered.last()])
            self._is_finished = True
            self._news.notify()

    def is_done(self) -> bool:
        with self._news:
            return self._is_finished and not self._events

    def give_up(self) -> None:
        with self._news:
            self._forget(len(self._events), lost=True)
            self._is_finished = True
            self._news.notify()

    def wait(self, now: float) -> float | None:
        """Seconds until there is something to send, None while there is nothing. Hold the news for this."""
        gathered = self._gathered.waits(now)
        if gathered == 0:
            self._add(self._gathered.last())
        if not self._events:
            return gathered
        hurries = self._is_finished or len(self._events) >= BATCH_EVENTS or self._bytes >= BATCH_BYTES
        return max(0.0, self._not_before - now, 0.0 if hurries else self._next - now)

    def send(self) -> None:
        """Send the oldest events in one call; they are kept when the endpoint fails."""
        with self._news:
            batch = _batch(self._events)
        events: list[InputLogEventTypeDef] = [{"timestamp": at, "message": line.decode()} for at, line in batch]
        try:
            self._client.put_log_events(
                logGroupName=self._options.group, logStreamName=self._options.stream, logEvents=events
            )
        except (BotoCoreError, ClientError) as error:
            with self._news:
                self._not_before = time.monotonic() + PAUSE
                if not _is_transient(error):
                    self._forget(len(batch), lost=True)
        else:
            with self._news:
                self._next = time.monotonic() + INTERVAL
                self._forget(len(batch), lost=False)

    def _add(self, lines: list[bytes]) -> None:
        """Hold the news for this."""
        self._latest = max(self._latest, time.time_ns() // 1_000_000)
        # PutLogEvents takes no event without a character; Docker's driver sends none either.
        for line in filter(None, lines):
            # As Docker's buffer: what is there stays.
            if not self._options.blocks and self._events and self._bytes + len(line) > self._options.buffer:
                self.dropped += 1
            else:
                self._events.append((self._latest, line))
                self._bytes += len(line)

    def _forget(self, count: int, lost: bool) -> None:
        # Somebody may have given up while a call was under way.
        for _ in range(min(count, len(self._events))):
            self._bytes -= len(self._events.popleft()[1])
            self.dropped += lost


class Driver:
    """Log streams for containers, and the one thread that sends for all of them. `say` hears of lost events."""

    def __init__(self, session: boto3.Session, cloud_url: str, region: str, say: Callable[[str], None]) -> None:
        self._session = session
        self._say = say
        self._cloud_url = cloud_url
        self._making = threading.Lock()
        self._clients: dict[str, CloudWatchLogsClient] = {}
        self._client(region)
        self._news = threading.Condition()
        self._streams: list[Stream] = []
        self._is_closed = False
        self.worker = Worker("The awslogs driver", self._send)
        self.worker.start()

    def open(self, options: Options) -> Stream:
        """Make the log stream, and the group if the options say so. Waits for the endpoint. Raises WrongOptions."""
        client = self._client(options.region)
        try:
            if options.creates_group:
                with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
                    client.create_log_group(logGroupName=options.group)
            with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
                client.create_log_stream(logGroupName=options.group, logStreamName=options.stream)
        except ClientError as error:
            said = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
            raise WrongOptions(f"{_NO_STREAM}: {said} : exit status 1") from error
        except BotoCoreError as error:
            raise WrongOptions(f"{_NO_STREAM}: RequestError: {error} : exit status 1") from error
        stream = Stream(options, client, self._news)
        with self._news:
            self._streams.append(stream)
        return stream

    def close(self) -> None:
        """Send no more."""
        with self._news:
            self._is_closed = True
            self._news.notify()
        self.worker.join(timeout=2 * (CONNECT_TIMEOUT + READ_TIMEOUT))

    def _client(self, region: str) -> CloudWatchLogsClient:
        with self._making:
            if region not in self._clients:
                self._clients[region] = self._session.client(
                    "logs",
                    region_name=region,
                    endpoint_url=self._cloud_url,
                    # What fails is tried again here, by the same rules for every error.
                    config=Config(
                        connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, retries={"total_max_attempts": 1}
                    ),
                )
            return self._clients[region]

    def _send(self) -> None:
        while due := self._due():
            for stream in due:
                stream.send()

    def _due(self) -> list[Stream]:
        """Wait until some streams have something to send; none when the driver is closed."""
        with self._news:
            while not self._is_closed:
                now = time.monotonic()
                for stream in [stream for stream in self._streams if stream.is_done()]:
                    self._streams.remove(stream)
                    if stream.dropped:
                        self._say(
                            f"{stream.dropped} log events of {stream.name} are lost: CloudWatch Logs was too slow."
                        )
                waits = [(stream, stream.wait(now)) for stream in self._streams]
                if due := [stream for stream, wait in waits if wait == 0]:
                    return due
                self._news.wait(min((wait for _, wait in waits if wait is not None), default=None))
            return []


def _batch(events: Iterable[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """The first events, as many as one call takes."""
    batch: list[tuple[int, bytes]] = []
    room = BATCH_BYTES
    for at, line in itertools.islice(events, BATCH_EVENTS):
        room -= len(line) + EVENT_OVERHEAD
        if room < 0 and batch:
            break
        batch.append((at, line))
    return batch


def _is_transient(error: BotoCoreError | ClientError) -> bool:
    if not isinstance(error, ClientError):
        return True
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status >= 500 or error.response["Error"]["Code"] in ("ThrottlingException", "ServiceUnavailableException")
