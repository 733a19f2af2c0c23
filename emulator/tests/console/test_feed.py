from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ecs_emulator.console.feed import Feed, TooManyListeners
from ecs_emulator.console.reader import State
from emulator.tests.support.waiting import until


class Source:
    """State that a test sets; `readings` counts how often it was read."""

    def __init__(self) -> None:
        self.readings = 0
        self.state: State = {"task/1": {"phase": "starting"}}

    def __call__(self) -> State:
        self.readings += 1
        return dict(self.state)


def next_event(events: Iterator[bytes]) -> tuple[str, Any]:
    """The next one that is not only a sign of life."""
    while (found := next(events)).startswith(b":"):
        pass
    name, data = found.decode().rstrip("\n").split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_a_listener_is_told_all_there_is_and_then_what_changes() -> None:
    source = Source()
    feed = Feed(source, most=2)
    events = feed.listen()
    name, told = next_event(events)
    assert (name, told["set"]) == ("state", source.state)
    source.state = {"task/1": {"phase": "healthy"}, "task/2": {"phase": "starting"}}
    name, told = next_event(events)
    assert (name, told["set"], told["gone"]) == ("changes", source.state, [])
    kept = source.state["task/2"]
    source.state = {"task/2": kept}
    name, told = next_event(events)
    assert (name, told["set"], told["gone"]) == ("changes", {}, ["task/1"])
    feed.close()


def test_nothing_is_read_while_nobody_listens() -> None:
    source = Source()
    feed = Feed(source, most=2)
    assert source.readings == 0
    events = feed.listen()
    next_event(events)
    assert feed.is_reading
    del events
    until(lambda: not feed.is_reading, "reading has ended")
    readings = source.readings
    # Whoever comes later is told what there is then.
    source.state = {"task/9": {"phase": "healthy"}}
    assert next_event(feed.listen())[1]["set"] == source.state
    assert source.readings > readings
    feed.close()


def test_more_than_the_most_are_refused_until_one_has_gone() -> None:
    feed = Feed(Source(), most=1)
    events = feed.listen()
    next_event(events)
    with pytest.raises(TooManyListeners):
        feed.listen()
    del events
    next_event(feed.listen())
    feed.close()


def test_a_reading_that_fails_is_not_the_last() -> None:
    source = Source()

    def read() -> State:
        state = source()
        if source.readings == 1:
            raise ValueError
        return state

    feed = Feed(read, most=1)
    assert next_event(feed.listen())[0] == "state"
    feed.close()
