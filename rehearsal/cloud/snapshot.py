"""What survives a stop of the local cloud: the rows of its tables and the events of its log groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

# The most that one call takes: BatchWriteItem, PutLogEvents.
_ROWS = 25
_EVENTS = 10_000


def save(session: boto3.Session, path: Path) -> None:
    """Write the snapshot, whole or not at all."""
    document = {"tables": _tables(session), "log_groups": _log_groups(session)}
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(document))
    new.replace(path)


def restore(session: boto3.Session, path: Path) -> None:
    """Put back what was saved. Tables and log groups that the templates no longer make are left out."""
    if not path.exists():
        return
    document = json.loads(path.read_text())
    dynamodb, logs = session.client("dynamodb"), session.client("logs")
    for table in _table_names(session):
        for rows in _chunks(document["tables"].get(table, []), _ROWS):
            dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": row}} for row in rows]})
    for group in logs.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        for stream, events in document["log_groups"].get(name, {}).items():
            logs.create_log_stream(logGroupName=name, logStreamName=stream)
            for part in _chunks(events, _EVENTS):
                logs.put_log_events(
                    logGroupName=name,
                    logStreamName=stream,
                    logEvents=[{"timestamp": timestamp, "message": message} for timestamp, message in part],
                )


def _table_names(session: boto3.Session) -> list[str]:
    pages = session.client("dynamodb").get_paginator("list_tables").paginate()
    return [name for page in pages for name in page["TableNames"]]


def _tables(session: boto3.Session) -> dict[str, list[Any]]:
    dynamodb = session.client("dynamodb")
    scan = dynamodb.get_paginator("scan")
    return {
        name: [item for page in scan.paginate(TableName=name) for item in page["Items"]]
        for name in _table_names(session)
    }


def _log_groups(session: boto3.Session) -> dict[str, dict[str, list[tuple[int, str]]]]:
    logs = session.client("logs")
    pages = logs.get_paginator("filter_log_events")
    groups: dict[str, dict[str, list[tuple[int, str]]]] = {}
    for group in logs.describe_log_groups()["logGroups"]:
        streams = groups.setdefault(group["logGroupName"], {})
        for page in pages.paginate(logGroupName=group["logGroupName"]):
            for event in page["events"]:
                streams.setdefault(event["logStreamName"], []).append((event["timestamp"], event["message"]))
        for events in streams.values():
            # By time alone: events of one millisecond stay in the order in which they were written.
            events.sort(key=lambda event: event[0])
    return groups


def _chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
