"""A soak would pass although visitors were failed, likes were wrong, or memory was lost."""

from __future__ import annotations

from tests.breaks import Break

JUDGING = "tests/reliability/soak/test_judging.py"

BREAKS = [
    Break(
        "While a task is replaced any feature may fail.",
        "reliability/soak/judging.py",
        "            kind.route == LIKE\n            and kind.outcome in self.outcomes\n",
        "            kind.outcome in self.outcomes\n",
        f"{JUDGING}::test_fails_for_a_failure_without_a_reason",
    ),
    Break(
        "A killed task may cost any number of requests.",
        "reliability/soak/judging.py",
        'frozenset({"502", "503"}), "", soaked.report.clients)',
        'frozenset({"502", "503"}), "")',
        f"{JUDGING}::test_fails_when_a_kill_costs_more_than_there_are_clients",
    ),
    Break(
        "A like may be stored twice.",
        "reliability/soak/judging.py",
        "        liked[mysfit] <= stored[mysfit] <= liked[mysfit] + doubt[mysfit] for mysfit",
        "        liked[mysfit] <= stored[mysfit] for mysfit",
        f"{JUDGING}::test_fails_when_a_like_is_lost_or_stored_twice",
    ),
    Break(
        "A task may hold more and more memory.",
        "reliability/soak/judging.py",
        "not missing and most <= ROOM",
        "not missing",
        f"{JUDGING}::test_fails_when_a_task_holds_more_and_more",
    ),
    Break(
        "Of a task only the first process is looked at.",
        "reliability/soak/memory.py",
        "                held[Part(service, part.task)] += _held(process)\n",
        "                held[Part(service, part.task)] = held[Part(service, part.task)] or _held(process)\n",
        "tests/reliability/soak/test_memory.py",
    ),
]
