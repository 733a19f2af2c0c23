"""Corrections of moto's EventBridge: TestEventPattern has an answer, and a schedule is one that AWS reads.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

from moto.events.exceptions import InvalidEventPatternException, ValidationException
from moto.events.models import EventPattern, EventPatternParser, EventsBackend
from moto.events.responses import EventsHandler

from ecs_emulator.cloud.moto_overrides import override, replace

_EVENT = {"id", "account", "source", "time", "region", "resources", "detail-type"}
# One of the two days is not given.
_SCHEDULE = re.compile(
    r"rate\((?:1 (?:minute|hour|day)|(?!1 )[1-9]\d* (?:minutes|hours|days))\)"
    r"|cron\(\S+ \S+ (?:\? \S+ [^\s?]+|[^\s?]+ \S+ \?) \S+\)"
)


def install() -> None:
    """Answer so from now on, in this process."""
    replace(EventsHandler, "test_event_pattern", _tested)
    override(EventsBackend, "put_rule", _rule_put)


def _tested(handler: EventsHandler) -> str:
    given = json.loads(handler.body)
    raw = given["EventPattern"]
    pattern = _json(raw)
    if not isinstance(pattern, dict):
        raise InvalidEventPatternException(reason="Filter is not an object")
    EventPatternParser(raw).parse()
    event = _json(given["Event"])
    if not (isinstance(event, dict) and event.keys() >= _EVENT):
        raise ValidationException("Parameter Event is not valid.")
    return json.dumps({"Result": EventPattern(raw, pattern).matches_event(cast("Any", event))})


def _rule_put(before: Any, backend: EventsBackend, name: str, **given: Any) -> Any:
    if (schedule := given.get("scheduled_expression")) and not _SCHEDULE.fullmatch(schedule):
        raise ValidationException("Parameter ScheduleExpression is not valid.")
    return before(backend, name, **given)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
