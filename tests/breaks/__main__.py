"""`make breaks`: break what is promised, one thing at a time, and see that its test notices."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.breaks import AREAS, Break, breaks_of
from tests.breaks.project import Copy, Verdict, judge
from tools.page import machine, put, table

AT_ONCE = 2
HEAD = ("Area", "Broken on purpose", "Test", "Noticed in")


def main() -> int:
    options = argparse.ArgumentParser(prog="make breaks", description=__doc__)
    options.add_argument("areas", nargs="*", metavar="AREA", help=f"one of: {', '.join(AREAS)}")
    options.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    chosen = options.parse_args()
    if unknown := set(chosen.areas) - set(AREAS):
        options.error(f"No such area: {', '.join(sorted(unknown))}. There are: {', '.join(AREAS)}.")
    if chosen.write and chosen.areas:
        options.error("The page shows all areas; --write goes without AREA.")
    found = judge_all([(area, each) for area in chosen.areas or AREAS for each in breaks_of(area)])
    print(table(HEAD, [row(area, broken, verdict) for area, broken, verdict in found]))
    if chosen.write:
        put("breaks", f"{table(HEAD, [row(*each) for each in found])}\n\n{machine()}.")
    return 0 if found and all(verdict.noticed for _, _, verdict in found) else 1


def judge_all(breaks: list[tuple[str, Break]]) -> list[tuple[str, Break, Verdict]]:
    """Judge each break in a copy of its own; say on standard error how each ended."""
    root = Path(tempfile.mkdtemp(prefix="breaks-"))
    folders = [root / str(number) for number in range(len(breaks))]

    def one(folder: Path, area: str, broken: Break) -> tuple[str, Break, Verdict]:
        verdict = judge(broken, folder)
        shutil.rmtree(folder, ignore_errors=True)
        said = f"noticed in {verdict.seconds:.1f} s" if verdict.noticed else f"NOT NOTICED: {verdict.reason}"
        print(f"{area}: {broken.what} {said}\n{verdict.output}".rstrip(), file=sys.stderr, flush=True)
        return area, broken, verdict

    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        return list(pool.map(one, folders, *zip(*breaks, strict=True)))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        # Nothing runs any more, unless somebody wants this to end.
        for folder in folders:
            Copy(folder).end()
        pool.shutdown()
        shutil.rmtree(root, ignore_errors=True)


def row(area: str, broken: Break, verdict: Verdict) -> tuple[str, ...]:
    """A line of the table."""
    noticed = f"{verdict.seconds:.1f} s" if verdict.noticed else "**not noticed**"
    return area.replace("_", " "), broken.what, f"`{broken.test}`", noticed


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
