"""Tables as files: export and import of every row, exact to the last digit.

A file has one row a line, `{"table": "DynamoTable", "item": {…}}`, the item in DynamoDB's own JSON, and a last line
that says how many there are. Until that line is written an export goes on where the file ends.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

Row = dict[str, Any]


class Incomplete(Exception):
    """A file that an export has not finished, or that is no export; the message says so."""


def export_rows(session: boto3.Session, tables: Mapping[str, str], path: Path) -> int:
    """Write the rows of `tables` (output name to table name) to `path`, going on with what is there; how many it holds.

    Reads are consistent row by row, not across rows: for one moment of the whole table restore it to that moment first.
    """
    whole = _whole_part(path)
    there = _lines(whole, path)
    if there and "rows" in there[-1]:
        return int(there[-1]["rows"])
    names = list(tables)
    begun = names.index(there[-1]["table"]) if there else 0
    count = len(there)
    with path.open("r+b" if path.exists() else "w+b") as file:
        # What a kill cut in two is read again.
        file.seek(len(whole))
        file.truncate()
        for place, name in enumerate(names[begun:], begun):
            last = there[-1]["item"] if there and place == begun else None
            for row in _rows(session, tables[name], last):
                file.write(
                    json.dumps({"table": name, "item": row}, ensure_ascii=False, default=_as_text).encode() + b"\n"
                )
                count += 1
        file.write(json.dumps({"rows": count}).encode() + b"\n")
    return count


def import_rows(session: boto3.Session, tables: Mapping[str, str], path: Path) -> tuple[int, int]:
    """Put the rows of a finished export into `tables`; how many were put, and how many were there already.

    A row that is there stays as it is, so an import can be said again, and never takes away a like. Raises Incomplete.
    """
    lines = _lines(_whole_part(path), path)
    if not lines or lines[-1].get("rows") != len(lines) - 1:
        raise Incomplete(f"{path} is no finished export; run the export again, and it goes on where it stopped.")
    dynamodb = session.client("dynamodb")
    keys = {name: _key_names(dynamodb, table) for name, table in tables.items()}
    put = 0
    for line in lines[:-1]:
        if line["table"] not in tables:
            raise Incomplete(f"{path} has rows of {line['table']}, which these stacks do not have.")
        try:
            dynamodb.put_item(
                TableName=tables[line["table"]],
                Item=line["item"],
                ConditionExpression="attribute_not_exists(#key)",
                ExpressionAttributeNames={"#key": keys[line["table"]][0]},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        else:
            put += 1
    return put, len(lines) - 1 - put


def _rows(session: boto3.Session, table: str, after: Row | None) -> Iterator[Row]:
    dynamodb = session.client("dynamodb")
    start: Any = {}
    if after:
        start = {"ExclusiveStartKey": {name: after[name] for name in _key_names(dynamodb, table)}}
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True, **start):
        for item in page["Items"]:
            yield dict(item)


def _key_names(dynamodb: Any, table: str) -> list[str]:
    schema = dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
    return [each["AttributeName"] for each in sorted(schema, key=lambda each: each["KeyType"] != "HASH")]


def _lines(whole: bytes, path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line, object_hook=_with_bytes) for line in whole.splitlines()]
    except ValueError:
        raise Incomplete(f"{path} is no export of these tables.") from None


def _as_text(binary: bytes) -> str:
    """As DynamoDB's own JSON has it."""
    return base64.b64encode(binary).decode()


def _with_bytes(piece: Row) -> Row:
    # An attribute named B or BS has an object there, never text.
    match piece:
        case {"B": str(text)}:
            return {"B": base64.b64decode(text)}
        case {"BS": list(texts)}:
            return {"BS": [base64.b64decode(text) for text in texts]}
    return piece


def _whole_part(path: Path) -> bytes:
    """What there is of a file, up to the end of its last whole line."""
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1]
