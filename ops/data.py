"""Tables as files: export and import of every row, exact to the last digit.

Until its last line is written an export goes on where the file ends; row_file.py has the format.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ops.row_file import Incomplete, Row, read_rows, whole_part

__all__ = ["Finished", "Incomplete", "export_rows", "import_rows"]


class Finished(Exception):
    """The file holds an export that is whole: it is neither gone on with nor written over."""


def export_rows(session: boto3.Session, tables: Mapping[str, str], path: Path) -> int:
    """Write the rows of `tables` (output name to table name) to `path`, going on with what is there; how many it holds.

    Reads are consistent row by row, not across rows: for one moment of the whole table restore it to that moment first.
    Raises Incomplete, and Finished when it holds an export that is whole.
    """
    whole = whole_part(path)
    there, total = read_rows(whole, path)
    if total is not None:
        raise Finished(f"{path} holds a finished export of {total} rows already.")
    names = list(tables)
    if there and there[-1]["table"] not in tables:
        raise Incomplete(f"{path} has rows of {there[-1]['table']!r}, which these stacks do not have.")
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
    rows, total = read_rows(whole_part(path), path)
    if total is None or total != len(rows):
        raise Incomplete(f"{path} is no finished export; run the export again, and it goes on where it stopped.")
    dynamodb = session.client("dynamodb")
    keys = {name: _key_names(dynamodb, table) for name, table in tables.items()}
    # All of them before the first is put: a file that is no good changes nothing.
    for number, row in enumerate(rows, 1):
        if row["table"] not in tables:
            raise Incomplete(f"{path}, line {number}: it has a row of {row['table']}, which these stacks do not have.")
        if missing := [name for name in keys[row["table"]] if name not in row["item"]]:
            raise Incomplete(f"{path}, line {number}: its item has no {missing[0]}, which is a key.")
    put = 0
    for number, row in enumerate(rows, 1):
        try:
            put += _put(dynamodb, tables[row["table"]], row["item"], keys[row["table"]][0])
        except (BotoCoreError, ClientError) as error:
            why = error.response["Error"].get("Message") if isinstance(error, ClientError) else error
            raise Incomplete(
                f"{path}, line {number}: {why} Of {len(rows)} rows {put} were put and {number - 1 - put} were there "
                "already; the import can be said again."
            ) from error
    return put, len(rows) - put


def _put(dynamodb: Any, table: str, item: Row, key: str) -> bool:
    """True when a row was put; False when one with its key is there."""
    try:
        dynamodb.put_item(
            TableName=table,
            Item=item,
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": key},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


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


def _as_text(binary: bytes) -> str:
    """As DynamoDB's own JSON has it."""
    return base64.b64encode(binary).decode()
