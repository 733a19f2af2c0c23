"""The score of a scope: of the mutants that were tried and change anything, how many were noticed."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.mutation.mutants import KILLED, NO_TESTS, SURVIVED, TIMED_OUT, UNTRIED
from tools import page

EQUIVALENT = Path(__file__).parent / "equivalent.toml"
HEAD = ("package", "mutants", "tried", "killed", "timed out", "equivalent", "survived", "score")


class Change(NamedTuple):
    """A mutant: `old` became `new` in the file at `path`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Score:
    """`survivors` is every mutant that no test noticed."""

    package: str
    results: Mapping[str, str]
    survivors: Sequence[Change]
    equivalent: frozenset[Change]

    @property
    def real(self) -> list[Change]:
        """Survivors that change something."""
        return [each for each in self.survivors if each not in self.equivalent]

    def row(self) -> tuple[str, ...]:
        counts = Counter(self.results.values())
        tried = counts.total() - counts[UNTRIED]
        noticed = counts[KILLED] + counts[TIMED_OUT]
        same = len(self.survivors) - len(self.real)
        share = f"{noticed / (tried - same):.0%}" if tried > same else "none"
        numbers = (counts.total(), tried, counts[KILLED], counts[TIMED_OUT], same, len(self.real))
        return (f"`{self.package}`", *(f"{number:,}" for number in numbers), share)


def unnoticed(results: Mapping[str, str]) -> list[str]:
    """The names of mutants that no test noticed."""
    return [name for name, result in results.items() if result in (SURVIVED, NO_TESTS)]


def equivalents(path: Path = EQUIVALENT) -> dict[Change, str]:
    """Those that were judged to change nothing that anybody could see, with the reason."""
    found = tomllib.loads(path.read_text())
    return {Change(each["path"], each["old"], each["new"]): each["why"] for each in found["equivalent"]}


def figures(scores: Sequence[Score], seed: int) -> str:
    """Markdown."""
    rows = [
        (f"`{each.path}`", f"`{_short(each.old)}`", f"`{_short(each.new)}`") for score in scores for each in score.real
    ]
    return "\n\n".join(
        [
            page.table(HEAD, [score.row() for score in scores]),
            "Of those that survived, each changes something:" if rows else "None survived that changes anything.",
            *([page.table(("file", "instead of", "it says"), rows)] if rows else []),
            f"Seed {seed}. {page.machine()}.",
        ]
    )


def _short(text: str) -> str:
    return (text if len(text) <= 100 else text[:99] + "…").replace("`", "'")
