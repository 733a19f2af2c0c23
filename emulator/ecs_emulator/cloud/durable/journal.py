"""Journal: what a call changed in moto's memory is committed, or taken back there when the disk takes nothing."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from werkzeug.wrappers import Request

from ecs_emulator.cloud.durable import logs
from ecs_emulator.cloud.durable.buckets import Buckets, Send
from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.durable.codec import container, parts
from ecs_emulator.cloud.durable.comparison import compare
from ecs_emulator.cloud.durable.database import Cell, Changes, Database, Document, NotWritable, NotWritten
from ecs_emulator.cloud.durable.hand import ManualResources, is_kept
from ecs_emulator.cloud.durable.kind import CONTENT, DataKind, counted
from ecs_emulator.cloud.durable.objects import Objects, Uploads
from ecs_emulator.cloud.durable.parameters import Parameters
from ecs_emulator.cloud.durable.rows import Rows, Tables
from ecs_emulator.cloud.durable.scope import Whole, may_delete, scope
from ecs_emulator.cloud.durable.secrets import Secrets

_HOLDERS = {content: holder for holder, contents in CONTENT.items() for content in contents}

Say = Callable[[str], None]

_log = logging.getLogger(__name__)


class Journal:
    """Keeps the database what moto's memory is. `alone` is held while moto carries a call out, and by every method.

    A container is attached while it is in memory with all that the database has of it. One that nobody has made (yet)
    keeps its images in the database; they come into memory in the moment in which it is made.
    """

    def __init__(self, database: Database, alone: threading.Lock, send: Send, say: Say) -> None:
        self._database = database
        self._alone = alone
        self._say = say
        self._buckets = Buckets(send)
        self._tables = Tables()
        kinds: list[DataKind] = [self._tables, logs.Groups(), self._buckets]
        kinds += [Rows(), logs.Streams(), Objects(), Uploads(), Parameters(), Secrets()]
        self._kinds: Mapping[str, DataKind] = {kind.name: kind for kind in kinds}
        self._attached: set[Cell] = set()  # the definitions of the containers
        self._taken: set[Cell] = set()  # those of the stacks that somebody has deleted
        self._ahead: set[Cell] = set()  # what could neither be committed nor taken back
        self._is_starting = True
        self._is_full = False
        self._hand = ManualResources(database)
        with alone:
            logs.expire(database)
            for kind in ("parameter", "secret"):
                self._load(self._database.documents(kind))

    def keep(self, call: Call, request: Request | None, went_well: bool) -> None:
        """Commit what a call changed that moto has carried out. Raises NotWritten; nothing has changed then.

        `request` is that of the call, None for what the emulator does itself.
        """
        if request and call.service == "s3" and went_well and call.bucket and not call.key and not call.reads:
            self._buckets.note(call.container(call.bucket), request)
        targets = [*scope(call), *self._ahead]
        if not targets:
            return
        there = set(self._attached)
        before: dict[Cell, Document | None] = {}
        try:
            self._database.write(self._changes(targets, call, went_well, before))
        except (NotWritten, sqlite3.Error) as error:
            self._take_back(before, there)
            # A database that could not even be asked: whatever this call may have changed is looked at again later.
            self._ahead |= {each for each in targets if isinstance(each, Cell) and not isinstance(error, NotWritten)}
            if not self._is_full and not isinstance(error, NotWritable):
                self._is_full = True
                self._say(f"The local cloud stores nothing for now: {error}. Its clients are told so; reads go on.")
            raise NotWritten(str(error)) from error
        self._ahead -= before.keys()
        if before and self._is_full:
            self._is_full = False
            self._say("The local cloud stores again.")

    def note(self, call: Call) -> None:
        """Remember what was done by hand, of what nobody keeps."""
        if call.is_ours or call.is_of_data or call.reads:
            return
        # What is made by hand on a broken disk is not told.
        with self._alone, suppress(sqlite3.Error):
            if not is_kept(call, self._database, self._taken):
                self._hand.note(call)

    def start(self, say: Say, deployed: Iterable[str]) -> None:
        """End the start: make again what was made by hand, and say what is gone; `deployed` are the stacks of `up`.

        Until then, what the emulator itself deletes (a stack that goes back) keeps its images.
        """
        with self._alone:
            for holder, contents in CONTENT.items():
                for cell, document in self._database.documents(holder).items():
                    if cell in self._attached:
                        continue
                    if document.get("by_hand"):
                        self._kinds[holder].put(cell, document, self._database)
                        self._attach(cell)
                    elif there := counted(cell, contents, self._database):
                        say(f"Kept until it is made again: {holder} {parts(cell.container)[2]} with {there}.")
            self._is_starting = False
            self._hand.say_what_is_gone(say, deployed)

    def close(self) -> None:
        with self._alone:
            self._database.close()

    def _definitions(self, targets: Iterable[Cell | Whole]) -> Iterator[Cell]:
        for each in targets:
            if each.kind not in CONTENT:
                continue
            if isinstance(each, Cell):
                yield each
                continue
            there = {Cell(each.kind, found, "") for found in self._kinds[each.kind].containers()}
            yield from sorted(there | {cell for cell in self._attached if cell.kind == each.kind})

    def _define(self, cell: Cell, call: Call, changes: Changes) -> dict[Cell, Document | None]:
        """Take note of a container that was made, changed or deleted; the images before, of all that changes."""
        document, old = self._kinds[cell.kind].document(cell), self._database.document(cell)
        if document is None:
            if cell not in self._attached:
                return {}
            self._attached.discard(cell)
            if old and not old["by_hand"]:
                self._taken.add(cell)
            if not may_delete(call, cell.kind) or (self._is_starting and call.is_ours):
                return {}
            contents = [self._database.documents(kind, cell.container) for kind in CONTENT[cell.kind]]
            gone = {each: document for documents in contents for each, document in documents.items()}
            for each, content in gone.items():
                changes.images[each] = None
                changes.old_bodies |= self._kinds[each.kind].bodies(content)
            changes.images[cell] = None
            return {cell: old, **gone}
        if cell in self._attached:
            document["by_hand"] = bool(old and old.get("by_hand"))
        else:
            document["by_hand"] = not call.is_ours
            self._attach(cell)
        if document == old:
            return {}
        changes.images[cell] = document
        return {cell: old}

    def _changes(
        self, targets: list[Cell | Whole], call: Call, went_well: bool, before: dict[Cell, Document | None]
    ) -> Changes:
        """What is in memory and not in the database, which is added to `before` as the database has it."""
        changes, there = Changes(), set(self._attached)
        for cell in list(self._definitions(targets)):
            before |= self._define(cell, call, changes)
            if cell in self._attached - there:
                targets += [Whole(kind, cell.container) for kind in CONTENT[cell.kind]]
        for cell, old in self._looked_at(targets, call, went_well).items():
            if compare(self._kinds[cell.kind], cell, old, call, changes):
                before[cell] = old
        return changes

    def _looked_at(self, targets: Iterable[Cell | Whole], call: Call, went_well: bool) -> dict[Cell, Document | None]:
        """Every cell that may have changed, with its image in the database."""
        found: dict[Cell, Document | None] = {}
        for each in targets:
            if each.kind in CONTENT:
                continue
            if isinstance(each, Cell):
                if self._is_attached(each):
                    found[each] = self._database.document(each)
                    is_nowhere = found[each] is None and self._kinds[each.kind].document(each) is None
                    if is_nowhere and went_well and not may_delete(call, each.kind):
                        # It was stored under another key than the one that was read here.
                        found |= self._looked_at([Whole(each.kind, each.container)], call, went_well)
                continue
            kind = self._kinds[each.kind]
            for where in [each.container] if each.container else list(kind.containers()):
                if not self._is_attached(Cell(each.kind, where, "")):
                    continue
                old = self._database.documents(each.kind, where)
                found |= {cell: old.get(cell) for cell in {*kind.cells(where), *old}}
        return found

    def _take_back(self, before: Mapping[Cell, Document | None], there: set[Cell]) -> None:
        """Make memory what it was: what is not on disk must not be read by anybody."""
        made = self._attached - there
        self._attached = set(there)
        for cell in sorted(before.keys() | made, key=lambda each: each.kind not in CONTENT):
            holder = Cell(_HOLDERS.get(cell.kind, ""), cell.container, "")
            if holder in made:
                continue  # gone with its container
            try:
                self._kinds[cell.kind].put(cell, None if cell in made else before[cell], self._database)
            except Exception:  # noqa: BLE001 (a disk that cannot even be read)
                _log.error("%s could not be taken back", cell, exc_info=True)
                self._ahead.add(cell)

    def _attach(self, cell: Cell) -> None:
        """Bring into memory what the database has of a container that was made."""
        self._attached.add(cell)
        if (
            cell.kind == "table"
            and (old := self._database.document(cell))
            and not self._tables.fits(cell.container, old)
        ):
            account, region, name = parts(cell.container)
            aside = f"{name} until {datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
            self._database.rename(CONTENT[cell.kind], cell.container, container(account, region, aside))
            self._say(
                f"The table {name} has another key than before. Its rows are set aside in {self._database.path.name}."
            )
        for kind in CONTENT[cell.kind]:
            self._load(self._database.documents(kind, cell.container))

    def _load(self, documents: Mapping[Cell, Document]) -> None:
        for cell, document in documents.items():
            try:
                self._kinds[cell.kind].put(cell, document, self._database)
            except Exception as error:  # noqa: BLE001 (one that cannot be read keeps nobody from the others)
                self._say(f"Not loaded, and left in {self._database.path.name}: {cell.kind} {cell.key} ({error!r}).")

    def _is_attached(self, cell: Cell) -> bool:
        holder = _HOLDERS.get(cell.kind)
        return holder is None or (
            Cell(holder, cell.container, "") in self._attached
            and next(iter(self._kinds[holder].cells(cell.container)), None) is not None
        )
