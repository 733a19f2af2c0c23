"""Comparison of moto's memory with the database, cell by cell: what differs is what a call has changed."""

from __future__ import annotations

from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.durable.database import Cell, Changes, Document
from ecs_emulator.cloud.durable.kind import DataKind
from ecs_emulator.cloud.durable.scope import may_delete


def compare(kind: DataKind, cell: Cell, old: Document | None, call: Call, changes: Changes) -> bool:
    """True when a cell has changed by a call; then the change is added to the others. `old` is the database's image."""
    document = kind.document(cell)
    if document == old or (document is None and not may_delete(call, cell.kind)):
        return False
    changes.images[cell] = document
    bodies = kind.bodies(document) if document else set()
    bodies_before = kind.bodies(old) if old else set()
    changes.new_bodies |= {each: kind.body(cell, each) for each in bodies - bodies_before}
    changes.old_bodies |= bodies_before - bodies
    if document and "count" in document and cell.kind == "stream":
        changes.events[cell] = kind.events(cell, old["count"] if old else 0)
    return True
