"""Terminal output of commands: live views on a terminal, plain lines elsewhere, one JSON document with --json.

Whatever is printed passes here, and what a terminal would obey is shown instead (ecs_emulator/visible.py): text of
others, such as log events and names, moves no cursor and sets no colour.
"""

from __future__ import annotations

import json
import logging
import sys
import textwrap
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any

import click
from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

from ecs_emulator.visible import visible, visible_json, visible_line

_INDENT = 4  # spaces before the rest of a line that is too long


class _Console(Console):
    """A console that obeys rich alone."""

    def render_str(self, text: str, **how: Any) -> Text:
        # Before anything is measured; rich would leave some control characters out without a word.
        return super().render_str(visible(text), **how)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)


class Terminal:
    """Output of a command. With `as_json` standard output holds the result and nothing else."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        self.console: Console = _Console(highlight=False, soft_wrap=True, markup=False, emoji=False, stderr=as_json)
        self.is_live = self.console.is_terminal and not as_json

    def say(self, text: str = "") -> None:
        """One line for people."""
        self.console.print(text)

    def line(self, text: str) -> None:
        """One line for people, also when the text has several."""
        self.say(visible_line(text))

    def show(self, view: RenderableType) -> None:
        """A table for people; nothing with --json, where the result holds the same."""
        if not self.as_json:
            self.console.print(view)

    def result(self, **facts: Any) -> None:
        """Result of a command, for programs; nothing without --json."""
        if self.as_json:
            put_json(as_text(facts))

    @contextmanager
    def live(self) -> Iterator[Live | None]:
        """A view that is drawn anew in its place, and stays as it was last; None where there is no terminal.

        What is higher than the terminal is cut while it is live, and whole when it stays.
        """
        if not self.is_live:
            yield None
            return
        # A soft wrap is the terminal's: a view that moves its cursor has to know its own lines.
        console = _Console(highlight=False, markup=False, emoji=False)
        view = Live(console=console, auto_refresh=False, transient=True)
        try:
            with view:
                yield view
        finally:
            if view.renderable:
                console.print(view.renderable)


def wrapped(lines: Iterable[str], width: int) -> list[str]:
    """Lines that are no longer than `width`: what one goes on with is indented below it."""
    found = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip(" ")) + _INDENT)
        found += textwrap.wrap(
            line, max(width, 2 * len(indent)), subsequent_indent=indent, drop_whitespace=True, break_on_hyphens=False
        ) or [""]
    return found


def put(text: str) -> None:
    """Text as it is, without a view in mind: faster than `say` where there is much of it."""
    click.echo(visible(text))


def put_output(data: bytes) -> None:
    """Output of a program that has this terminal to itself, as it is: what it draws is obeyed."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def put_json(document: str) -> None:
    """JSON, or what should be."""
    click.echo(visible_json(document))


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


def aside(message: str) -> None:
    """Sentence for people beside an output of another kind."""
    print(visible(message), file=sys.stderr)


def complain(message: str) -> None:
    """Error, for people."""
    print(f"Error: {visible(message)}", file=sys.stderr)


def guard_errors() -> None:
    """From now on, tracebacks and log lines of this process are made visible too."""
    sys.excepthook = _report
    threading.excepthook = lambda found: _report(
        found.exc_type, found.exc_value or found.exc_type(), found.exc_traceback
    )
    if logging.lastResort:
        logging.lastResort.setFormatter(_Visible())


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(visible("".join(traceback.format_exception(kind, error, trace))))


class _Visible(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))
