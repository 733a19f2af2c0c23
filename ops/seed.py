"""Seeds of the tables: the twelve mysfits, and a message board that has begun to talk.

Safe to run twice: likes and adoptions are never reset, and rows of others are left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import boto3

SEEDS = Path(__file__).parent / "seeds"

Row = dict[str, Any]


def seed_all(session: boto3.Session, outputs: Mapping[str, str]) -> dict[str, int]:
    """Fill each table that the stacks' outputs name; how many there are of what, such as `{"mysfits": 12}`."""
    counts = {}
    if table := outputs.get("DynamoTable"):
        counts["mysfits"] = seed(session, table)
    users, threads, posts = (read_seed(name) for name in ("users", "threads", "posts"))
    if table := outputs.get("UsersTable"):
        counts["users"] = _store(session, table, users, ("Id",))
    if table := outputs.get("ThreadsTable"):
        counts["threads"] = _store(session, table, threads, ("Id",))
    if table := outputs.get("PostsTable"):
        _store(session, table, _known(users, threads), ("Thread", "Id"))
        counts["posts"] = _store(session, table, posts, ("Thread", "Id"))
    return counts


def seed(session: boto3.Session, table_name: str) -> int:
    """Store what is known of each mysfit, beside whatever likes and adoption its row has; how many there are."""
    return _store(session, table_name, read_seed("mysfits"), ("MysfitId",), {"Likes": 0, "Adopted": False})


def _known(users: Iterable[Row], threads: Iterable[Row]) -> list[Row]:
    """The rows by which the posts' table knows which threads and users there are; no thread and no post is number 0."""
    return [
        *({"Thread": thread["Id"], "Id": 0, "Kind": "thread"} for thread in threads),
        *({"Thread": 0, "Id": user["Id"], "User": user["Id"], "Kind": "user"} for user in users),
    ]


def _store(
    session: boto3.Session,
    table_name: str,
    rows: list[Row],
    key: tuple[str, ...],
    at_first: Mapping[str, Any] | None = None,
) -> int:
    """Set the attributes of each row, and those `at_first` where they are not there yet; how many rows there are."""
    table = session.resource("dynamodb").Table(table_name)
    first = at_first or {}
    for row in rows:
        attributes = {name: value for name, value in row.items() if name not in key}
        assignments = [f"#{name} = :{name}" for name in attributes]
        assignments += [f"#{name} = if_not_exists(#{name}, :{name})" for name in first]
        table.update_item(
            Key={name: row[name] for name in key},
            UpdateExpression=f"SET {', '.join(assignments)}",
            ExpressionAttributeNames={f"#{name}": name for name in [*attributes, *first]},
            ExpressionAttributeValues={f":{name}": value for name, value in {**attributes, **first}.items()},
        )
    return len(rows)


def read_seed(name: str) -> list[Row]:
    """The rows of one of the tables: `mysfits`, `users`, `threads` or `posts`."""
    rows: list[Row] = json.loads((SEEDS / f"{name}.json").read_text())
    return rows
