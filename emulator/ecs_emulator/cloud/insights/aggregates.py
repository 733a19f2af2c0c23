"""Command `stats` of CloudWatch Logs Insights.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ecs_emulator.cloud.insights.fields import Row, moment, numeric
from ecs_emulator.cloud.insights.tokens import MalformedQuery, Token, Tokens
from ecs_emulator.cloud.metrics import is_statistic, statistic

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}  # milliseconds
# Functions on numbers, and the statistics of CloudWatch's metrics that they are.
_STATISTICS = {"sum": "Sum", "avg": "Average", "min": "Minimum", "max": "Maximum"}

Aggregate = Callable[[Sequence[Row]], Any]


class Column(NamedTuple):
    """Column of a result: its name, and what it is of a group of rows, or of one."""

    name: str
    of: Callable[[Any], Any]


class Stats:
    """Rows by group: columns of `by` first, then those of the functions. Raises MalformedQuery."""

    def __init__(self, tokens: Tokens) -> None:
        self._functions = [_named(*_function(tokens), tokens)]
        while tokens.takes(","):
            self._functions.append(_named(*_function(tokens), tokens))
        self._by: list[Column] = []
        if tokens.takes("by"):
            self._by.append(_named(*_group(tokens), tokens))
            while tokens.takes(","):
                self._by.append(_named(*_group(tokens), tokens))

    def __call__(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        groups: dict[tuple[Any, ...], list[Row]] = {} if self._by else {(): []}
        for row in rows:
            groups.setdefault(tuple(column.of(row) for column in self._by), []).append(row)
        return [
            {
                **{column.name: value for column, value in zip(self._by, key, strict=True)},
                **{column.name: column.of(members) for column in self._functions},
            }
            for key, members in groups.items()
        ]


def _named(name: str, of: Callable[[Any], Any], tokens: Tokens) -> Column:
    return Column(tokens.take("name").text if tokens.takes("as") else name, of)


def _function(tokens: Tokens) -> tuple[str, Aggregate]:
    name = tokens.take("name").word
    tokens.expect("(")
    field = "*" if tokens.takes("*") else "" if tokens.next == Token("sign", ")") else tokens.take("name").text
    if name == "count":
        tokens.expect(")")
        if field in ("", "*"):
            return f"count({field})", len
        return f"count({field})", lambda rows: sum(row[field] is not None for row in rows)
    if field in ("", "*"):
        raise MalformedQuery(f"{name} takes a field")
    if name == "count_distinct":
        tokens.expect(")")
        return f"{name}({field})", lambda rows: len({str(row[field]) for row in rows if row[field] is not None})
    if name == "pct":
        tokens.expect(",")
        percent = tokens.take("number").text
        tokens.expect(")")
        if not is_statistic(f"p{percent}"):
            raise MalformedQuery(f"{percent} is no percentile")
        return f"pct({field}, {percent})", _on_numbers(field, f"p{percent}")
    if name not in _STATISTICS:
        raise MalformedQuery(f"the function {name} is not emulated")
    tokens.expect(")")
    return f"{name}({field})", _on_numbers(field, _STATISTICS[name])


def _on_numbers(field: str, name: str) -> Aggregate:
    def aggregate(rows: Sequence[Row]) -> float | None:
        values = [value for row in rows if (value := numeric(row[field])) is not None]
        return statistic(name, values) if values else None

    return aggregate


def _group(tokens: Tokens) -> tuple[str, Callable[[Row], Any]]:
    name = tokens.take("name").text
    if tokens.next != Token("sign", "("):
        return name, lambda row: row[name]
    if name.lower() != "bin":
        raise MalformedQuery(f"the function {name} is not emulated")
    tokens.expect("(")
    period = tokens.take("number").text
    tokens.expect(")")
    found = re.fullmatch(r"(\d+)(ms|s|m|h|d|w)", period)
    if not found or not int(found[1]):
        raise MalformedQuery(f"{period} is no period")
    length = int(found[1]) * _UNITS[found[2]]
    return f"bin({period})", lambda row: moment(row["@timestamp"] // length * length)
