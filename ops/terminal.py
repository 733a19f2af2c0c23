"""What a command says: live views on a terminal, plain lines elsewhere, one JSON document with --json."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from rich.console import Console, RenderableType
from rich.live import Live


class Terminal:
    """Where a command says what it does. With `as_json` standard output holds the result and nothing else."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        self.console = Console(highlight=False, soft_wrap=True, markup=False, stderr=as_json)
        self.is_live = self.console.is_terminal and not as_json

    def say(self, text: str = "") -> None:
        """One line for people."""
        self.console.print(text)

    def show(self, view: RenderableType) -> None:
        """A table for people; nothing with --json, where the result holds the same."""
        if not self.as_json:
            self.console.print(view)

    def result(self, **facts: Any) -> None:
        """What came of it, for programs; nothing without --json."""
        if self.as_json:
            click.echo(as_text(facts))

    @contextmanager
    def live(self) -> Iterator[Live | None]:
        """A view that is drawn anew in its place; None where there is no terminal."""
        if not self.is_live:
            yield None
            return
        with Live(console=self.console, auto_refresh=False, transient=True) as view:
            yield view


def as_text(facts: Any) -> str:
    """Facts as one line of JSON."""
    return json.dumps(facts, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    return str(value)


def complain(message: str) -> None:
    """What went wrong, for people."""
    print(f"Error: {message}", file=sys.stderr)
