"""The parameters that the stacks of `mysfits up` had last, for the next start."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from ecs_emulator.cloud.durable.database import Cell, Changes, Database, NotWritten
from ecs_emulator.stacks.state import Stack
from ops.stacks.listing import Listed

# Which image runs is decided at each start: the one of the code in this folder.
_OF_A_START = {"ImageTag"}

ByStack = Mapping[str, Mapping[str, Any]]


class LastParameters:
    """Parameters that differ from a `stacks.yml`; given by `--set` or by an update of a stack that went well."""

    def __init__(self, database: Database, alone: threading.Lock) -> None:
        self._database = database
        self._alone = alone
        self._listed: dict[str, Listed] = {}

    def used(self, stacks: Iterable[Listed], given: ByStack, say: Callable[[str], None]) -> dict[str, dict[str, Any]]:
        """The parameters for stacks that are about to be deployed: those of last time, unless `given` now.

        From now on these stacks' parameters are remembered.
        """
        used, settings = {}, []
        for stack in stacks:
            self._listed[stack.name] = stack
            with self._alone:
                last = self._database.document(_cell(stack.name)) or {}
            now = given.get(stack.name, {})
            declared = stack.document.get("Parameters", {})
            kept = {name: value for name, value in last.items() if name in declared and name not in now}
            settings += [f"{stack.name}.{name}={_text(value)}" for name, value in kept.items()]
            used[stack.name] = {**kept, **now}
        if settings:
            say(f"Parameters as last used: {', '.join(settings)} (`--set` changes them, `make clean` forgets them).")
        return used

    def remember(self, stack: Stack) -> None:
        """Called when a stack is complete."""
        listed = self._listed.get(stack.name)
        if listed is None or stack.stable_state is None:
            return
        declared = listed.document.get("Parameters", {})
        listed_values = {name: listed.parameters.get(name, spec.get("Default")) for name, spec in declared.items()}
        own = {
            name: value
            for name, value in stack.stable_state.given.items()
            if name not in _OF_A_START and _text(value) != _text(listed_values.get(name))
        }
        cell = _cell(stack.name)
        with self._alone, suppress(NotWritten):
            if (self._database.document(cell) or {}) != own:
                self._database.write(Changes({cell: own or None}))


def _cell(stack: str) -> Cell:
    return Cell("parameters", "", stack)


def _text(value: Any) -> str:
    """As the API says it, where every value is a text."""
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
