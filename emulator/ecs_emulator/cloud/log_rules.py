"""Rules of CloudWatch Logs: which retention, metric filters and batches of events are taken, and what is said else.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.logs.exceptions import InvalidParameterException, LogsClientError, ResourceNotFoundException
from moto.logs.responses import LogsResponse

from ecs_emulator.cloud.field_conditions import number
from ecs_emulator.cloud.filter_patterns import parsed_pattern
from ecs_emulator.cloud.moto_overrides import override

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)  # days
_LARGEST_BATCH = 1_048_576  # bytes, of messages and 26 for each event
_OVERHEAD = 26
_MOST_EVENTS = 10_000
_DAY = 86_400_000  # milliseconds
_NO_STREAM = "The specified log stream does not exist."

Given = Mapping[str, Any]


def install() -> None:
    """Hold to these from now on, in this process."""
    for name, check in (
        ("create_log_stream", _check_new_stream),
        ("delete_log_stream", _check_stream),
        ("delete_metric_filter", _check_filter),
        ("describe_metric_filters", _check_group_if_named),
        ("get_log_events", _check_stream),
        ("put_retention_policy", _check_retention),
    ):
        override(LogsResponse, name, _checked(check))


def check_events(events: Sequence[Given]) -> None:
    """Raises InvalidParameterException for what is no batch of events.

    Their order is looked at by others.
    """
    if not 1 <= len(events) <= _MOST_EVENTS:
        bound = f"greater than or equal to 1, less than or equal to {_MOST_EVENTS}"
        raise _unmet("logEvents", len(events), f"Member must have length {bound}")
    size = 0
    for position, event in enumerate(events, 1):
        if not event["message"]:
            where = f"logEvents.{position}.member.message"
            raise _unmet(where, "", "Member must have length greater than or equal to 1")
        size += len(event["message"].encode(errors="surrogatepass")) + _OVERHEAD
    if size > _LARGEST_BATCH:
        raise InvalidParameterException(f"Upload too large: {size} bytes exceeds limit of {_LARGEST_BATCH}")
    times = [event["timestamp"] for event in events]
    if max(times) - min(times) > _DAY:
        raise InvalidParameterException(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )


def check_metric_filter(response: LogsResponse, given: Given) -> None:
    """Raises InvalidParameterException for a value that is neither a number nor a field of the pattern."""
    _group(response, given)
    text = given.get("filterPattern", "").strip()
    pattern = parsed_pattern(text)
    for each in given.get("metricTransformations", ()):
        if each.get("dimensions") and "defaultValue" in each:
            raise InvalidParameterException("A metric transformation has either dimensions or a default value.")
        for value in (each["metricValue"], *each.get("dimensions", {}).values()):
            is_field = value.startswith("$.") if text.startswith("{") else value in pattern.selectors
            if not is_field and (value is not each["metricValue"] or number(value) is None):
                raise InvalidParameterException(f"Invalid metric transformation: {value} is no field of the pattern")


def _checked(check: Callable[[LogsResponse, Given], None]) -> Callable[..., Any]:
    def checked(before: Any, response: LogsResponse) -> Any:
        check(response, json.loads(response.body))
        return before(response)

    return checked


def _group(response: LogsResponse, given: Given) -> Any:
    """Raises ResourceNotFoundException."""
    name = given.get("logGroupName") or given.get("logGroupIdentifier", "").removesuffix(":*").split(":")[-1]
    if name not in response.logs_backend.groups:
        raise ResourceNotFoundException
    return response.logs_backend.groups[name]


def _check_group_if_named(response: LogsResponse, given: Given) -> None:
    if given.get("logGroupName"):
        _group(response, given)


def _check_stream(response: LogsResponse, given: Given) -> None:
    if given["logStreamName"] not in _group(response, given).streams:
        raise ResourceNotFoundException(_NO_STREAM)


def _check_new_stream(response: LogsResponse, given: Given) -> None:
    if given["logStreamName"] in _group(response, given).streams:
        raise LogsClientError("ResourceAlreadyExistsException", "The specified log stream already exists")


def _check_filter(response: LogsResponse, given: Given) -> None:
    _group(response, given)
    filters = response.logs_backend.filters.metric_filters
    named = {(each["logGroupName"], each["filterName"]) for each in filters}
    if (given["logGroupName"], given["filterName"]) not in named:
        raise ResourceNotFoundException("The specified metric filter does not exist.")


def _check_retention(response: LogsResponse, given: Given) -> None:
    _group(response, given)
    if given["retentionInDays"] not in RETENTIONS:
        constraint = f"Member must satisfy enum value set: {[*RETENTIONS]}"
        raise _unmet("retentionInDays", given["retentionInDays"], constraint)


def _unmet(parameter: str, value: object, constraint: str) -> InvalidParameterException:
    return InvalidParameterException(constraint=constraint, parameter=parameter, value=str(value))
