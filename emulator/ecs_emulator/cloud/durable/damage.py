"""Damage of a database: what is left is opened, and what is damaged is set aside and said."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ecs_emulator.cloud.durable import write_ahead_log
from ecs_emulator.cloud.durable.database import Database
from ecs_emulator.local import Unusable


def opened(path: Path, say: Callable[[str], None]) -> Database:
    """The database at `path`, made where there is none; a damaged one is set aside, which is said. Raises Unusable."""
    log = Path(f"{path}-wal")
    try:
        if write_ahead_log.without_database(path, log):
            raise sqlite3.DatabaseError("it is empty, and its write-ahead log is not")
        content = log.read_bytes() if log.is_file() else b""
        database = Database(path)
        if write_ahead_log.is_damaged(content, database.frames_read):
            copy = Path(f"{_aside(path)}-wal")
            copy.write_bytes(content)
            say(f"{log.name} is damaged, and what was stored after that place is not there. A copy is {copy.name}.")
        whole = _aside(path)
        if damaged := database.take_out_damaged(whole):
            names = ", ".join(f"{each.kind} {each.key}" for each in damaged[:3]) + ", …" * (len(damaged) > 3)
            say(f"{path.name} has {len(damaged)} damaged of its images, left out now: {names}. A copy is {whole.name}.")
        return database
    except OSError as error:
        raise Unusable(f"{path} cannot be used: {error.strerror}.") from error
    except sqlite3.OperationalError as error:
        # A folder or disk that lets nobody write: no word on what is in the file.
        raise Unusable(f"{path} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        aside = _aside(path)
        for suffix in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
        say(f"{path.name} is damaged ({error}). It is set aside as {aside.name}, and this start is without its data.")
        return Database(path)


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.stem}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}{path.suffix}")
