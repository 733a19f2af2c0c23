"""What is in the local cloud when it stops is there when it starts again, whole or as it was before."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from rehearsal.cloud import snapshot
from rehearsal.cloud.endpoint import Cloud

GROUP = "a-log-group"

_regions = itertools.count(1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "snapshot.json"


def another_cloud(cloud: Cloud, *tables: str) -> boto3.Session:
    """A cloud with these tables and a log group, as the templates would make it: a region where nothing else is."""
    names = [region for region in boto3.Session().get_available_regions("dynamodb") if region != "us-east-1"]
    session = boto3.Session(region_name=names[next(_regions)])
    for name in tables:
        session.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    session.client("logs").create_log_group(logGroupName=GROUP)
    return session


def put(session: boto3.Session, table: str, *rows: dict[str, Any]) -> None:
    for row in rows:
        session.client("dynamodb").put_item(TableName=table, Item=row)


def scan(session: boto3.Session, table: str) -> list[dict[str, Any]]:
    pages = session.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return sorted((item for page in pages for item in page["Items"]), key=lambda item: item["Id"]["S"])


def log(session: boto3.Session, stream: str, *events: tuple[int, str]) -> None:
    logs = session.client("logs")
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    for start in range(0, len(events), 10_000):
        logs.put_log_events(
            logGroupName=GROUP,
            logStreamName=stream,
            logEvents=[
                {"timestamp": timestamp, "message": message} for timestamp, message in events[start : start + 10_000]
            ],
        )


def events(session: boto3.Session, stream: str) -> list[tuple[int, str]]:
    pages = session.client("logs").get_paginator("filter_log_events").paginate(logGroupName=GROUP)
    return [
        (event["timestamp"], event["message"])
        for page in pages
        for event in page["events"]
        if event["logStreamName"] == stream
    ]


EVERY_TYPE = {
    "Id": {"S": "every type"},
    "Korean": {"S": '하슬라 " \\ \n \u0000 🐉'},
    "Empty": {"S": ""},
    "Age": {"N": "2000000000"},
    "Longest": {"N": "12345678901234567890123456789012345678"},
    "Small": {"N": "-0.000000000000000000000001"},
    "Adopted": {"BOOL": True},
    "Not": {"BOOL": False},
    "Nothing": {"NULL": True},
    "List": {"L": [{"N": "1"}, {"S": "two"}, {"L": []}]},
    "Map": {"M": {"a": {"N": "9007199254740993"}, "b": {"M": {}}}},
    "Names": {"SS": ["a", "b"]},
    "Numbers": {"NS": ["1", "20000000000000000000001"]},
}


def test_a_row_comes_back_with_every_type_as_it_was(cloud: Cloud, path: Path) -> None:
    before, after = another_cloud(cloud, "mysfits"), another_cloud(cloud, "mysfits")
    put(before, "mysfits", EVERY_TYPE)
    snapshot.save(before, path)
    snapshot.restore(after, path)
    assert scan(after, "mysfits") == [EVERY_TYPE]


def test_rows_come_back_however_many_there_are(cloud: Cloud, path: Path) -> None:
    """BatchWriteItem takes 25 rows, and a scan shows 1 MB at once."""
    before, after = another_cloud(cloud, "mysfits", "users"), another_cloud(cloud, "mysfits", "users")
    rows = [{"Id": {"S": f"{number:03}"}, "Bio": {"S": "x" * 40_000}} for number in range(30)]
    put(before, "mysfits", *rows)
    put(before, "users", EVERY_TYPE)
    snapshot.save(before, path)
    snapshot.restore(after, path)
    assert scan(after, "mysfits") == rows
    assert scan(after, "users") == [EVERY_TYPE]


def test_log_events_come_back_in_order_however_many_there_are(cloud: Cloud, path: Path) -> None:
    """PutLogEvents and FilterLogEvents take 10,000 at once."""
    before, after = another_cloud(cloud), another_cloud(cloud)
    now = int(time.time() * 1000)
    # Two in each millisecond, the later of which comes earlier in the alphabet.
    many = [(now - 20_000 + number // 2, f"{'ba'[number % 2]} {number}") for number in range(10_003)]
    log(before, "one", *many)
    log(before, "other", (now - 15_000, '하슬라 " \\ \n'), (now, '{"message": "Like processed."}'))
    snapshot.save(before, path)
    snapshot.restore(after, path)
    assert events(after, "one") == many
    assert events(after, "other") == [(now - 15_000, '하슬라 " \\ \n'), (now, '{"message": "Like processed."}')]


def test_what_the_templates_no_longer_make_is_left_out(cloud: Cloud, path: Path) -> None:
    before, after = another_cloud(cloud, "mysfits", "dropped"), another_cloud(cloud, "mysfits", "new")
    put(before, "mysfits", EVERY_TYPE)
    put(before, "dropped", EVERY_TYPE)
    before.client("logs").create_log_group(logGroupName="dropped")
    snapshot.save(before, path)
    snapshot.restore(after, path)
    assert sorted(after.client("dynamodb").list_tables()["TableNames"]) == ["mysfits", "new"]
    assert scan(after, "mysfits") == [EVERY_TYPE]
    assert scan(after, "new") == []
    assert [group["logGroupName"] for group in after.client("logs").describe_log_groups()["logGroups"]] == [GROUP]


def test_without_a_snapshot_nothing_is_restored(cloud: Cloud, path: Path) -> None:
    session = another_cloud(cloud, "mysfits")
    snapshot.restore(session, path)
    assert scan(session, "mysfits") == []


def test_a_second_snapshot_replaces_the_first(cloud: Cloud, path: Path) -> None:
    before, after = another_cloud(cloud, "mysfits"), another_cloud(cloud, "mysfits")
    put(before, "mysfits", {"Id": {"S": "old"}}, {"Id": {"S": "kept"}})
    snapshot.save(before, path)
    before.client("dynamodb").delete_item(TableName="mysfits", Key={"Id": {"S": "old"}})
    snapshot.save(before, path)
    snapshot.restore(after, path)
    assert scan(after, "mysfits") == [{"Id": {"S": "kept"}}]


def test_a_torn_write_leaves_the_snapshot_before_it(cloud: Cloud, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = another_cloud(cloud, "mysfits"), another_cloud(cloud, "mysfits")
    put(before, "mysfits", EVERY_TYPE)
    snapshot.save(before, path)

    put(before, "mysfits", {"Id": {"S": "a later one"}})

    def tear(self: Path, text: str) -> None:
        with self.open("w") as file:
            file.write(text[: len(text) // 2])
        raise OSError("No space left on device")

    with monkeypatch.context() as torn:
        torn.setattr(Path, "write_text", tear)
        with pytest.raises(OSError, match="No space left"):
            snapshot.save(before, path)
    json.loads(path.read_text())
    snapshot.restore(after, path)
    assert scan(after, "mysfits") == [EVERY_TYPE]
    # What is left of it does not stand in the way of the next.
    snapshot.save(before, path)
    assert "a later one" in path.read_text()
