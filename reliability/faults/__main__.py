"""`make faults`: one fault after the other around a rehearsal of its own, each judged."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

from ecs_emulator.experiments.emulator import EmulatorNotReady
from ecs_emulator.experiments.polling import TookTooLong
from ecs_emulator.experiments.processes import NoProcess
from ecs_emulator.load.workload import CannotLoad
from ecs_emulator.ops.outcomes import Failure
from ecs_emulator.ops.terminal import Terminal, complain
from reliability.faults import show
from reliability.faults.clock import NoCompiler
from reliability.faults.environment import fault_environment
from reliability.faults.judging import judge
from reliability.faults.programme import PROGRAMME
from reliability.faults.run import run
from tools import page

HELD, FAILED, CANNOT = 0, 1, 2
# As many file descriptors as a container on Fargate has.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
DESCRIPTORS = 65_535


def main() -> int:
    names = [each.name for each in PROGRAMME]
    options = argparse.ArgumentParser(prog="python -m reliability.faults", description=__doc__)
    options.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    options.add_argument("--seconds", type=float, default=5.0, help="how long a fault lasts")
    options.add_argument("--clients", type=int, default=32, help="visitors at a time")
    options.add_argument("--speed", type=float, default=10.0, help="how many times faster than AWS")
    options.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    chosen = options.parse_args()
    if chosen.write and chosen.only:
        options.error("The page shows all faults; --write goes without --only.")
    out = Terminal()
    if sys.platform != "linux":
        complain("The faults limit processes and set their clock as only Linux can: run them there.")
        return CANNOT
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(DESCRIPTORS, most), most))
    results = []
    try:
        out.say("Starting a rehearsal …")
        with (
            tempfile.TemporaryDirectory(prefix="mysfits-faults-") as folder,
            fault_environment(Path(folder), chosen.speed) as there,
        ):
            for fault in PROGRAMME:
                if not chosen.only or fault.name in chosen.only:
                    ran = run(fault, there, chosen.seconds, chosen.clients)
                    results.append(show.Result(fault, ran, judge(ran, fault.tolerance)))
                    out.show(show.outcome(results[-1]))
    except (CannotLoad, Failure, NoCompiler, NoProcess, EmulatorNotReady, TookTooLong) as problem:
        complain(str(problem))
        return FAILED
    if chosen.write:
        page.put("faults", show.figures(results, chosen.clients))
    failed = [result.fault.name for result in results if not result.passed]
    out.say(f"{len(results) - len(failed)} of {len(results)} faults cost no more than they may.")
    return FAILED if failed else HELD


if __name__ == "__main__":
    raise SystemExit(main())
