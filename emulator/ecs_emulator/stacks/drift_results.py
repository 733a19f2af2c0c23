"""Results of drift detections: of a resource, and of a whole stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ecs_emulator.stacks.values import as_text

CHECKED = ("IN_SYNC", "MODIFIED", "DELETED")


@dataclass(frozen=True)
class ResourceDrift:
    """Drift of one resource: `expected` and `actual` are the properties that were compared."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    expected: Mapping[str, Any] = field(default_factory=dict)
    actual: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def is_checked(self) -> bool:
        return self.status in CHECKED

    @property
    def has_drifted(self) -> bool:
        return self.status in CHECKED[1:]


@dataclass(frozen=True)
class Detection:
    """One detection of a stack's drift, which is over when it is answered."""

    id: str
    drifts: tuple[ResourceDrift, ...]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def status(self) -> str:
        if any(each.has_drifted for each in self.drifts):
            return "DRIFTED"
        return "IN_SYNC" if any(each.is_checked for each in self.drifts) else "NOT_CHECKED"


def differing(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """The names of the properties whose values differ, however a template writes them: `"5"` is 5, `"true"` True."""
    return [name for name in expected if _comparable(expected[name]) != _comparable(actual.get(name))]


def _comparable(value: Any) -> Any:
    return sorted(map(text, value)) if isinstance(value, list) else text(value)


def text(value: Any) -> str:
    """A value of a property as one text."""
    if isinstance(value, Mapping):
        return json.dumps({name: text(each) for name, each in value.items()}, sort_keys=True)
    if isinstance(value, list):
        return json.dumps([text(each) for each in value])
    return as_text(value)
