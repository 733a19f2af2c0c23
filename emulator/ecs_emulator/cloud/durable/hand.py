"""Manual resources, which no database holds: named while they are made, and at the next start said to be gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from contextlib import suppress

from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.durable.database import Cell, Changes, Database, NotWritten
from ecs_emulator.cloud.durable.kind import CONTENT
from ecs_emulator.cloud.durable.scope import scope
from ecs_emulator.local import FAULT_TAG, NOT_KEPT

_MOST = 1000  # names; what comes after them is not told one by one
_SHORT = 3  # lines that are told themselves
_ENDS = {"Delete", "Deregister", "Remove", "Terminate", "Stop"}
_NAMES = ("name", "family", "service", "cluster", "identifier", "url", "arn", "id")


class ManualResources:
    """A note for each operation and name, such as `sqs CreateQueue jobs`, by the service that it was asked of."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = database.documents("hand")
        self._notes: set[Cell] = set()

    def note(self, call: Call) -> None:
        """Of a call that went well."""
        if _is_fault(call):
            return
        name = named(call)
        cell = Cell("hand", call.service, f"{call.operation} {name}".strip())
        verb, noun = _parts(call.operation)
        gone = {each for each in self._notes if verb in _ENDS and _is_about(each, call, noun, name)}
        if not gone and (cell in self._notes or len(self._notes) >= _MOST):
            return
        self._notes = self._notes - gone if gone else self._notes | {cell}
        # What is made by hand while the disk is full is not told.
        with suppress(NotWritten):
            self._database.write(Changes(dict.fromkeys(gone) if gone else {cell: {}}))

    def say_what_is_gone(self, say: Callable[[str], None], deployed: Iterable[str]) -> None:
        """Of the last run, once: a line for each operation, or where they are many one, and the others in a file."""
        again = set(deployed)
        lost: dict[tuple[str, str], list[str]] = {}
        for cell in sorted(self._last):
            operation, _, name = cell.key.partition(" ")
            # A stack that is deployed again has its last parameters.
            if cell.container != "cloudformation" or name not in again:
                lost.setdefault((cell.container, operation), []).append(name)
        lines = []
        for (service, operation), names in lost.items():
            shown = ", ".join(name for name in names if name)
            lines.append(f"{operation} of {service}{': ' if shown else ''}{shown}.")
        for line in self._short(lines, sum(map(len, lost.values()))):
            say(f"Not kept from the last run: {line}")
        with suppress(NotWritten):
            self._database.write(Changes(dict.fromkeys(self._last.keys() - self._notes)))
        self._last = {}

    def _short(self, lines: list[str], count: int) -> list[str]:
        """The same lines, or where they are many one that says where they are."""
        if len(lines) <= _SHORT:
            return lines
        page = self._database.path.with_name(NOT_KEPT)
        try:
            page.write_text("".join(f"{line}\n" for line in lines))
        except OSError:
            return lines
        return [f"{count} calls by hand to services whose data is not stored; {page} lists them."]


def _is_fault(call: Call) -> bool:
    """True when a call tags a task or a table with a fault, or takes it off: nobody misses that at the next start."""
    given = {name.lower(): value for name, value in call.given.items()}
    tags = [each.get("key", each.get("Key")) for each in given.get("tags") or ()] + list(given.get("tagkeys") or ())
    return call.service in ("ecs", "dynamodb") and tags == [FAULT_TAG]


def is_kept(call: Call, database: Database, taken: Set[Cell]) -> bool:
    """True when the next start has what a call has done: data, and the definition of what was made by hand.

    `taken` are the tables, buckets and groups of the stacks that somebody has deleted; they are made again.
    """
    targets = list(scope(call))
    if call.service not in ("dynamodb", "logs", "s3"):
        return bool(targets) and {each.kind for each in targets} <= {"parameter", "secret"}
    holders = [each.kind for each in targets if each.kind in CONTENT]
    if not holders:
        return True
    about = [call.given.get(name) for name in ("TableName", "ResourceArn", "logGroupName", "resourceArn")]
    names = [call.bucket, *(each for each in about if isinstance(each, str))]
    bare = [re.sub(r"^arn:[^/]*(:table/|:log-group:)|:\*$", "", name) for name in names if name]
    documents = {
        cell: database.document(cell) for cell in (Cell(holders[0], call.container(name), "") for name in bare)
    }
    return any(old["by_hand"] if old else cell not in taken for cell, old in documents.items())


def named(call: Call) -> str:
    """Name of what a call is about, as its client gave it; empty for what has no name."""
    if call.service == "s3":
        return call.bucket
    _, noun = _parts(call.operation)
    texts = {name: value for name, value in call.given.items() if isinstance(value, str)}
    ranked = [f"{noun}{each}".lower() for each in ("Name", "Identifier", "", "Id", "Arn", "Url")]
    by_noun = [value for each in ranked for name, value in texts.items() if name.lower() == each]
    by_end = [value for end in _NAMES for name, value in texts.items() if name.lower().endswith(end)]
    found = next(iter(by_noun + by_end), "")
    # arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>
    return found.split("/")[1] if ":stack/" in found else found.rpartition("/")[2] or found


def _parts(operation: str) -> tuple[str, str]:
    """`CreateQueue` is a verb and a noun."""
    found = re.match(r"([A-Z][a-z]+)(\w*)$", operation)
    return (found[1], found[2]) if found else (operation, "")


def _is_about(note: Cell, call: Call, noun: str, name: str) -> bool:
    operation, _, noted = note.key.partition(" ")
    return note.container == call.service and noun in operation and noted == name
