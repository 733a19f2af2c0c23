"""Corrections of moto's CloudWatch Logs: filter patterns, metric filters, subscription filters and queries.

moto takes a pattern that it does not know for one that every event matches, and ignores a command of a query.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from moto.logs import models
from moto.logs.exceptions import InvalidParameterException, LogsClientError, ResourceNotFoundException
from moto.logs.responses import LogsResponse

from ecs_emulator.cloud.filter_patterns import FilterPattern, InvalidPattern, parsed_pattern
from ecs_emulator.cloud.insights.query import executed
from ecs_emulator.cloud.insights.tokens import MalformedQuery
from ecs_emulator.cloud.log_rules import check_events, check_metric_filter
from ecs_emulator.cloud.log_rules import install as install_rules
from ecs_emulator.cloud.moto_overrides import override, replace

# Operations that are answered otherwise than by moto alone.
CORRECTED = (
    *("CreateLogStream", "DeleteLogStream", "DeleteMetricFilter", "DescribeMetricFilters", "GetLogEvents"),
    *("PutLogEvents", "PutRetentionPolicy"),
    "FilterLogEvents",
    "PutMetricFilter",
    "PutSubscriptionFilter",
    "StartLiveTail",
    "StartQuery",
    "TestMetricFilter",
)
_MOST = 10_000  # events of an answer
_COLONS = 5  # of an ARN, at least


def install() -> None:
    """Answer so from now on, in this process."""
    replace(LogsResponse, "filter_log_events", _filtered)
    override(LogsResponse, "get_query_results", _found)
    override(LogsResponse, "put_metric_filter", _with_metric_filter)
    override(LogsResponse, "put_subscription_filter", _with_subscription_filter)
    override(LogsResponse, "start_live_tail", _live_tail)
    override(LogsResponse, "start_query", _query)
    LogsResponse.test_metric_filter = _tested  # type: ignore[attr-defined]  # moto has none
    replace(models, "EventMessageFilter", _pattern)
    override(models.LogStream, "_send_log_events", _subscribed)
    replace(models, "execute_query", _results)
    override(models.LogsBackend, "put_log_events", _put)
    install_rules()


def _pattern(text: str | None) -> FilterPattern:
    """Raises InvalidParameterException."""
    if len(text or "") > 1024:
        raise InvalidParameterException("A filter pattern has at most 1024 characters.")
    try:
        return parsed_pattern(text or "")
    except InvalidPattern as error:
        raise InvalidParameterException(f"Invalid filter pattern: {error}") from error


def _filtered(response: LogsResponse) -> str:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html"""
    given = json.loads(response.body)
    pattern = _pattern(given.get("filterPattern"))
    limit = given.get("limit", _MOST)
    if not 1 <= limit <= _MOST:
        raise InvalidParameterException(
            constraint=f"Member must have value between 1 and {_MOST}", parameter="limit", value=limit
        )
    first, last = given.get("startTime", 0), given.get("endTime")
    events = [
        (stream.log_stream_name, event)
        for stream in _streams(response, given)
        for event in stream.events
        if first <= event.timestamp and (last is None or event.timestamp <= last)
    ]
    events.sort(key=lambda each: int(each[1].timestamp))
    # One more than is told, to know whether there is another page.
    found = (each for each in events[_start(events, given) :] if pattern.matches(each[1].message))
    page = [{"logStreamName": name, **event.to_filter_dict()} for name, event in islice(found, limit + 1)]
    more = {"nextToken": page[limit - 1]["eventId"]} if len(page) > limit else {}
    return json.dumps({"events": page[:limit], "searchedLogStreams": [], **more})


def _streams(response: LogsResponse, given: Mapping[str, Any]) -> Sequence[Any]:
    """Raises InvalidParameterException and ResourceNotFoundException."""
    if bool(given.get("logGroupName")) == bool(given.get("logGroupIdentifier")):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
        raise InvalidParameterException("One of logGroupName and logGroupIdentifier must be given, but not both.")
    identifier = given.get("logGroupName") or given.get("logGroupIdentifier", "").removesuffix(":*").split(":")[-1]
    group = response.logs_backend.groups.get(identifier)
    if group is None:
        raise ResourceNotFoundException
    names, prefix = given.get("logStreamNames"), given.get("logStreamNamePrefix")
    if names and prefix:
        raise InvalidParameterException("Only one of logStreamNames and logStreamNamePrefix may be given.")
    if missing := [name for name in names or () if name not in group.streams]:
        raise ResourceNotFoundException(f"The specified log stream does not exist: {missing[0]}")
    return [
        each for name, each in group.streams.items() if (not names or name in names) and name.startswith(prefix or "")
    ]


def _start(events: Sequence[tuple[str, Any]], given: Mapping[str, Any]) -> int:
    """Index behind the event that a token names. Raises InvalidParameterException."""
    token = given.get("nextToken")
    if token is None:
        return 0
    identity = int(token) if token.isdecimal() else None
    for index, (_, event) in enumerate(events):
        if event.event_id == identity:
            return index + 1
    raise InvalidParameterException("The specified nextToken is invalid.")


def _tested(response: LogsResponse) -> str:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html"""
    given = json.loads(response.body)
    pattern = _pattern(given["filterPattern"])
    matches = [
        {
            "eventNumber": number,
            "eventMessage": message,
            "extractedValues": {
                selector: value
                for selector in pattern.selectors
                if (value := pattern.value(message, selector)) is not None
            },
        }
        for number, message in enumerate(given["logEventMessages"], 1)
        if pattern.matches(message)
    ]
    return json.dumps({"matches": matches})


def _with_metric_filter(before: Any, response: LogsResponse) -> Any:
    given = json.loads(response.body)
    _pattern(given.get("filterPattern"))
    check_metric_filter(response, given)
    # moto would have the old one as well.
    response.logs_backend.filters.delete_filter(given.get("filterName"), given.get("logGroupName"))
    return before(response)


def _with_subscription_filter(before: Any, response: LogsResponse) -> Any:
    given = json.loads(response.body)
    _pattern(given.get("filterPattern"))
    if given["destinationArn"].count(":") < _COLONS:
        raise InvalidParameterException("Invalid destination ARN")
    return before(response)


def _live_tail(before: Any, response: LogsResponse) -> Any:
    _pattern(json.loads(response.body).get("logEventFilterPattern"))
    return before(response)


def _subscribed(
    before: Any,
    stream: models.LogStream,
    service: str,
    destination_arn: str,
    filter_name: str,
    log_events: list[dict[str, Any]],
) -> None:
    pattern = _pattern(stream.log_group.subscription_filters[filter_name].filter_pattern)
    if matching := [event for event in log_events if pattern.matches(event["message"])]:
        before(stream, service, destination_arn, filter_name, matching)


def _query(before: Any, response: LogsResponse) -> Any:
    try:
        return before(response)
    except MalformedQuery as error:
        raise LogsClientError("MalformedQueryException", str(error)) from error


def _found(before: Any, response: LogsResponse) -> Any:
    query = json.loads(response.body).get("queryId")
    if query not in response.logs_backend.queries:
        raise ResourceNotFoundException(f"Query {query} does not exist.")
    return before(response)


def _put(before: Any, backend: models.LogsBackend, *args: Any, **kwargs: Any) -> Any:
    """The index behind the last event that was too old; moto's is that of the event.

    Raises InvalidParameterException.
    """
    check_events(kwargs["log_events"] if "log_events" in kwargs else args[2])
    token, rejected = before(backend, *args, **kwargs)
    if "tooOldLogEventEndIndex" in rejected:
        rejected["tooOldLogEventEndIndex"] += 1
    return token, rejected


def _results(log_groups: Sequence[models.LogGroup], query: str, start_time: int, end_time: int) -> Sequence[Any]:
    """Rows of a query. Raises MalformedQuery."""
    events = [
        {
            "@ptr": str(event.event_id),
            "@timestamp": event.timestamp,
            "@ingestionTime": event.ingestion_time,
            "@message": event.message,
            "@logStream": stream.log_stream_name,
            "@log": f"{group.account_id}:{group.name}",
        }
        for group in log_groups
        for stream in group.streams.values()
        for event in stream.events
        if start_time * 1000 <= event.timestamp <= end_time * 1000
    ]
    return executed(query, events)
