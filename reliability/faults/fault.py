"""Fault: what is done, and what it may cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ecs_emulator.experiments.record import CheckResult
from reliability.faults.environment import FaultEnvironment

# Does it for so many seconds and undoes it; what can be said of the fault itself.
Injection = Callable[[FaultEnvironment, float], Sequence[CheckResult]]


@dataclass(frozen=True)
class Tolerance:
    """Tolerance of a fault: what it may cost visitors.

    `kinds` are the kinds of failure that they may meet, as record.py words them, `most` how many for each client at the
    most. With `victim`, one task may be gone or deaf; all others, and else all, answer `/` and `/health` all the time.
    """

    kinds: frozenset[str] = frozenset()
    most: float | None = None
    victim: bool = False


@dataclass(frozen=True)
class Fault:
    name: str
    done: str  # a sentence for people, without its full stop
    inject: Injection
    tolerance: Tolerance
    times: float = 1.0  # so many times as long as the others
