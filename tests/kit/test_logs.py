"""One line of JSON for each event."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from app.kit.logs import JsonFormatter


def formatted(**attributes: Any) -> tuple[str, dict[str, Any]]:
    record = logging.makeLogRecord(
        {"levelname": "INFO", "msg": "Like processed.", "created": 1_800_000_000.5} | attributes
    )
    line = JsonFormatter("mysfits:7").format(record)
    return line, json.loads(line)


def test_an_event_is_one_line_of_json_with_its_fields() -> None:
    _, event = formatted(mysfit_id="pauly", status=200)
    assert event == {
        "time": "2027-01-15T08:00:00.500+00:00",
        "level": "INFO",
        "message": "Like processed.",
        "revision": "mysfits:7",
        "mysfit_id": "pauly",
        "status": 200,
    }


def test_the_message_is_findable_as_plain_text() -> None:
    line, _ = formatted()
    assert '"Like processed."' in line


def test_nothing_breaks_out_of_its_line() -> None:
    line, event = formatted(path='/a\n{"message": "Like processed."}\r\u2028')
    assert line.isascii()
    assert "\n" not in line
    assert event["path"] == '/a\n{"message": "Like processed."}\r\u2028'


def test_an_exception_is_told_in_the_event() -> None:
    try:
        raise ValueError("no such luck")
    except ValueError:
        _, event = formatted(exc_info=sys.exc_info())
    assert event["exception"].endswith("ValueError: no such luck")


def test_a_field_that_json_does_not_know_does_not_lose_the_event() -> None:
    _, event = formatted(thing={1, 2}.__class__)
    assert event["thing"] == "<class 'set'>"
