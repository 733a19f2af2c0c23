"""`make kills`: kill a rehearsal's main process at random moments under sixteen clients, and look after each."""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from reliability.kills.clients import clients, prepare, stored_counts, stored_events, stored_values
from reliability.kills.ledger import Ledger, wrong_counts, wrong_events, wrong_values
from reliability.kills.running import PlatformProcess
from tools.page import machine, put, table

TIMES = 50
_LONGEST = 3.0  # seconds from the first answers to the kill
_PATIENCE = 120.0  # seconds for those


@dataclass(frozen=True)
class KillsResult:
    """`wrong` has a sentence for whatever was not as it should be, after each of `times` kills."""

    times: int
    ledger: Ledger
    likes_stored: int
    slowest_start: float  # seconds
    wrong: tuple[str, ...]


def main() -> int:
    options = argparse.ArgumentParser(prog="make kills", description=__doc__)
    options.add_argument("--times", type=int, default=TIMES, metavar="N")
    options.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        outcome = killed(Path(folder) / "local", chosen.times, lambda line: print(line, flush=True))
    figures = shown(outcome)
    print(figures, *outcome.wrong, sep="\n")
    if chosen.write and not outcome.wrong:
        put("kills", f"{figures}\n\n{machine()}.")
    return 1 if outcome.wrong else 0


def killed(local: Path, times: int, say: Callable[[str], None]) -> KillsResult:
    """Raises NotReady where it does not start again."""
    rehearsal, ledger, numbers = PlatformProcess(local), Ledger(), itertools.count()
    chance = random.Random()  # noqa: S311 (chance, not secrecy)
    wrong: list[str] = []
    slowest = 0.0
    with closing(rehearsal):
        rehearsal.start()
        prepare(rehearsal)
        mysfits = [name.removeprefix("like ") for name in stored_counts(rehearsal)]
        for number in range(1, times + 1):
            with clients(rehearsal, ledger, mysfits, numbers):
                _wait_for_writes(ledger, ledger.counted.total())
                time.sleep(chance.uniform(0, _LONGEST))
                rehearsal.kill()
            began = time.monotonic()
            rehearsal.start()
            slowest = max(slowest, time.monotonic() - began)
            found = [
                *wrong_counts(ledger, counts := stored_counts(rehearsal)),
                *wrong_values(ledger, stored_values(rehearsal)),
                *wrong_events(ledger, stored_events(rehearsal)),
            ]
            wrong += [f"kill {number}: {each}" for each in found]
            say(f"Kill {number}: {sum(counts.values()):,} likes are stored; {len(found) or 'nothing'} wrong.")
    return KillsResult(times, ledger, sum(counts.values()), slowest, tuple(wrong))


def _wait_for_writes(ledger: Ledger, likes: int) -> None:
    """Until another like was answered, and something of each kind was, however slow the machine is."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        kinds = {name.partition(" ")[0] for name in list(ledger.values)}
        if ledger.counted.total() > likes and kinds >= {"object", "parameter", "row"} and ledger.events:
            return
        time.sleep(0.02)


def shown(outcome: KillsResult) -> str:
    ledger = outcome.ledger
    likes = {name: count for name, count in ledger.counted.items() if name.startswith("like ")}
    doubts = sum(count for name, count in ledger.counted_in_doubt.items() if name.startswith("like "))
    rows = [
        ["kills", f"{outcome.times}"],
        ["likes answered / in doubt / stored", f"{sum(likes.values()):,} / {doubts:,} / {outcome.likes_stored:,}"],
        ["log events answered", f"{sum(map(len, ledger.events.values())):,}"],
        ["adoptions, objects, parameters and rows answered", f"{len(ledger.values):,} names, the newest value of each"],
        ["reads answered", f"{ledger.reads:,}"],
        ["not as it should be", f"{len(outcome.wrong)}"],
        ["slowest start after a kill", f"{outcome.slowest_start:.1f} s"],
    ]
    return table(("what", "seen"), rows)


if __name__ == "__main__":
    sys.exit(main())
