"""What containers print arrives in CloudWatch Logs, in order and whole, and never holds up a task for ever."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from ecs_emulator.scheduler import awslogs
from ecs_emulator.scheduler.awslogs import Driver, Stream
from ecs_emulator.scheduler.log_options import Options, WrongOptions
from ecs_emulator.scheduler.multiline import Events
from emulator.tests.support.waiting import until

_numbers = itertools.count(1)

NEEDED = {"awslogs-group": "group", "awslogs-region": REGION, "awslogs-stream-prefix": "prefix"}


def options(**changed: str) -> Options:
    return Options.of({**NEEDED, **{name.replace("_", "-"): value for name, value in changed.items()}}, "web", "task")


class Endpoint:
    """A client of CloudWatch Logs that remembers its calls, and fails with `error` while there is one."""

    def __init__(self) -> None:
        self.calls: list[list[tuple[int, str]]] = []
        self.error: Exception | None = None

    def put_log_events(self, logEvents: list[dict[str, Any]], **_: str) -> None:  # noqa: N803 (AWS's name)
        if self.error:
            raise self.error
        self.calls.append([(event["timestamp"], event["message"]) for event in logEvents])

    def messages(self) -> list[str]:
        return [message for call in self.calls for _, message in call]


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


def a_stream(endpoint: Any, **changed: str) -> Stream:
    return Stream(options(**changed), endpoint, threading.Condition())


def refusal(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "PutLogEvents",
    )


def test_options_are_read_as_the_driver_reads_them() -> None:
    assert options() == Options("group", REGION, "prefix/web/task", creates_group=False, blocks=False, buffer=10 << 20)
    given = options(mode="blocking", max_buffer_size="25m", awslogs_create_group="true")
    assert given == Options("group", REGION, "prefix/web/task", creates_group=True, blocks=True, buffer=25 << 20)
    assert [options(max_buffer_size=size).buffer for size in ("17", "4k", "1M", "1g")] == [17, 4096, 1 << 20, 1 << 30]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"awslogs-group": ""}, "Log driver awslogs requires options: awslogs-group"),
        ({"awslogs-stream-prefix": ""}, "Log driver awslogs requires options: awslogs-stream-prefix"),
        ({"mode": "maybe"}, "logger: invalid mode: maybe"),
        ({"max-buffer-size": "big"}, "logger: invalid max-buffer-size: big"),
        ({"awslogs-endpoint": "x"}, "Log driver awslogs is not emulated with awslogs-endpoint"),
        (
            {"awslogs-multiline-pattern": "^a", "awslogs-datetime-format": "%Y"},
            "you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time",
        ),
        (
            {"awslogs-multiline-pattern": "("},
            "awslogs could not parse multiline pattern key '(': error parsing regexp: missing ) at position 1",
        ),
    ],
)
def test_options_that_the_driver_does_not_take_are_refused(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(WrongOptions) as refused:
        Options.of({**NEEDED, **wrong}, "web", "task")
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("option", "value"),
    [("awslogs_multiline_pattern", "^INFO|^ERROR"), ("awslogs_datetime_format", "[%b %d, %Y %H:%M:%S]")],
)
def test_lines_are_gathered_into_events_that_begin_as_the_options_say(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, option: str, value: str
) -> None:
    begin = b"ERROR" if "pattern" in option else b"[May 01, 2026 19:00:01]"
    stream = a_stream(endpoint, **{option: value})
    stream.write(begin + b" one\n  at a\n  at b\n" + begin + b" two\n")
    assert stream.wait(time.monotonic()) == 0
    stream.send()
    assert endpoint.messages() == [f"{begin.decode()} one\n  at a\n  at b\n"]
    # The last one may go on; without more lines it is an event after a while, or at the end.
    left = stream.wait(time.monotonic())
    assert left is not None
    assert 0 < left <= 5
    assert stream.wait(time.monotonic() + 5) == 0
    stream.send()
    stream.write(b"more\n")
    stream.finish()
    stream.send()
    assert endpoint.messages()[1:] == [f"{begin.decode()} two\n", "more\n"]
    assert stream.is_done()


def test_a_pattern_that_backtracks_holds_up_nobody() -> None:
    gathered = Events("^(a+)+$")
    before = time.process_time()
    assert gathered.of([b"a" * 40 + b"!", b"a" * 40 + b"!"], 0.0) == []
    assert time.process_time() - before < 5


def test_a_batch_is_no_bigger_than_one_call_takes(endpoint: Endpoint) -> None:
    stream = a_stream(endpoint)
    stream.write(b"short\n" * 10_001)
    stream.finish()
    while not stream.is_done():
        stream.send()
    assert [len(call) for call in endpoint.calls] == [10_000, 1]


def test_a_batch_is_no_more_bytes_than_one_call_takes(endpoint: Endpoint) -> None:
    stream = a_stream(endpoint)
    stream.write(b"".join(b"%d" % number * 250_000 + b"\n" for number in range(9)))
    stream.finish()
    while not stream.is_done():
        stream.send()
    assert "".join(message[0] for message in endpoint.messages()) == "012345678"
    sizes = [sum(len(message) + 26 for _, message in call) for call in endpoint.calls]
    assert max(sizes) <= 1_048_576
    assert len(sizes) == 3


def test_events_are_in_the_order_of_their_times_whatever_the_clock_does(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = a_stream(endpoint)
    for at in (2_000_000_000, 1_000_000_000, 3_000_000_000):
        monkeypatch.setattr(time, "time_ns", lambda at=at: at)
        stream.write(b"%d\n" % at)
    stream.finish()
    stream.send()
    assert [at for at, _ in endpoint.calls[0]] == [2000, 2000, 3000]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> float:
    """When all of a test happens."""
    monkeypatch.setattr(awslogs, "time", SimpleNamespace(monotonic=lambda: 1_000.0, time_ns=time.time_ns))
    return 1_000.0


def test_a_call_is_made_once_a_second_unless_there_is_a_reason(endpoint: Endpoint, now: float) -> None:
    stream = a_stream(endpoint)
    assert stream.wait(now) is None
    stream.write(b"one\n")
    assert stream.wait(now) == 0
    stream.send()
    stream.write(b"two\n")
    assert stream.wait(now) == awslogs.INTERVAL
    assert stream.wait(now + awslogs.INTERVAL) == 0
    stream.write(b"more\n" * 10_000)
    assert stream.wait(now) == 0
    stream.send()
    assert stream.wait(now) == awslogs.INTERVAL
    stream.finish()
    assert stream.wait(now) == 0


def test_what_the_endpoint_did_not_take_is_sent_again_in_order(endpoint: Endpoint, now: float) -> None:
    stream = a_stream(endpoint)
    endpoint.error = refusal("ServiceUnavailableException", 503)
    stream.write(b"one\n")
    stream.send()
    stream.write(b"two\n")
    stream.finish()
    assert stream.wait(now) == awslogs.PAUSE
    endpoint.error = None
    stream.send()
    assert endpoint.messages() == ["one", "two"]
    assert (stream.is_done(), stream.dropped) == (True, 0)


def test_what_the_endpoint_will_never_take_is_dropped_and_counted(endpoint: Endpoint) -> None:
    stream = a_stream(endpoint)
    endpoint.error = refusal("ResourceNotFoundException", 400)
    stream.write(b"one\ntwo\n")
    stream.send()
    endpoint.error = None
    stream.write(b"three\n")
    stream.finish()
    stream.send()
    assert (endpoint.messages(), stream.is_done(), stream.dropped) == (["three"], True, 2)


def test_a_driver_that_does_not_block_drops_what_its_buffer_does_not_hold(endpoint: Endpoint) -> None:
    stream = a_stream(endpoint, max_buffer_size="10")
    stream.write(b"12345\n67890\nlost\nlost as well\n")
    assert not stream.is_full()
    stream.send()
    stream.write(b"room again\n")
    stream.finish()
    stream.send()
    assert (endpoint.messages(), stream.dropped) == (["12345", "67890", "room again"], 2)


def test_a_driver_that_blocks_makes_the_container_wait_and_loses_nothing(endpoint: Endpoint) -> None:
    stream = a_stream(endpoint, mode="blocking", max_buffer_size="10")
    stream.write(b"12345\n678\n")
    assert not stream.is_full()
    stream.write(b"90\n")
    assert stream.is_full()
    stream.send()
    assert not stream.is_full()
    assert (endpoint.messages(), stream.dropped) == (["12345", "678", "90"], 0)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def driver(cloud: Cloud, session: boto3.Session, said: list[str]) -> Iterator[Driver]:
    made = Driver(session, cloud.url, REGION, said.append)
    yield made
    made.close()


@pytest.fixture
def group(session: boto3.Session) -> str:
    name = f"awslogs-{next(_numbers)}"
    session.client("logs").create_log_group(logGroupName=name)
    return name


def stored(session: boto3.Session, group: str) -> list[str]:
    events: list[str] = []
    pages = session.client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=group, logStreamNames=["prefix/web/task"]):
        events += [event["message"] for event in page["events"]]
    return events


def test_lines_arrive_by_themselves_and_the_last_ones_at_the_end(
    driver: Driver, session: boto3.Session, group: str, said: list[str]
) -> None:
    stream = driver.open(options(awslogs_group=group))
    stream.write(b"first\n\nsec")
    until(lambda: stored(session, group) == ["first"], "the first line is there")
    stream.write(b"ond\n")
    stream.write(b"\xff garbage\nlast, without an end")
    stream.finish()
    until(stream.is_done, "all is sent")
    assert stored(session, group) == ["first", "second", "\N{REPLACEMENT CHARACTER} garbage", "last, without an end"]
    assert said == []


def test_thousands_of_lines_arrive_once_and_in_order(driver: Driver, session: boto3.Session, group: str) -> None:
    stream = driver.open(options(awslogs_group=group))
    for number in range(25_000):
        stream.write(b"line %d\n" % number)
    stream.finish()
    until(stream.is_done, "all is sent")
    assert stored(session, group) == [f"line {number}" for number in range(25_000)]


def test_a_group_that_is_missing_is_the_reason_in_ecs_s_words(driver: Driver) -> None:
    with pytest.raises(WrongOptions) as refused:
        driver.open(options(awslogs_group="no-such-group"))
    assert str(refused.value) == (
        "create stream has been retried 1 times: failed to create Cloudwatch log stream: "
        "ResourceNotFoundException: The specified log group does not exist. : exit status 1"
    )


def test_the_group_is_made_where_the_options_say_so(driver: Driver, session: boto3.Session) -> None:
    group = f"awslogs-{next(_numbers)}"
    for _ in range(2):
        driver.open(options(awslogs_group=group, awslogs_create_group="true")).finish()
    streams = session.client("logs").describe_log_streams(logGroupName=group)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["prefix/web/task"]


class Gate:
    """Passes connections on to an endpoint until it hangs: then it takes them and says nothing any more."""

    def __init__(self, url: str) -> None:
        self._behind = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self._server = socket.create_server(("127.0.0.1", 0))
        self._hangs = threading.Event()
        self._sockets: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def hang(self) -> None:
        self._hangs.set()

    def close(self) -> None:
        for each in (self._server, *self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = self._server.accept()[0], socket.create_connection(self._behind)
                self._sockets += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if not self._hangs.is_set():
                    target.sendall(data)


@pytest.fixture
def gate(cloud: Cloud) -> Iterator[Gate]:
    made = Gate(cloud.url)
    yield made
    made.close()


def test_a_hung_endpoint_neither_stops_the_container_nor_grows_without_bound(
    session: boto3.Session, gate: Gate, group: str, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = Driver(session, gate.url, REGION, said.append)
    try:
        stream = driver.open(options(awslogs_group=group, max_buffer_size="1k"))
        gate.hang()
        # Of another, which has less patience than what is well may need.
        monkeypatch.setattr(awslogs, "READ_TIMEOUT", 0.5)
        with (
            contextlib.closing(Driver(session, gate.url, REGION, said.append)) as impatient,
            pytest.raises(WrongOptions, match="RequestError: Read timeout"),
        ):
            impatient.open(options(awslogs_group=group))
        for _ in range(1000):
            stream.write(b"x" * 99 + b"\n")
        assert not stream.is_full()
        assert stream.dropped == 990
        stream.finish()
        assert not stream.is_done()
        stream.give_up()
        assert stream.is_done()
        until(lambda: said, "what is lost is told")
        assert said == ["1000 log events of prefix/web/task are lost: CloudWatch Logs was too slow."]
    finally:
        driver.close()


def test_on_container_instances_a_stream_without_a_prefix_is_called_by_its_container() -> None:
    bare = {name: value for name, value in NEEDED.items() if name != "awslogs-stream-prefix"}
    assert Options.of(bare, "web", "task", "own-id").stream == "own-id"
    assert Options.of(NEEDED, "web", "task", "own-id").stream == Options.of(NEEDED, "web", "task").stream
    with pytest.raises(WrongOptions, match="awslogs-stream-prefix"):
        Options.of(bare, "web", "task")
