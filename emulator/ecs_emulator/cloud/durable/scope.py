"""Scope of a call: the cells that it may have changed, and whole containers where that is not known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.durable.database import Cell
from ecs_emulator.cloud.durable.logs import group_of
from ecs_emulator.cloud.durable.parameters import Parameters
from ecs_emulator.cloud.durable.rows import found, row_cell

# Services of which nothing that moto does ends in a row, an event, an object, a parameter or a secret.
_APART = {
    "acm", "application-autoscaling", "autoscaling", "cloudfront", "cloudwatch", "ec2", "ecr", "ecs",
    "elasticloadbalancing", "iam", "kinesis", "kms", "monitoring", "route53", "servicediscovery", "sns", "sqs", "sts",
    "tagging", "wafv2",
}  # fmt: skip
_PARTIQL = {"BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction"}

# Only these take away what is on disk: that something is not in memory has other reasons too, such as a reset of moto.
_DELETES = {
    "row": {"BatchWriteItem", "DeleteItem", "TransactWriteItems", *_PARTIQL},
    "stream": {"DeleteLogStream"},
    "object": {"DELETE", "POST"},
    "upload": {"DELETE", "POST"},
    "parameter": {"DeleteParameter", "DeleteParameters"},
    "secret": {"DeleteSecret"},
    "table": {"DeleteTable"},
    "group": {"DeleteLogGroup"},
    "bucket": {"DELETE"},
}


class Whole(NamedTuple):
    """Everything of a kind, in one container or in all."""

    kind: str
    container: str | None = None


Scope = Iterable[Cell | Whole]


def may_delete(call: Call, kind: str) -> bool:
    return call.operation in _DELETES[kind]


def scope(call: Call) -> Scope:
    if call.reads:
        return ()
    match call.service:
        case "dynamodb":
            return _dynamodb(call)
        case "logs":
            return _logs(call)
        case "s3":
            return _s3(call)
        case "ssm":
            if "Parameter" not in call.operation and "Tags" not in call.operation:
                return ()
            named = [call.given.get(name) for name in ("Name", "ResourceId")]
            names = [*(each for each in named if isinstance(each, str)), *call.given.get("Names", [])]
            return Parameters().of(call.container(), names)
        case "secretsmanager":
            return [Whole("secret")]
    if call.service in _APART:
        return ()
    return [Whole(kind) for kind in ("row", "stream", "object", "parameter", "secret")]


def _dynamodb(call: Call) -> Iterator[Cell | Whole]:
    given = call.given

    def row(table: str, attributes: object) -> Cell | Whole:
        name = found(call.account, call.region, str(table))
        return row_cell(name, attributes) or Whole("row", name)

    match call.operation:
        case "PutItem":
            yield row(given.get("TableName", ""), given.get("Item"))
        case "UpdateItem" | "DeleteItem":
            yield row(given.get("TableName", ""), given.get("Key"))
        case "BatchWriteItem":
            for table, requests in _pairs(given.get("RequestItems")):
                for each in _list(requests):
                    for _, what in _pairs(each):
                        yield row(table, dict(_pairs(what)).get("Item") or dict(_pairs(what)).get("Key"))
        case "TransactWriteItems":
            for each in _list(given.get("TransactItems")):
                for _, what in _pairs(each):
                    fields = dict(_pairs(what))
                    yield row(str(fields.get("TableName", "")), fields.get("Item") or fields.get("Key"))
        case operation if operation in _PARTIQL:
            listed = [*_list(given.get("Statements")), *_list(given.get("TransactStatements"))]
            texts = [str(dict(_pairs(each)).get("Statement", "")) for each in [given, *listed]]
            if not all(text.lstrip()[:6].upper() in ("", "SELECT") for text in texts):
                yield Whole("row")
        case _:
            yield Whole("table")
            if "Export" in call.operation:
                yield Whole("object")


def _logs(call: Call) -> Iterator[Cell | Whole]:
    name = call.container(str(call.given.get("logGroupName", "")))
    stream = str(call.given.get("logStreamName", ""))
    match call.operation:
        case "CreateLogStream" | "DeleteLogStream":
            yield Cell("stream", name, stream)
        case "PutLogEvents":
            group = group_of(name)
            # What is subscribed gets the events as well, other groups and Firehose's buckets among it.
            yield from [Whole("stream"), Whole("object")] if group and group.subscription_filters else ()
            yield Cell("stream", name, stream)
        case _:
            yield Whole("group")
            yield from [Whole("stream"), Whole("object")] if "Export" in call.operation else ()


def _s3(call: Call) -> Iterator[Cell | Whole]:
    if not call.bucket:
        return
    bucket = call.container(call.bucket)
    if not call.key:
        yield Cell("bucket", bucket, "")
    if not call.key or call.operation == "POST":
        # Several objects at once, a form with its own idea of the key, an upload that has got its id.
        yield Whole("object", bucket)
        yield Whole("upload", bucket)
    elif "uploadId" in call.query:
        yield Cell("upload", bucket, call.query["uploadId"][0])
    else:
        yield Cell("object", bucket, call.key)


def _pairs(value: object) -> list[tuple[str, object]]:
    return list(value.items()) if isinstance(value, dict) else []


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
