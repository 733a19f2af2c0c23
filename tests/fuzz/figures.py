"""What `make fuzz` writes into docs/reliability.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fuzz.tally import Tally
from tools import page

MIB = 2**20


@dataclass
class Figures:
    """Each test fills in its part. Memory in bytes, by worker."""

    described: int = 0  # cases made from the description
    raw: Tally | None = None
    balanced: Tally | None = None
    before: Mapping[int, int] = field(default_factory=dict)
    after: Mapping[int, int] = field(default_factory=dict)
    visitor_answers: int = 0
    visitor_slowest: float = 0.0  # seconds

    def is_whole(self) -> bool:
        return bool(self.described and self.raw and self.balanced)

    def markdown(self) -> str:
        raw, balanced = self.raw or Tally(), self.balanced or Tally()
        kinds = [
            (kind, f"{raw.cases[kind]:,}", f"{balanced.cases[kind]:,}")
            for kind, _ in (raw.cases + balanced.cases).most_common()
        ]
        total = ("**all**", f"**{raw.cases.total():,}**", f"**{balanced.cases.total():,}**")
        answers = [
            (str(status), f"{raw.answers[status]:,}", f"{balanced.answers[status]:,}")
            for status in sorted({*raw.answers, *balanced.answers})
        ]
        bad = [
            ("5xx", str(raw.errors), str(balanced.errors)),
            ("hangs", str(raw.hangs), str(balanced.hangs)),
            ("otherwise wrong", str(len(raw.wrong)), str(len(balanced.wrong))),
        ]
        memory = " · ".join(f"{self.before[pid] / MIB:.1f} → {self.after[pid] / MIB:.1f} MiB" for pid in self.before)
        where = ("to the server", "through the load balancer")
        return "\n\n".join(
            [
                f"{self.described + raw.cases.total() + balanced.cases.total():,} cases, of which {self.described:,} "
                "are made from the description and the others sent as bytes:",
                page.table(("kind", *where), [*kinds, total]),
                page.table(("answer", *where), [*answers, *bad]),
                f"Memory of each worker, after the first thousand cases and after the last: {memory}. A visitor beside "
                f"them had {self.visitor_answers:,} answers, none of them wrong, the slowest after "
                f"{self.visitor_slowest:.2f} s.",
                f"{page.machine()}.",
            ]
        )
