"""Recorded histories, held against the sequential model: what a soak and the faults prove of each answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ecs_emulator.experiments.record import CheckResult
from reliability import history, linearizability
from reliability.history import Record
from reliability.linearizability import ADOPT, LIKE, READ, HistoryOperation, NotLinearizable

MOST_SAID = 3  # violations in a sentence


@dataclass(frozen=True)
class Verdict:
    """`operations` are counted by action; `lists` by route, with how many bodies each had."""

    mysfits: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    in_doubt: int = 0
    lists: int = 0
    changed_lists: Sequence[str] = ()
    violations: Sequence[str] = ()

    @property
    def findings(self) -> list[CheckResult]:
        said = "; ".join(self.violations[:MOST_SAID])
        many = self.operations
        return [
            CheckResult(
                not self.violations and many[LIKE] > 0 and many[READ] > 0 and many[ADOPT] > 0,
                f"{many[LIKE]:,} likes, {many[READ]:,} profile reads and {many[ADOPT]:,} adoptions of {self.mysfits} "
                f"mysfits, {self.in_doubt:,} of them in doubt: "
                + (f"NOT linearizable. {said}" if said else "each answer is that of one order of all."),
            ),
            CheckResult(
                not self.changed_lists and self.lists > 0,
                f"{self.lists:,} lists were answered, "
                + (f"with changes that nobody made: {', '.join(self.changed_lists)}." if self.changed_lists else
                   "each as the catalog is."),
            ),
        ]  # fmt: skip


def judge(paths: Iterable[Path], before: Mapping[str, int], after: Mapping[str, int]) -> Verdict:
    """Verdict on all recorded files, between the stored numbers of likes `before` and `after`, by mysfit."""
    operations: defaultdict[str, list[HistoryOperation]] = defaultdict(list)
    bodies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    violations = []
    for path in paths:
        for each in history.records(path):
            if not isinstance(each, Record):
                bodies[each[0]].update(each[1])
            elif each.status == 200 and each.action != history.ADOPT and each.likes is None:
                violations.append(f"{each.mysfit}: {each.action} was answered without a number of likes.")
            else:
                operations[each.mysfit] += operation(each)
    for mysfit, recorded in sorted(operations.items()):
        try:
            linearizability.check([*recorded, stored(recorded, after.get(mysfit, 0))], before.get(mysfit, 0))
        except NotLinearizable as violation:
            violations.append(f"{mysfit}: {violation}")
    # A like of a mysfit that nobody liked is counted by nobody's history.
    violations += [
        f"{mysfit}: likes came that nobody sent."
        for mysfit in sorted(after)
        if mysfit not in operations and after[mysfit] != before.get(mysfit, 0)
    ]
    all_of_them = [each for recorded in operations.values() for each in recorded]
    return Verdict(
        mysfits=len(operations),
        operations=Counter(each.action for each in all_of_them),
        in_doubt=sum(each.is_in_doubt for each in all_of_them),
        lists=sum(counts.total() for counts in bodies.values()),
        changed_lists=sorted(route for route, counts in bodies.items() if len(counts) > 1),
        violations=violations,
    )


def operation(record: Record) -> list[HistoryOperation]:
    """The operation that a record tells of; none where nothing was changed or seen."""
    _, action, begin, end, status, likes, adopted, is_void = record
    if action == history.READ:
        return [HistoryOperation(READ, begin, end, likes, adopted)] if status == 200 else []
    if action == history.ADOPT:
        if status == 409:
            return [HistoryOperation(ADOPT, begin, end, adopted=False)]
        return [] if is_void else [HistoryOperation(ADOPT, begin, end, adopted=True if status == 200 else None)]
    return [] if is_void else [HistoryOperation(LIKE, begin, end, likes if status == 200 else None)]


def stored(recorded: Sequence[HistoryOperation], count: int) -> HistoryOperation:
    """The stored row as a read of its own, after everything."""
    after = max((each.end for each in recorded), default=0) + 1
    return HistoryOperation(READ, after, after, count)
