"""`make soak`: half an hour of everything at once, judged."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from ecs_emulator.experiments.emulator import EmulatorNotReady
from ecs_emulator.experiments.polling import TookTooLong
from ecs_emulator.experiments.processes import NoProcess
from ecs_emulator.load.workload import CannotLoad
from ecs_emulator.ops.logs import seconds
from ecs_emulator.ops.outcomes import Failure
from ecs_emulator.ops.terminal import Terminal, complain
from ops.local.program import MYSFITS
from reliability.soak import memory, show
from reliability.soak.judging import judge
from reliability.soak.picture import draw
from reliability.soak.run import SoakSettings, run
from tools import page

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "soak.png"
PASSED, FAILED, CANNOT = 0, 1, 2


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m reliability.soak", description=__doc__)
    options.add_argument("--for", dest="lasting", default="30m", type=seconds, help="how long: 90s, 30m, 2h")
    options.add_argument("--clients", type=int, default=16, help="visitors at a time, a quarter of whom like")
    options.add_argument("--write", action="store_true", help="put the figures and the picture into docs/")
    options.add_argument("--picture", type=Path, default=MYSFITS.folder / "soak.png", help="where the picture goes")
    chosen = options.parse_args()
    out = Terminal()
    if not memory.is_readable():
        complain("This system does not tell what a process holds of memory: the soak wants Linux.")
        return CANNOT
    settings = SoakSettings(chosen.lasting, chosen.clients)
    try:
        with tempfile.TemporaryDirectory(prefix="mysfits-soak-") as folder:
            soaked = run(settings, Path(folder), out.say)
    except (CannotLoad, Failure, NoProcess, EmulatorNotReady, TookTooLong) as problem:
        complain(str(problem))
        return FAILED
    checks = judge(soaked)
    picture = PICTURE if chosen.write else chosen.picture
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw(soaked, picture)
    out.say()
    out.show(show.outcome(soaked, checks))
    out.say(f"The picture is {picture}.")
    if chosen.write:
        page.put("soak", show.figures(soaked, checks))
    return PASSED if all(check.holds for check in checks) else FAILED


if __name__ == "__main__":
    raise SystemExit(main())
