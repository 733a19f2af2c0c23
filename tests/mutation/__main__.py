"""`make mutation`: small changes to the code, each held against the fast tests of its folder."""

from __future__ import annotations

import argparse
import json
import signal
import tempfile
import time
from pathlib import Path

from ecs_emulator.ops.logs import seconds
from ecs_emulator.ops.terminal import Terminal, complain
from tests.mutation.mutants import MUTMUT, Mutants, NoScore
from tests.mutation.scopes import SCOPES, Scope
from tests.mutation.score import Change, Score, equivalents, figures, unnoticed
from tools import page

MEASURED, FAILED = 0, 1


def main() -> int:
    # A shell that runs this in its background has Ctrl-C ignored, and mutmut, which is ended by it, would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    names = [scope.name for scope in SCOPES]
    options = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    options.add_argument(
        "--only", nargs="+", choices=names, metavar="PACKAGE", default=names, help=f"of {', '.join(names)}"
    )
    options.add_argument("--most", type=int, help="so many mutants of each package, by chance; else all")
    options.add_argument("--seed", type=int, default=1, help="of that chance")
    options.add_argument("--for", dest="lasting", default="2h", type=seconds, help="how long for each package: 20m, 2h")
    options.add_argument("--results", type=Path, help="a folder that keeps what was found, one file for each package")
    options.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md")
    chosen = options.parse_args()
    out = Terminal()
    if not Path(MUTMUT).exists():
        complain("mutmut is not there: tools/setup-mutation installs it.")
        return FAILED
    known = equivalents()
    scores = []
    for scope in (each for each in SCOPES if each.name in chosen.only):
        kept = chosen.results and chosen.results / f"{scope.name.replace('/', '-')}.json"
        try:
            found = _kept(kept) if kept and kept.exists() else measure(scope, chosen.most, chosen.seed, chosen.lasting)
        except NoScore as problem:
            complain(str(problem))
            return FAILED
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(found))
        results, survivors = found
        scores.append(Score(scope.name, results, [Change(*each) for each in survivors], frozenset(known)))
        out.say("  ".join(scores[-1].row()))
        for each in scores[-1].real:
            out.say(f"    {each.path}\n      - {each.old}\n      + {each.new}")
    if chosen.write:
        page.put("mutation", figures(scores, chosen.seed))
    return MEASURED


def measure(scope: Scope, most: int | None, seed: int, lasting: float) -> tuple[dict[str, str], list[Change]]:
    """What became of the mutants of a scope, and the changes that nobody noticed. Raises NoScore."""
    deadline = time.monotonic() + lasting
    with tempfile.TemporaryDirectory(prefix="mysfits-mutation-") as folder:
        mutants = Mutants(scope, Path(folder))
        mutants.try_out(most, seed, deadline)
        results = dict(mutants.results())
        return results, [Change(*mutants.change(name)) for name in unnoticed(results)]


def _kept(path: Path) -> tuple[dict[str, str], list[Change]]:
    results, survivors = json.loads(path.read_text())
    return results, survivors


if __name__ == "__main__":
    raise SystemExit(main())
