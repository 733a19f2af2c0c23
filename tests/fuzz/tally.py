"""What became of the cases: how many of each kind, what was answered, what should not have happened."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from tests.fuzz.cases import Case
from tests.fuzz.sending import send, statuses

ENOUGH = 10  # wrongs, after which no more are looked for
REDIRECTS = (301, 302, 307, 308)  # there are none


@dataclass
class Tally:
    """May be used by many threads."""

    cases: Counter[str] = field(default_factory=Counter)  # by kind
    answers: Counter[int] = field(default_factory=Counter)  # by status
    hangs: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def try_out(self, port: int, case: Case, name: str) -> None:
        """Send a case, unless enough has gone wrong; `name` is how to find it again."""
        if len(self.wrong) >= ENOUGH:
            return
        heard, hung, problem = b"", False, ""
        try:
            heard = send(port, case)
        except TimeoutError:
            hung, problem = True, "nothing happened any more"
        except OSError as error:
            problem = f"no connection: {error!r}"
        found = statuses(heard)
        problem = problem or _problem(case, found)
        with self._lock:
            self.cases[case.kind] += 1
            self.answers.update(found)
            self.hangs += hung
            if problem:
                sent = b"".join(case.pieces)[:300]
                self.wrong.append(f"{name}, {case.kind}: {problem}; sent {sent!r}; heard {heard[:300]!r}")

    @property
    def errors(self) -> int:
        """Answers from 500 on."""
        return sum(count for status, count in self.answers.items() if status >= 500)


def _problem(case: Case, found: list[int]) -> str:
    if any(status >= 500 or status in REDIRECTS for status in found):
        return f"answered {found}"
    if case.answers is not None and tuple(found) != case.answers:
        return f"answered {found} instead of {list(case.answers)}"
    return ""
