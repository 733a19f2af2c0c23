"""CloudWatch Logs by an unmodified client: what is filtered, measured and asked for."""

from __future__ import annotations

import gzip
import itertools
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.filter_patterns import parsed_pattern
from ecs_emulator.local import REGION

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_names = itertools.count(1)
NOW = int(time.time() * 1000) // 60_000 * 60_000


@pytest.fixture
def logs(cloud: Cloud) -> CloudWatchLogsClient:
    return boto3.client("logs", REGION)


@pytest.fixture
def group(logs: CloudWatchLogsClient) -> str:
    """A log group with two streams: `web/1` and `job/1`."""
    name = f"filtered-{next(_names)}"
    logs.create_log_group(logGroupName=name)
    for stream in ("web/1", "job/1"):
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
    return name


def put(logs: CloudWatchLogsClient, group: str, stream: str, *messages: str, at: int = NOW, apart: int = 1) -> None:
    events: Any = [{"timestamp": at + apart * index, "message": each} for index, each in enumerate(messages)]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_events_of_all_streams_are_in_the_order_of_time(logs: CloudWatchLogsClient, group: str) -> None:
    put(logs, group, "web/1", "first", "third", apart=2)
    put(logs, group, "job/1", "second", "fourth", at=NOW + 1, apart=2)
    found = logs.filter_log_events(logGroupName=group)["events"]
    assert [each["message"] for each in found] == ["first", "second", "third", "fourth"]
    assert [each["logStreamName"] for each in found] == ["web/1", "job/1"] * 2


def test_a_limit_makes_pages_and_none_is_lost_between_them(logs: CloudWatchLogsClient, group: str) -> None:
    put(logs, group, "web/1", *(f"event {number}" for number in range(25)), apart=0)
    pages = list(
        logs.get_paginator("filter_log_events").paginate(logGroupName=group, PaginationConfig={"PageSize": 10})
    )
    assert [len(page["events"]) for page in pages] == [10, 10, 5]
    found = [each["message"] for page in pages for each in page["events"]]
    assert sorted(found) == sorted(f"event {number}" for number in range(25))


def test_a_page_is_read_to_its_end_and_no_further(
    logs: CloudWatchLogsClient, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(logs, group, "web/1", *(f"event {number}" for number in range(50)))
    pattern = parsed_pattern("event")
    seen: list[str] = []

    def matches(message: str) -> bool:
        seen.append(message)
        return True

    monkeypatch.setattr(pattern, "matches", matches)
    page = logs.filter_log_events(logGroupName=group, filterPattern="event", limit=10)
    assert seen == [f"event {number}" for number in range(11)]
    seen.clear()
    logs.filter_log_events(logGroupName=group, filterPattern="event", limit=10, nextToken=page["nextToken"])
    assert seen == [f"event {number}" for number in range(10, 21)]


def test_streams_are_chosen_by_name_and_by_prefix(logs: CloudWatchLogsClient, group: str) -> None:
    put(logs, group, "web/1", "of the web")
    put(logs, group, "job/1", "of the job")
    by_prefix = logs.filter_log_events(logGroupName=group, logStreamNamePrefix="web/")["events"]
    by_name = logs.filter_log_events(logGroupName=group, logStreamNames=["job/1"])["events"]
    assert [each["message"] for each in by_prefix + by_name] == ["of the web", "of the job"]
    with pytest.raises(ClientError) as both:
        logs.filter_log_events(logGroupName=group, logStreamNamePrefix="web/", logStreamNames=["job/1"])
    named: Any
    for named in ({}, {"logGroupName": group, "logGroupIdentifier": group}):
        with pytest.raises(ClientError, match="but not both"):
            logs.filter_log_events(**named)
    assert code(both) == "InvalidParameterException"
    with pytest.raises(ClientError) as missing:
        logs.filter_log_events(logGroupName=group, logStreamNames=["none"])
    assert code(missing) == "ResourceNotFoundException"


def test_a_pattern_that_is_none_is_refused_wherever_it_is_given(logs: CloudWatchLogsClient, group: str) -> None:
    transformation: Any = {"metricName": "M", "metricNamespace": "N", "metricValue": "1"}
    calls: list[Callable[[], object]] = [
        lambda: logs.filter_log_events(logGroupName=group, filterPattern="{ $.a"),
        lambda: logs.test_metric_filter(filterPattern="{ $.a", logEventMessages=["x"]),
        lambda: logs.put_metric_filter(
            logGroupName=group, filterName="f", filterPattern="{ $.a", metricTransformations=[transformation]
        ),
        lambda: boto3.client("logs", REGION, config=Config(inject_host_prefix=False)).start_live_tail(
            logGroupIdentifiers=[f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"],
            logEventFilterPattern="{ $.a",
        ),
    ]
    for call in calls:
        with pytest.raises(ClientError) as refused:
            call()
        assert code(refused) == "InvalidParameterException"
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []


def test_a_subscription_sends_what_its_pattern_matches(logs: CloudWatchLogsClient, group: str) -> None:
    kinesis = boto3.client("kinesis", REGION)
    kinesis.create_stream(StreamName=group, ShardCount=1)
    arn = kinesis.describe_stream(StreamName=group)["StreamDescription"]["StreamARN"]
    subscription: Any = {"logGroupName": group, "filterName": "f", "destinationArn": arn}
    with pytest.raises(ClientError) as refused:
        logs.put_subscription_filter(**subscription, filterPattern="two-words")
    assert code(refused) == "InvalidParameterException"
    logs.put_subscription_filter(**subscription, filterPattern="ERROR")
    put(logs, group, "web/1", "fine", "an ERROR", "fine")
    put(logs, group, "web/1", "fine")
    shard = kinesis.get_shard_iterator(
        StreamName=group, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = kinesis.get_records(ShardIterator=shard)["Records"]
    sent = [json.loads(gzip.decompress(each["Data"])) for each in records]
    assert [event["message"] for each in sent for event in each["logEvents"]] == ["an ERROR"]


def test_a_token_that_is_none_is_refused(logs: CloudWatchLogsClient, group: str) -> None:
    with pytest.raises(ClientError) as refused:
        logs.filter_log_events(logGroupName=group, nextToken="none")
    assert code(refused) == "InvalidParameterException"


def test_a_filter_is_tested_with_the_values_of_its_fields(logs: CloudWatchLogsClient) -> None:
    answer = logs.test_metric_filter(
        filterPattern="[..., status = 4*, bytes]", logEventMessages=["a 200 5", "b 404 7", "c"]
    )
    assert answer["matches"] == [
        {"eventNumber": 2, "eventMessage": "b 404 7", "extractedValues": {"$status": "404", "$bytes": "7"}}
    ]


def _sums(namespace: str, name: str, dimensions: Any = ()) -> list[float]:
    found = boto3.client("cloudwatch", REGION).get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=list(dimensions),
        StartTime=(NOW - 60_000) / 1000,
        EndTime=(NOW + 120_000) / 1000,
        Period=60,
        Statistics=["Sum", "SampleCount"],
    )["Datapoints"]
    return [value for point in found for value in (point["Sum"], point["SampleCount"])]


def test_a_metric_filter_makes_a_metric_of_the_events_that_match(logs: CloudWatchLogsClient, group: str) -> None:
    transformations: dict[str, dict[str, Any]] = {
        "by route": {"metricName": "Latency", "metricValue": "$.ms", "dimensions": {"Route": "$.route"}},
        "all": {"metricName": "Count", "metricValue": "1", "defaultValue": 0},
    }
    for name, transformation in transformations.items():
        whole: Any = {"metricNamespace": group, **transformation}
        for _ in range(2):  # put again, it is still one
            logs.put_metric_filter(
                logGroupName=group, filterName=name, filterPattern="{ $.ms >= 10 }", metricTransformations=[whole]
            )
    put(
        logs,
        group,
        "web/1",
        json.dumps({"ms": 10, "route": "/a"}),
        json.dumps({"ms": 32, "route": "/a"}),
        json.dumps({"ms": 50, "route": "/b"}),
        json.dumps({"ms": 9, "route": "/a"}),
    )
    assert _sums(group, "Latency", [{"Name": "Route", "Value": "/a"}]) == [42, 2]
    assert _sums(group, "Latency", [{"Name": "Route", "Value": "/b"}]) == [50, 1]
    assert _sums(group, "Count") == [3, 4]
    logs.delete_metric_filter(logGroupName=group, filterName="all")
    put(logs, group, "web/1", json.dumps({"ms": 10}))
    assert _sums(group, "Count") == [3, 4]


def _asked(logs: CloudWatchLogsClient, group: str, query: str) -> list[dict[str, str]]:
    started = logs.start_query(
        logGroupName=group, startTime=NOW // 1000 - 60, endTime=NOW // 1000 + 600, queryString=query
    )
    answer = logs.get_query_results(queryId=started["queryId"])
    assert answer["status"] == "Complete"
    return [{each["field"]: each["value"] for each in row if each["field"] != "@ptr"} for row in answer["results"]]


@pytest.fixture
def requests(logs: CloudWatchLogsClient, group: str) -> str:
    """A log group with requests, a minute apart."""
    rows = [("/a", 200, 10.5), ("/b", 500, 30), ("/a", 404, 20), ("/a", 200, 40)]
    messages = [json.dumps({"path": path, "status": status, "took": {"ms": ms}}) for path, status, ms in rows]
    put(logs, group, "web/1", *messages, "no JSON", apart=60_000)
    return group


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("stats count(*)", [{"count(*)": "5"}]),
        ("filter status >= 400 | stats count(*) as failed", [{"failed": "2"}]),
        (
            "stats count(*) as n, avg(took.ms), max(took.ms) by path | sort n desc, path asc",
            [
                {"path": "/a", "n": "3", "avg(took.ms)": "23.5", "max(took.ms)": "40"},
                {"path": "/b", "n": "1", "avg(took.ms)": "30", "max(took.ms)": "30"},
                {"n": "1"},
            ],
        ),
        ("stats pct(took.ms, 50), min(took.ms), sum(took.ms)",
         [{"pct(took.ms, 50)": "20", "min(took.ms)": "10.5", "sum(took.ms)": "100.5"}]),
        ("filter ispresent(path) | stats count_distinct(path) as paths", [{"paths": "2"}]),
        ("fields path, status as code | filter path = '/a' and not (status = 404) | sort @timestamp asc",
         [{"path": "/a", "code": "200"}] * 2),
        ("fields path | filter path like /^.B$/i | limit 1", [{"path": "/b"}]),
        ("fields status | filter status in [404, 500] | sort status", [{"status": "500"}, {"status": "404"}]),
        ('fields @message | filter @message not like "path"', [{"@message": "no JSON"}]),
        ("fields status | sort took.ms asc | limit 2 # the quickest", [{"status": "200"}, {"status": "404"}]),
        ("filter path != '/a' | stats count(*)", [{"count(*)": "2"}]),
        ("filter status = 1 | stats count(*)", [{"count(*)": "0"}]),
        ("filter status = 1 | stats count(*) by path", []),
    ],
)  # fmt: skip
def test_a_query_is_answered(logs: CloudWatchLogsClient, requests: str, query: str, rows: list[dict[str, str]]) -> None:
    assert _asked(logs, requests, query) == rows


def test_bins_are_times_and_a_query_without_fields_shows_the_newest_first(
    logs: CloudWatchLogsClient, requests: str
) -> None:
    bins = _asked(logs, requests, "stats count(*) by bin(2m)")
    assert sorted(int(row["count(*)"]) for row in bins) in ([1, 2, 2], [1, 1, 1, 2])
    assert all(row["bin(2m)"].endswith(":00.000") for row in bins)
    whole = _asked(logs, requests, "limit 2")
    assert whole[0]["@message"] == "no JSON"
    assert whole[0]["@timestamp"] > whole[1]["@timestamp"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("parse @message '*' as x", "the command parse is not emulated"),
        ("dedup path", "the command dedup is not emulated"),
        ("fields strlen(path)", "the function strlen is not emulated"),
        ("filter abs(x) > 1", "the function abs is not emulated"),
        ("stats stddev(x)", "the function stddev is not emulated"),
        ("stats avg(*)", "avg takes a field"),
        ("stats pct(x, 150)", "150 is no percentile"),
        ("stats count(*) by datefloor(@timestamp, 1h)", "the function datefloor is not emulated"),
        ("stats count(*) | stats count(*)", "a second command stats is not emulated"),
        ("filter status >", "a value is expected"),
        ("filter (status = 1", ") is expected"),
        ("filter path like /(/", "is no regular expression"),
        ("limit many", "a number is expected"),
        ("limit 10001", "limit takes a number from 1 to 10000"),
        ("fields path |", "a name is expected"),
        ("fields path; sort path", "unexpected symbol found ;"),
        ("stats count(*) by bin(0m)", "0m is no period"),
        ("sort count(", "a parenthesis is not closed"),
    ],
)
def test_what_is_not_emulated_of_queries_is_refused_by_name(
    logs: CloudWatchLogsClient, group: str, query: str, sentence: str
) -> None:
    with pytest.raises(ClientError) as refused:
        logs.start_query(logGroupName=group, startTime=0, endTime=NOW, queryString=query)
    assert code(refused) == "MalformedQueryException"
    assert sentence in str(refused.value)


def test_a_query_that_is_not_there_is_not_found(logs: CloudWatchLogsClient) -> None:
    with pytest.raises(ClientError) as refused:
        logs.get_query_results(queryId="none")
    assert code(refused) == "ResourceNotFoundException"


def test_events_that_are_too_old_are_told_by_the_index_behind_the_last(logs: CloudWatchLogsClient, group: str) -> None:
    old, hour = NOW - 14 * 86_400_000, 3_600_000
    events: Any = [{"timestamp": old + hours * hour, "message": f"{hours}"} for hours in (-3, -2, 1)]
    answer = logs.put_log_events(logGroupName=group, logStreamName="web/1", logEvents=events)
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    assert [each["message"] for each in logs.filter_log_events(logGroupName=group)["events"]] == ["1"]
