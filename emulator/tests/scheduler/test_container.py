"""A container ends with its first process, and with its last words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecs_emulator import reaper
from ecs_emulator.scheduler.container import DRAIN, Container
from ecs_emulator.scheduler.container_command import environment
from ecs_emulator.scheduler.images import Image
from emulator.tests.scheduler.launches import a_container
from emulator.tests.support.waiting import until


class Heard:
    """An output that tells what it was told, and arrives when it is let."""

    def __init__(self) -> None:
        self.data = b""
        self.calls: list[str] = []
        self.has_arrived = False

    def write(self, data: bytes) -> None:
        self.data += data

    def is_full(self) -> bool:
        return False

    def finish(self) -> None:
        self.calls.append("finish")

    def is_done(self) -> bool:
        return self.has_arrived

    def give_up(self) -> None:
        self.calls.append("give up")


@pytest.fixture
def start() -> Iterator[reaper.Start]:
    with reaper.started() as started:
        yield started


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def ended(start: reaper.Start, heard: Heard, tmp_path: Path) -> Iterator[Container]:
    """A container whose process has printed its last words and ended, of which nobody has taken notice yet."""
    image = Image(tmp_path, ("sh", "-c", "echo last words; exit 3"))
    container = Container(a_container("web:v1"))
    variables = environment(container.definition, image, {}, {})
    container.start(start, list(image.command), image.root, variables, heard)
    process = container.process
    assert process
    until(lambda: process.exit_code() == 3, "it has ended")
    yield container
    container.abandon()


def test_a_container_has_not_stopped_before_its_last_words_have_arrived(ended: Container, heard: Heard) -> None:
    ended.advance(now=100)
    assert (ended.state.status, ended.has_ended()) == ("RUNNING", True)
    assert ended.process
    while ended.process.readable() is not None:
        ended.process.read()
    ended.advance(now=101)
    assert (ended.state.status, heard.data, heard.calls) == ("RUNNING", b"last words\n", ["finish"])
    heard.has_arrived = True
    ended.advance(now=102)
    assert (ended.state.status, ended.state.exit_code) == ("STOPPED", 3)


def test_a_container_has_not_stopped_before_its_last_words_were_read(ended: Container, heard: Heard) -> None:
    heard.has_arrived = True
    ended.advance(now=100)
    assert (ended.state.status, heard.calls) == ("RUNNING", [])


def test_last_words_that_do_not_arrive_are_waited_for_no_longer_than_they_may_take(
    ended: Container, heard: Heard
) -> None:
    ended.advance(now=100)
    ended.advance(now=100 + DRAIN - 0.1)
    assert ended.state.status == "RUNNING"
    ended.advance(now=100 + DRAIN)
    assert (ended.state.status, ended.state.exit_code) == ("STOPPED", 3)
    assert heard.calls == ["finish", "give up"]


@pytest.mark.parametrize(
    ("given", "containers", "image", "port"),
    [
        ({}, [8080], {}, "9001"),
        ({}, [9090, 8080], {}, "9090"),
        ({}, [8080], {"PORT": "5000"}, "5000"),
        ({"PORT": "8080"}, [9090], {"PORT": "5000"}, "9001"),
        ({"PORT": "http"}, [8080], {}, "http"),
        ({}, [], {}, None),
    ],
)
def test_port_is_where_the_container_would_listen(
    given: dict[str, str], containers: list[int], image: dict[str, str], port: str | None
) -> None:
    definition = a_container(
        "web:v1",
        environment=[{"name": name, "value": value} for name, value in given.items()],
        portMappings=[{"containerPort": number} for number in containers],
    )
    assert environment(definition, Image(Path("/image"), (), image), {}, {8080: 9001}).get("PORT") == port
