"""Fields of a log event, as CloudWatch Logs Insights finds them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]  # field to what it is: a text, a number, True or False
_TIMES = ("@timestamp", "@ingestionTime")
_DEEPEST = 16  # objects and arrays in one another


class Fields(dict[str, Any]):
    """Fields of an event; those of its JSON, such as `user.id` and `items.0`, are found when one is first asked for."""

    _is_read = False

    def __missing__(self, name: str) -> Any:
        if self._is_read:
            return None
        self._is_read = True
        try:
            found = json.loads(self.get("@message", ""))
        except (ValueError, RecursionError):
            return None
        if isinstance(found, dict):
            for key, value in _flat(found, ""):
                self.setdefault(key, value)
        return self.get(name)


def _flat(node: Any, prefix: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if not isinstance(node, dict | list) or depth == _DEEPEST:
        yield prefix, node
        return
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        yield from _flat(value, f"{prefix}.{key}" if prefix else str(key), depth + 1)


def moment(milliseconds: float) -> str:
    """A time since the epoch as a result shows it, in UTC: `2026-11-27 08:15:00.000`."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def shown(name: str, value: Any) -> str:
    """Text of a value in a result."""
    if name in _TIMES:
        return moment(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.4f}".rstrip("0")
    return value if isinstance(value, str) else json.dumps(value)


def numeric(value: Any) -> float | None:
    """The number that a value is, also as a text; None where it is none."""
    if isinstance(value, bool):
        return float(value)
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
