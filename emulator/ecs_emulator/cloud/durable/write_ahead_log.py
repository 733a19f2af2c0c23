"""Damage of a write-ahead log: SQLite stops reading at it without a word, and soon writes over the rest.

https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

from __future__ import annotations

import struct
from pathlib import Path

_HEAD, _FRAME_HEAD = 32, 24
_MAGIC = 0x377F0682  # and one more where checksums read big-endian words


def is_damaged(content: bytes, read: int) -> bool:
    """True when a log has more commits than the `read` frames of it which SQLite has taken.

    The last one does not count: a process may have been killed while it wrote that.
    """
    if len(content) < _HEAD + _FRAME_HEAD:
        return False
    if not _is_head(content[:_HEAD]):
        return True
    frame = _FRAME_HEAD + struct.unpack_from(">I", content, 8)[0]
    heads = (content[at : at + _FRAME_HEAD] for at in range(_HEAD + read * frame, len(content) - frame + 1, frame))
    # Other salts are of frames from before the log was begun anew, unless it is the frame's head that is damaged.
    return sum(head[8:16] == content[16:24] and head[4:8] != bytes(4) for head in heads) > 1


def without_database(database: Path, log: Path) -> bool:
    """True for a log that SQLite would delete, as its database is empty or gone."""
    return _size(database) == 0 and _size(log) > _HEAD + _FRAME_HEAD


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _is_head(head: bytes) -> bool:
    magic = int.from_bytes(head[:4], "big")
    words = struct.unpack_from(">6I" if magic & 1 else "<6I", head)
    first = second = 0
    for at in range(0, 6, 2):
        first = (first + words[at] + second) & 0xFFFFFFFF
        second = (second + words[at + 1] + first) & 0xFFFFFFFF
    return magic & ~1 == _MAGIC and struct.unpack_from(">2I", head, 24) == (first, second)
