"""Events of several lines: each begins with a line that matches a pattern, of a stack trace for example.

https://docs.docker.com/engine/logging/drivers/awslogs/#awslogs-multiline-pattern
"""

from __future__ import annotations

import re

import regex

from ecs_emulator.scheduler.output import LONGEST

FLUSH = 5.0  # seconds that an event waits for more lines
PATIENCE = 0.1  # seconds for a line: the pattern is a template's, and this engine backtracks

# Verbs of strftime to the patterns that Docker has for them.
_VERBS = {
    "%a": r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
    "%A": r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
    "%w": r"[0-6]",
    "%d": r"(?:0[1-9]|[1,2][0-9]|3[0,1])",
    "%b": r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    "%B": r"(?:January|February|March|April|May|June|July|August|September|October|November|December)",
    "%m": r"(?:0[1-9]|1[0-2])",
    "%Y": r"\d{4}",
    "%y": r"\d{2}",
    "%H": r"(?:[0,1][0-9]|2[0-3])",
    "%I": r"(?:0[0-9]|1[0-2])",
    "%p": r"[A,P]M",
    "%M": r"[0-5]\d",
    "%S": r"[0-5]\d",
    "%L": r"\.\d{3}",
    "%f": r"\d{6}",
    "%z": r"[+-]\d{4}",
    "%Z": r"[A-Z]{1,4}T",
    "%j": r"(?:0[0-9][1-9]|[1,2][0-9][0-9]|3[0-5][0-9]|36[0-6])",
}


def of_datetime(layout: str) -> str:
    """Pattern of a date and time, as `awslogs-datetime-format` describes them."""
    parts = re.split(r"(%.)", layout)
    return "".join(_VERBS.get(each, re.escape(each)) for each in parts)


class Events:
    """Gathers lines into events; without a pattern each line is one. An event of several lines ends with a newline."""

    def __init__(self, begins: str | None) -> None:
        self._begins = regex.compile(begins.encode()) if begins else None
        self._event = b""
        self._since = 0.0

    def of(self, lines: list[bytes], now: float) -> list[bytes]:
        """The events that these lines complete."""
        if self._begins is None:
            return lines
        whole = []
        for line in lines:
            is_long = len(self._event) + len(line) + 1 > LONGEST
            if self._event and (is_long or self._matches(line)):
                whole.append(self._event)
                self._event = b""
            self._since = self._since if self._event else now
            self._event += line + b"\n" if len(line) < LONGEST else line
        return whole

    def _matches(self, line: bytes) -> bool:
        try:
            return bool(self._begins and self._begins.search(line, timeout=PATIENCE, concurrent=True))
        except TimeoutError:
            return False

    def last(self) -> list[bytes]:
        """Lines that have been gathered so far, as an event."""
        event, self._event = self._event, b""
        return [event] if event else []

    def waits(self, now: float) -> float | None:
        """Seconds until what is gathered is an event without more lines; None where nothing is."""
        return max(0.0, self._since + FLUSH - now) if self._event else None
