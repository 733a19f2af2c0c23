"""CloudWatch Logs by an unmodified client: what is no retention, metric filter or batch is refused, and how."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from time import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_numbers = itertools.count(1)


@pytest.fixture
def logs(session: boto3.Session) -> CloudWatchLogsClient:
    return session.client("logs", config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))


@pytest.fixture
def group(logs: CloudWatchLogsClient) -> Iterator[str]:
    """A log group with the stream `s`."""
    name = f"rules-{next(_numbers)}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    yield name
    logs.delete_log_group(logGroupName=name)


def told(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    response = error.value.response["Error"]
    return response["Code"], response["Message"]


def test_a_retention_is_one_of_those_that_there_are(logs: CloudWatchLogsClient, group: str) -> None:
    for days in (0, 2, 15, 3654):
        with pytest.raises(ClientError) as error:
            logs.put_retention_policy(logGroupName=group, retentionInDays=days)
        code, message = told(error)
        assert code == "InvalidParameterException"
        assert f"Value '{days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum" in message
    for days in (1, 3653):
        logs.put_retention_policy(logGroupName=group, retentionInDays=days)


@pytest.mark.parametrize(
    ("operation", "parameters", "sentence"),
    [
        ("delete_metric_filter", {"filterName": "none"}, "The specified metric filter does not exist."),
        ("get_log_events", {"logStreamName": "none"}, "The specified log stream does not exist."),
        ("delete_log_stream", {"logStreamName": "none"}, "The specified log stream does not exist."),
        (
            "put_log_events",
            {"logStreamName": "none", "logEvents": [{"timestamp": 1, "message": "x"}]},
            "The specified log stream does not exist.",
        ),
    ],
)
def test_what_is_not_there_is_told_by_its_name(
    logs: CloudWatchLogsClient, group: str, operation: str, parameters: Any, sentence: str
) -> None:
    for name, expected in ((group, sentence), ("nowhere", "The specified log group does not exist.")):
        with pytest.raises(ClientError) as error:
            getattr(logs, operation)(logGroupName=name, **parameters)
        assert told(error) == ("ResourceNotFoundException", expected)


def test_metric_filters_are_of_a_group_that_is_there(logs: CloudWatchLogsClient) -> None:
    with pytest.raises(ClientError) as error:
        logs.describe_metric_filters(logGroupName="nowhere")
    assert told(error)[0] == "ResourceNotFoundException"
    transformation: Any = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
    with pytest.raises(ClientError) as error:
        logs.put_metric_filter(
            logGroupName="nowhere", filterName="f", filterPattern="", metricTransformations=[transformation]
        )
    assert told(error)[0] == "ResourceNotFoundException"


def test_a_stream_that_is_there_is_not_made_again(logs: CloudWatchLogsClient, group: str) -> None:
    with pytest.raises(ClientError) as error:
        logs.create_log_stream(logGroupName=group, logStreamName="s")
    assert told(error) == ("ResourceAlreadyExistsException", "The specified log stream already exists")


@pytest.mark.parametrize(
    ("pattern", "value", "is_taken"),
    [
        ("", "1", True),
        ("", "0.5", True),
        ("", "abc", False),
        ("ERROR", "$.ms", False),
        ("{ $.ms > 5 }", "$.ms", True),
        ("{ $.ms > 5 }", "$.other", True),
        ("{ $.ms > 5 }", "ms", False),
        ("[host, bytes]", "$bytes", True),
        ("[host, bytes]", "$other", False),
    ],
)
def test_a_metric_is_a_number_or_a_field(
    logs: CloudWatchLogsClient, group: str, pattern: str, value: str, is_taken: bool
) -> None:
    transformation: Any = {"metricName": "m", "metricNamespace": "n", "metricValue": value}
    given: Any = {"logGroupName": group, "filterName": "f", "filterPattern": pattern}
    if is_taken:
        logs.put_metric_filter(**given, metricTransformations=[transformation])
        logs.delete_metric_filter(logGroupName=group, filterName="f")
        return
    with pytest.raises(ClientError) as error:
        logs.put_metric_filter(**given, metricTransformations=[transformation])
    assert told(error)[0] == "InvalidParameterException"
    assert value in told(error)[1]


def test_a_batch_of_events_has_limits(logs: CloudWatchLogsClient, group: str) -> None:
    now = int(time() * 1000)
    event = {"timestamp": now, "message": "x"}
    batches: list[tuple[list[Any], str]] = [
        ([], "greater than or equal to 1"),
        ([event] * 10_001, "less than or equal to 10000"),
        ([{**event, "message": ""}], "at 'logEvents.1.member.message' failed to satisfy constraint"),
        ([{**event, "message": "é" * 260_000}] * 3, "Upload too large: 1560078 bytes exceeds limit of 1048576"),
        ([{**event, "timestamp": now - 86_400_001}, event], "cannot span more than 24 hours"),
        ([event, {**event, "timestamp": now - 1}], "must be in chronological order"),
    ]
    for events, sentence in batches:
        with pytest.raises(ClientError) as error:
            logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
        assert told(error)[0] == "InvalidParameterException"
        assert sentence in told(error)[1]
    assert logs.get_log_events(logGroupName=group, logStreamName="s")["events"] == []
