"""The database of a local cloud's data: one SQLite file with the newest image of everything that clients stored."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ecs_emulator.local import Unusable

# Raised by one whenever what is written could not be read by the version before.
SCHEMA_VERSION = 1

# Pages in the write-ahead log at which it is folded into the file, with the only fsyncs there are: some 30 MB.
_CHECKPOINT = 8000

_SCHEMA = f"""
BEGIN;
CREATE TABLE image (
    kind TEXT NOT NULL, container TEXT NOT NULL, key TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (kind, container, key)
) WITHOUT ROWID;
CREATE TABLE body (id TEXT PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE event (
    id INTEGER PRIMARY KEY, container TEXT NOT NULL, stream TEXT NOT NULL,
    timestamp INTEGER NOT NULL, ingestion INTEGER NOT NULL, message TEXT NOT NULL
);
CREATE INDEX event_of_stream ON event (container, stream);
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""

Document = dict[str, Any]


class Cell(NamedTuple):
    """Cell that has one image: a row, an object, a log stream, … `container` is its table, bucket or group."""

    kind: str
    container: str
    key: str


class LogEvent(NamedTuple):
    """Times are milliseconds since the epoch."""

    timestamp: int
    ingestion: int
    message: str


@dataclass
class Changes:
    """Changes of one call; None for a cell that is gone. `events` are those added to a log stream."""

    images: dict[Cell, Document | None] = field(default_factory=dict)
    events: dict[Cell, Sequence[LogEvent]] = field(default_factory=dict)
    new_bodies: dict[str, bytes] = field(default_factory=dict)
    old_bodies: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.images or self.events)


class NotWritten(Exception):
    """The disk takes nothing (full, read-only, broken); nothing was changed in the database."""


class NotWritable(NotWritten):
    """No disk would take it: a name with half a surrogate pair, which is no UTF-8."""


class Database:
    """Used by one thread at a time. A transaction that was committed survives the end of this process.

    WAL with synchronous=NORMAL: no fsync for each commit, so a power cut may lose the last moments, never the rest.
    https://www.sqlite.org/wal.html
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # A lock of its own, instead of memory that is shared through a file: that file may not grow on a full disk.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            self._connection.close()
            raise Unusable(
                f"{path} was written by a newer version (its schema is {version}, known here is {SCHEMA_VERSION}). "
                "It is untouched; use that version, or set LOCAL_DIR to another folder."
            )
        # Before anything is written: a file that is no database has to stay as it is.
        if self._connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("its pages do not fit together")
        self._connection.execute("PRAGMA journal_mode = WAL")
        # Of the frames in the write-ahead log those that were read; all, as far as is known, where a full disk lets
        # nothing be folded into the file.
        self.frames_read = sys.maxsize
        with suppress(sqlite3.OperationalError):
            self.frames_read = int(self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1])
        if version == 0:
            self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        # What cannot be folded into the file stays in the write-ahead log beside it.
        with suppress(sqlite3.Error):
            self._connection.close()

    def take_out_damaged(self, aside: Path) -> list[Cell]:
        """Cells whose image is no JSON any more, and is taken out; `aside` is then a copy of all as it was."""
        found = self._connection.execute("SELECT kind, container, key FROM image WHERE NOT json_valid(document)")
        if damaged := [Cell(*each) for each in found]:
            with closing(sqlite3.connect(aside)) as copy:
                self._connection.backup(copy)
            self._connection.execute("DELETE FROM image WHERE NOT json_valid(document)")
        return damaged

    def document(self, cell: Cell) -> Document | None:
        query = "SELECT document FROM image WHERE kind = ? AND container = ? AND key = ?"
        try:
            found = self._connection.execute(query, cell).fetchone()
        except UnicodeEncodeError:
            return None  # what could not have been written
        return json.loads(found[0]) if found else None

    def documents(self, kind: str, container: str | None = None) -> dict[Cell, Document]:
        """All of a kind, or those in one container."""
        query = "SELECT container, key, document FROM image WHERE kind = ?"
        if container is None:
            found = self._connection.execute(query, (kind,))
        else:
            found = self._connection.execute(f"{query} AND container = ?", (kind, container))
        return {Cell(kind, container, key): json.loads(document) for container, key, document in found}

    def count(self, kind: str, container: str) -> int:
        query = "SELECT count(*) FROM image WHERE kind = ? AND container = ?"
        return int(self._connection.execute(query, (kind, container)).fetchone()[0])

    def body(self, body_id: str) -> bytes:
        """Raises LookupError."""
        found = self._connection.execute("SELECT bytes FROM body WHERE id = ?", (body_id,)).fetchone()
        if found is None:
            raise LookupError(f"{self.path} has no body {body_id}.")
        return bytes(found[0])

    def events(self, stream: Cell) -> Iterator[LogEvent]:
        """A log stream's events, in the order in which they were put."""
        query = "SELECT timestamp, ingestion, message FROM event WHERE container = ? AND stream = ? ORDER BY id"
        for timestamp, ingestion, message in self._connection.execute(query, (stream.container, stream.key)):
            yield LogEvent(timestamp, ingestion, json.loads(message))

    def count_events(self, stream: Cell) -> int:
        query = "SELECT count(*) FROM event WHERE container = ? AND stream = ?"
        return int(self._connection.execute(query, (stream.container, stream.key)).fetchone()[0])

    def rename(self, kinds: Iterable[str], container: str, new: str) -> None:
        """Give all of these kinds in a container another one. Raises NotWritten."""
        with self._transaction():
            for kind in kinds:
                self._connection.execute(
                    "UPDATE image SET container = ? WHERE kind = ? AND container = ?", (new, kind, container)
                )

    def expire(self, container: str, before: int) -> None:
        """Forget a log group's events of before a time, in milliseconds. Raises NotWritten."""
        with self._transaction():
            self._connection.execute("DELETE FROM event WHERE container = ? AND timestamp < ?", (container, before))
            for stream, document in self.documents("stream", container).items():
                now = text({**document, "count": self.count_events(stream)})
                self._connection.execute("INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?)", (*stream, now))

    def write(self, changes: Changes) -> None:
        """All of it or nothing. Raises NotWritten."""
        with self._transaction():
            for cell, document in changes.images.items():
                if document is None:
                    self._connection.execute("DELETE FROM image WHERE kind = ? AND container = ? AND key = ?", cell)
                    if cell.kind == "stream":
                        self._connection.execute("DELETE FROM event WHERE container = ? AND stream = ?", cell[1:])
                else:
                    self._connection.execute(
                        "INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?)", (*cell, text(document))
                    )
            self._connection.executemany(
                "INSERT INTO event (container, stream, timestamp, ingestion, message) VALUES (?, ?, ?, ?, ?)",
                _event_rows(changes.events),
            )
            self._connection.executemany("INSERT INTO body VALUES (?, ?)", changes.new_bodies.items())
            self._connection.executemany("DELETE FROM body WHERE id = ?", ((each,) for each in changes.old_bodies))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            # SQLite itself has rolled back where it says SQLITE_FULL or SQLITE_IOERR; then there is nothing to do.
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise NotWritten(str(error)) from error
        except BaseException as error:
            # A transaction that is left open would refuse the next call, whoever makes it.
            self._connection.execute("ROLLBACK")
            if isinstance(error, UnicodeEncodeError):
                raise NotWritable(str(error)) from error
            raise


def text(document: Document) -> str:
    """One text for one document; ASCII, as a text may hold half a surrogate pair, which is no UTF-8."""
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


def _event_rows(events: dict[Cell, Sequence[LogEvent]]) -> Iterable[tuple[str, str, int, int, str]]:
    for stream, added in events.items():
        for event in added:
            yield stream.container, stream.key, event.timestamp, event.ingestion, json.dumps(event.message)
