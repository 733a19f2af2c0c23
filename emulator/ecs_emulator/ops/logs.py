"""Log events of CloudWatch Logs, all streams merged in time order."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

# CloudWatch shows an event up to a minute after it was written: a follower looks back this far, and skips what it has.
_LATE = 60_000  # milliseconds
# Where nothing is found a follower goes by its own clock, which AWS lets be five minutes off, and looks back further.
_UNSURE = 600_000
# Of a longer list people are told its length.
_FEW = 10
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str) -> int:
    """`90s`, `10m`, `2h` or `1d` in seconds. Raises ValueError."""
    if not (match := re.fullmatch(r"([0-9]{1,6})([smhd])", text)):
        raise ValueError(f"{text!r} is no time span; write 90s, 10m, 2h or 1d.")
    return int(match[1]) * _UNITS[match[2]]


def spelled(span: int) -> str:
    """Seconds as `90s`, `10m`, `2h` or `1d`."""
    unit = next(unit for unit, length in reversed(_UNITS.items()) if span % length == 0)
    return f"{span // _UNITS[unit]}{unit}"


class LogFollower:
    """Follower of a log group: at every reading the events that are new, all streams merged, the oldest first.

    The first reading is of the last `since` seconds. Events contain the text `grep`, and match the filter pattern
    `pattern` as far as the endpoint knows such ones. With `task`, they are those of streams that have it in their name,
    as `awslogs` names them (`prefix/container/task-id`).
    """

    def __init__(
        self,
        session: boto3.Session,
        log_group: str,
        since: int,
        grep: str | None = None,
        task: str | None = None,
        pattern: str | None = None,
    ) -> None:
        self._paginator = session.client("logs").get_paginator("filter_log_events")
        self._log_group, self._grep, self._task = log_group, grep or "", task or ""
        self._start = int((time.time() - since) * 1000)
        # The local cloud reads no escapes: it is asked for the longest part that needs none, the rest is compared here.
        longest = max(re.split(r'["\\]', self._grep), key=len)
        asked = pattern or (f'"{longest}"' if longest else "")
        self._pattern: Any = {"filterPattern": asked} if asked else {}
        self._seen: dict[str, int] = {}

    def read(self) -> Iterator[FilteredLogEventTypeDef]:
        """New events. Raises botocore's errors."""
        pages = self._paginator.paginate(logGroupName=self._log_group, startTime=self._start, **self._pattern)
        found = [
            event
            for page in pages
            for event in page["events"]
            if self._grep in event["message"] and self._task in event["logStreamName"]
        ]
        events = [event for event in found if event["eventId"] not in self._seen]
        yield from sorted(events, key=lambda event: event["timestamp"])
        self._seen |= {event["eventId"]: event["timestamp"] for event in events}
        # An event of a clock that is ahead must not hide what the others go on writing.
        now = int(time.time() * 1000)
        self._start = max([self._start, now - _UNSURE, *(min(latest, now) - _LATE for latest in self._seen.values())])
        self._seen = {event: timestamp for event, timestamp in self._seen.items() if timestamp >= self._start}


def read_logs(
    session: boto3.Session, log_group: str, since: int, grep: str | None, follow: bool, task: str | None = None
) -> Iterator[FilteredLogEventTypeDef]:
    """The events of the last `since` seconds, as a LogFollower reads them; with `follow`, then new ones for ever."""
    follower = LogFollower(session, log_group, since, grep, task)
    yield from follower.read()
    while follow:
        time.sleep(1)
        yield from follower.read()


def as_written(event: FilteredLogEventTypeDef) -> str:
    """One line for programs: the message, whose further lines could pass for other events."""
    message = event["message"].rstrip("\n")
    if "\n" not in message:
        return message
    try:
        return json.dumps(json.loads(message), ensure_ascii=False)
    except ValueError:
        return message.replace("\n", "\\n")


def readable(event: FilteredLogEventTypeDef) -> str:
    """One line for people: time, level, message, then the other fields. More lines of an event are indented, so that
    none passes for another event.
    """
    moment = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    said = worded(event["message"]).rstrip("\n").replace("\n", "\n    ")
    return f"{moment:%Y-%m-%d %H:%M:%S}.{event['timestamp'] % 1000:03}  {said}"


def worded(message: str) -> str:
    """An event in JSON as level, message and the other fields; anything else as it is."""
    try:
        fields = json.loads(message)
        level, said = fields.pop("level"), fields.pop("message")
    except (ValueError, KeyError, AttributeError, TypeError):
        return message
    # The last is for CloudWatch, to find the metrics of a line by.
    for name in ("time", "_aws"):
        fields.pop(name, None)
    named = " ".join(f"{name}={_shortly(value)}" for name, value in fields.items())
    return f"{level:<7} {said}  {named}"


def _shortly(value: Any) -> Any:
    return f"[{len(value)} values]" if isinstance(value, list) and len(value) > _FEW else value
