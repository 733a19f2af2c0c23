"""Takeover of the `snapshot.json` in which earlier versions kept rows and log events at a stop: once."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ecs_emulator.cloud.durable.codec import container
from ecs_emulator.cloud.durable.database import Cell, Changes, Database, LogEvent
from ecs_emulator.cloud.durable.logs import Streams, group_of
from ecs_emulator.cloud.durable.rows import Rows, row_cell, table_of
from ecs_emulator.local import ACCOUNT


def take_over(path: Path, region: str, database: Database, alone: threading.Lock, say: Callable[[str], None]) -> None:
    """Bring a snapshot's rows and events into the tables and log groups that there are; the file is renamed then.

    Raises NotWritten; then the snapshot is as it was.
    """
    if not path.exists():
        return
    content = path.read_bytes()
    # A kill may come between the last two steps; what was written since must not be overwritten then.
    seen = Cell("snapshot", "", hashlib.sha256(content).hexdigest())
    with alone:
        if database.document(seen) is None:
            document = json.loads(content)
            changes = Changes({seen: {"at": datetime.now(UTC).isoformat()}})
            for name, rows in document["tables"].items():
                _add_rows(changes, container(ACCOUNT, region, name), rows)
            for name, streams in document["log_groups"].items():
                _add_events(changes, container(ACCOUNT, region, name), streams)
            database.write(changes)
            for cell, image in changes.images.items():
                if cell.kind == "row":
                    Rows().put(cell, image, database)
                elif cell.kind == "stream":
                    Streams().put(cell, image, database)
    aside = path.with_name(f"{path.name}.taken-over")
    path.replace(aside)
    say(f"The data of {path.name} is taken over into {database.path.name}; the file is kept as {aside.name}.")


def _add_rows(changes: Changes, table: str, rows: list[dict[str, Any]]) -> None:
    for row in rows if table_of(table) else ():
        if cell := row_cell(table, row):
            changes.images[cell] = row


def _add_events(changes: Changes, group: str, streams: dict[str, list[Any]]) -> None:
    there = group_of(group)
    for name, events in streams.items() if there else ():
        if name in there.streams or not events:
            continue
        cell = Cell("stream", group, name)
        changes.events[cell] = [LogEvent(timestamp, timestamp, message) for timestamp, message in events]
        last = datetime.fromtimestamp(events[-1][0] / 1000, UTC).replace(tzinfo=None).isoformat()
        first = datetime.fromtimestamp(events[0][0] / 1000, UTC).replace(tzinfo=None).isoformat()
        changes.images[cell] = {
            "creation_time": {"$time": first},
            "last_ingestion_time": {"$time": last},
            "stored_bytes": sum(len(message) for _, message in events),
            "upload_sequence_token": 1,
            "count": len(events),
        }
