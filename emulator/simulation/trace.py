"""Trace of a run: what happened, line by line, and the hash that two runs of one seed have in common."""

from __future__ import annotations

import hashlib


class Violation(Exception):
    """An invariant does not hold: its name, and a sentence with what was found."""

    def __init__(self, invariant: str, finding: str) -> None:
        super().__init__(f"{invariant}: {finding}")
        self.invariant = invariant
        self.finding = finding


class Trace:
    """Lines that begin with the simulated seconds since the start."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, now: float, what: str) -> None:
        self.lines.append(f"{now:10.3f}  {what}")

    def sha256(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
