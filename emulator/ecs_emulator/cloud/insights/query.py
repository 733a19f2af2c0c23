"""Query of CloudWatch Logs Insights: `fields`, `filter`, `stats`, `sort`, `limit`; other commands are refused by name.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from ecs_emulator.cloud.insights.aggregates import Stats
from ecs_emulator.cloud.insights.conditions import condition
from ecs_emulator.cloud.insights.fields import Fields, Row, numeric, shown
from ecs_emulator.cloud.insights.tokens import MalformedQuery, Token, Tokens

_MOST = 10_000  # rows of a result, and the default
_FIELDS = ("@timestamp", "@message")

Command = Callable[[Sequence[Row]], Sequence[Row]]


class Query:
    """Query, read whole. Raises MalformedQuery."""

    def __init__(self, text: str) -> None:
        self._fields: list[tuple[str, str]] = []  # each with the name that it is shown by
        self._displayed: list[str] = []
        self._stats: Stats | None = None
        self._is_sorted = False
        self._limit = _MOST
        self._commands: list[Command] = []
        tokens = Tokens(text)
        self._read(tokens)
        while tokens.takes("|"):
            self._read(tokens)
        tokens.take("end")

    def rows(self, events: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
        """Rows of a result: the name of each column to its text."""
        rows: Sequence[Row] = sorted((Fields(event) for event in events), key=lambda row: -row["@timestamp"])
        for command in self._commands:
            rows = command(rows)
        return [self._result(row) for row in rows[: self._limit]]

    def _result(self, row: Row) -> dict[str, str]:
        if self._stats:
            columns = self._displayed or list(row)
        else:
            columns = self._displayed or [name for _, name in self._fields] or [*_FIELDS]
        found = {name: shown(name, row[name]) for name in columns if row[name] is not None}
        return found if self._stats else {**found, "@ptr": row["@ptr"]}

    def _read(self, tokens: Tokens) -> None:
        name = tokens.take("name").word
        commands = {
            "fields": self._read_fields,
            "display": self._read_display,
            "filter": self._read_filter,
            "stats": self._read_stats,
            "sort": self._read_sort,
            "limit": self._read_limit,
        }
        if name not in commands:
            raise MalformedQuery(f"the command {name} is not emulated")
        commands[name](tokens)

    def _read_fields(self, tokens: Tokens) -> None:
        found = [_field(tokens)]
        while tokens.takes(","):
            found.append(_field(tokens))
        self._fields += found
        self._commands.append(lambda rows: [_with_aliases(row, found) for row in rows])

    def _read_display(self, tokens: Tokens) -> None:
        self._displayed = [tokens.take("name").text]
        while tokens.takes(","):
            self._displayed.append(tokens.take("name").text)

    def _read_filter(self, tokens: Tokens) -> None:
        holds = condition(tokens)
        self._commands.append(lambda rows: [row for row in rows if holds(row)])

    def _read_stats(self, tokens: Tokens) -> None:
        if self._stats:
            raise MalformedQuery("a second command stats is not emulated")
        self._stats = stats = Stats(tokens)
        self._commands.append(lambda rows: [Fields(row) for row in stats(rows)])

    def _read_sort(self, tokens: Tokens) -> None:
        orders = [_order(tokens)]
        while tokens.takes(","):
            orders.append(_order(tokens))

        def compare(one: Row, other: Row) -> int:
            for name, sign in orders:
                if result := _compare(one[name], other[name]):
                    return result * sign
            return 0

        self._commands.append(lambda rows: sorted(rows, key=cmp_to_key(compare)))

    def _read_limit(self, tokens: Tokens) -> None:
        number = tokens.take("number").text
        if not number.isdigit() or not 1 <= int(number) <= _MOST:
            raise MalformedQuery(f"limit takes a number from 1 to {_MOST}")
        self._limit = int(number)


def executed(query: str, events: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Rows of a query on events, which have `@message`, `@timestamp` (ms) and so on. Raises MalformedQuery."""
    return Query(query).rows(events)


def _field(tokens: Tokens) -> tuple[str, str]:
    name = tokens.take("name").text
    if tokens.next == Token("sign", "("):
        raise MalformedQuery(f"the function {name} is not emulated")
    return name, tokens.take("name").text if tokens.takes("as") else name


def _with_aliases(row: Row, fields: Sequence[tuple[str, str]]) -> Row:
    if isinstance(row, Fields):
        row.update({alias: row[name] for name, alias in fields if alias != name})
    return row


def _order(tokens: Tokens) -> tuple[str, int]:
    """Field and sign: 1 ascending, -1 descending, which is the default."""
    name = tokens.take("name").text
    if tokens.takes("("):
        # A column of `stats` that has no other name.
        inside = []
        while not tokens.takes(")"):
            inside.append(tokens.take().text if tokens.next.kind != "end" else _unclosed())
        name = f"{name}({''.join(inside).replace(',', ', ')})"
    if tokens.takes("asc"):
        return name, 1
    tokens.takes("desc")
    return name, -1


def _unclosed() -> str:
    raise MalformedQuery("a parenthesis is not closed")


def _compare(one: Any, other: Any) -> int:
    """Numbers before texts, what there is before what there is not."""
    if one is None or other is None:
        return (one is None) - (other is None)
    first, second = numeric(one), numeric(other)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    if (first is None) != (second is None):
        return 1 if first is None else -1
    return (str(one) > str(other)) - (str(one) < str(other))
