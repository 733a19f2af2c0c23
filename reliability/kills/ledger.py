"""Ledger of what clients were answered, and what they may have done without an answer."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


class NotAnswered(Exception):
    """A call failed or broke off; it may have been carried out."""


@dataclass
class Ledger:
    """Counts of writes by name (`like <id>`), and newest values by name (`object k3`); used by many threads."""

    counted: Counter[str] = field(default_factory=Counter)
    counted_in_doubt: Counter[str] = field(default_factory=Counter)
    values: dict[str, str] = field(default_factory=dict)
    values_in_doubt: dict[str, list[str]] = field(default_factory=dict)
    events: dict[str, list[str]] = field(default_factory=dict)  # by log stream
    events_in_doubt: dict[str, list[str]] = field(default_factory=dict)
    reads: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def counting(self, name: str) -> Iterator[None]:
        """Around one call that adds one."""
        try:
            yield
        except NotAnswered:
            with self._lock:
                self.counted_in_doubt[name] += 1
        else:
            with self._lock:
                self.counted[name] += 1

    @contextmanager
    def setting(self, name: str, value: str) -> Iterator[None]:
        """Around one call that sets a value; one thread sets a name."""
        try:
            yield
        except NotAnswered:
            self.values_in_doubt.setdefault(name, []).append(value)
        else:
            self.values[name] = value
            self.values_in_doubt.pop(name, None)

    @contextmanager
    def logging(self, stream: str, message: str) -> Iterator[None]:
        """Around one call that puts an event; one thread writes into a stream."""
        try:
            yield
        except NotAnswered:
            self.events_in_doubt.setdefault(stream, []).append(message)
        else:
            self.events.setdefault(stream, []).append(message)

    @contextmanager
    def reading(self) -> Iterator[None]:
        try:
            yield
        except NotAnswered:
            pass
        else:
            with self._lock:
                self.reads += 1


def wrong_counts(ledger: Ledger, stored: Mapping[str, int]) -> list[str]:
    """Names of which fewer are stored than were answered, or more than were asked for."""
    found = []
    for name in sorted({*ledger.counted, *stored}):
        least, there = ledger.counted[name], stored.get(name, 0)
        most = least + ledger.counted_in_doubt[name]
        if not least <= there <= most:
            found.append(f"{name}: {there:,} stored, {least:,} answered, {most - least:,} in doubt")
    return found


def wrong_values(ledger: Ledger, stored: Mapping[str, str]) -> list[str]:
    """Names of which neither the value that was answered last is stored nor one that was asked for after it."""
    found = []
    for name, value in sorted(ledger.values.items()):
        if stored.get(name) not in (value, *ledger.values_in_doubt.get(name, [])):
            found.append(f"{name}: {stored.get(name)!r} stored, {value!r} answered")
    return found


def wrong_events(ledger: Ledger, stored: Mapping[str, Sequence[str]]) -> list[str]:
    """Streams whose events, without those in doubt, are not exactly the answered ones in their order."""
    found = []
    for stream, messages in sorted(ledger.events.items()):
        doubted = set(ledger.events_in_doubt.get(stream, []))
        there = [each for each in stored.get(stream, []) if each not in doubted]
        if there != messages:
            found.append(f"{stream}: {len(there):,} events stored, {len(messages):,} answered")
    return found
