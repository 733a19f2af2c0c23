"""Log lines: those of one turn of an event loop are written together, and before whatever they tell of is answered.

Breaks that this file notices, tried: no `sleep(0)` behind the event; one write for each line; batches that end in the
middle of a line; lines of a thread that overtake those that wait.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from app.kit.application import Application
from app.kit.front import Front
from app.kit.line_handler import PIPE_BUF, LineHandler
from app.kit.logs import JsonFormatter
from app.kit.request_log import log as requests


class Stream(io.StringIO):
    """It remembers each write; `broken` ones fail."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []
        self.broken = False

    def write(self, text: str) -> int:
        if self.broken:
            raise BrokenPipeError
        self.writes.append(text)
        return len(text)


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.fixture
def log(stream: Stream) -> Iterator[logging.Logger]:
    """A logger whose handler writes to the stream, as does that of requests."""
    handler = LineHandler(stream)
    handler.setFormatter(JsonFormatter("mysfits:7"))
    found = logging.getLogger("lines")
    for logger in (found, requests):
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
    yield found
    for logger in (found, requests):
        logger.setLevel(logging.NOTSET)
        logger.removeHandler(handler)


def test_whoever_has_no_loop_has_the_line_written_at_once(log: logging.Logger, stream: Stream) -> None:
    log.info("One.")
    assert [text.count("\n") for text in stream.writes] == [1]


def test_lines_of_one_turn_are_written_together_in_their_order(log: logging.Logger, stream: Stream) -> None:
    async def turn() -> None:
        for number in range(5):
            log.info("%s.", number)
        assert stream.writes == []
        await asyncio.sleep(0)

    asyncio.run(turn())
    (text,) = stream.writes
    assert [line.partition('"message": "')[2][0] for line in text.splitlines()] == ["0", "1", "2", "3", "4"]


def test_no_write_is_longer_than_a_pipe_takes_whole_but_for_a_line_that_is(log: logging.Logger, stream: Stream) -> None:
    async def turn() -> None:
        for length in (*[100] * 60, PIPE_BUF, 100):
            log.info("x" * length)

    asyncio.run(turn())
    assert all(text.endswith("}\n") for text in stream.writes)
    assert [len(text) > PIPE_BUF for text in stream.writes].count(True) == 1
    assert sum(text.count("\n") for text in stream.writes) == 62
    assert len(stream.writes) < 62 / 4


def test_a_line_of_a_thread_comes_behind_those_that_wait(log: logging.Logger, stream: Stream) -> None:
    async def turn() -> None:
        log.info("First.")
        await asyncio.to_thread(log.info, "Second.")

    asyncio.run(turn())
    written = "".join(stream.writes)
    assert written.count("\n") == 2
    assert written.index("First.") < written.index("Second.")


def test_another_loop_waits_for_nobody(log: logging.Logger, stream: Stream) -> None:
    async def tell(text: str) -> None:
        log.info(text)

    async def turn() -> None:
        await tell("First.")
        await asyncio.to_thread(asyncio.run, tell("Second."))

    asyncio.run(turn())
    assert "".join(stream.writes).count("\n") == 2


def test_what_waits_at_the_end_is_written_then(log: logging.Logger, stream: Stream) -> None:
    loop = asyncio.new_event_loop()

    async def tell() -> None:
        log.info("Last.")
        loop.stop()

    telling = loop.create_task(tell())
    loop.run_forever()
    assert telling.done()
    logging.getLogger("lines").handlers[0].flush()
    loop.close()
    assert "".join(stream.writes).count("Last.") == 1


def test_a_stream_that_takes_nothing_fails_nobody(
    log: logging.Logger, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    async def turn() -> None:
        log.info("Lost.")
        await asyncio.sleep(0)

    stream.broken = True
    asyncio.run(turn())
    assert "BrokenPipeError" in capsys.readouterr().err
    stream.broken = False
    log.info("Back.")
    assert ["Back." in text for text in stream.writes] == [True]


@pytest.mark.usefixtures("log")
def test_what_is_answered_is_in_the_log(stream: Stream) -> None:
    """Whatever ends the process then: the system has the line."""
    app = Application(__name__)

    @app.get("/")
    async def welcome() -> dict[str, str]:
        return {}

    front = Front(app)

    async def ask(number: int) -> None:
        name = f"request-{number}"
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "raw_path": b"/",
            "query_string": b"",
            "headers": [(b"host", b"mysfits.example"), (b"x-request-id", name.encode())],
            "client": ("192.0.2.1", 50_000),
            "server": ("127.0.0.1", 8080),
        }

        async def send(_message: dict[str, Any]) -> None:
            assert f'"{name}"' in "".join(stream.writes)

        await front(scope, None, send)  # type: ignore[arg-type]

    async def crowd() -> None:
        await asyncio.gather(*map(ask, range(100)))

    asyncio.run(crowd())
    assert sum(text.count("\n") for text in stream.writes) == 100
    assert len(stream.writes) < 100 / 4


def test_a_record_is_encoded_once_for_all_handlers(log: logging.Logger, stream: Stream) -> None:
    class Thing:
        told = 0

        def __str__(self) -> str:
            type(self).told += 1
            return "thing"

    log.addHandler(other := LineHandler(stream))
    other.setFormatter(JsonFormatter("mysfits:7"))
    log.info("Told.", extra={"thing": Thing()})
    log.removeHandler(other)
    assert len(set(stream.writes)) == 1
    assert (len(stream.writes), Thing.told) == (2, 1)
