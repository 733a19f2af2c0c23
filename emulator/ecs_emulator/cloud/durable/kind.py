"""Data kind: which cells there are in moto's memory, their images, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ecs_emulator.cloud.durable.database import Cell, Database, Document, LogEvent

# What is stored in what; the rest is in an account and region alone.
CONTENT = {"table": ("row",), "group": ("stream",), "bucket": ("object", "upload")}
_UNITS = {"row": "row", "stream": "log stream", "object": "object", "upload": "upload"}


class DataKind(Protocol):
    """A kind of data in moto's memory. Everything here is called while no other call is carried out."""

    name: str

    def cells(self, container: str) -> Iterable[Cell]:
        """Cells of a container."""

    def containers(self) -> Iterable[str]:
        """Containers that may hold something."""

    def document(self, cell: Cell) -> Document | None:
        """The image of a cell as it is in memory, None when it is not there."""

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:
        """Make the cell in memory what its document says; with None, take it away. Its container is there."""

    def bodies(self, document: Document) -> set[str]:
        """The ids of the bodies that a document names."""

    def body(self, cell: Cell, body_id: str) -> bytes:
        """A body that is in memory, by its id."""

    def events(self, cell: Cell, start: int) -> list[LogEvent]:
        """The log events from the one with index `start` on."""


class Plain:
    """A kind without bodies and log events."""

    def bodies(self, document: Document) -> set[str]:  # noqa: ARG002
        return set()

    def body(self, cell: Cell, body_id: str) -> bytes:
        raise LookupError(f"{cell} has no body {body_id}.")

    def events(self, cell: Cell, start: int) -> list[LogEvent]:  # noqa: ARG002
        return []


def counted(cell: Cell, contents: Iterable[str], database: Database) -> str:
    """Numbers of what the database has of a container's contents, in words."""
    counts = {_UNITS[kind]: database.count(kind, cell.container) for kind in contents}
    return ", ".join(f"{count} {unit}{'s' * (count > 1)}" for unit, count in counts.items() if count)
