"""Run of one fault under load."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from ecs_emulator.load.history import HistoryWriter
from ecs_emulator.load.process import Load, loading
from ops.visitors import workload
from reliability import histories
from reliability.adopters import adopting, ask
from reliability.drills.platform import VISITED
from reliability.faults.environment import FaultEnvironment
from reliability.faults.fault import Fault
from reliability.faults.judging import RECOVERY
from reliability.faults.looks import look, looking
from reliability.faults.record import FaultRun
from reliability.history import ADOPT

CALM = 0.7  # seconds before
QUIET = 1.0  # and after
LATER = 20  # requests that show that it is well again


def run(fault: Fault, environment: FaultEnvironment, seconds: float, clients: int) -> FaultRun:
    """Calm, the fault, and on until it is well again. Raises CannotLoad, NoProcess and TookTooLong."""
    with tempfile.TemporaryDirectory(prefix="mysfits-history-") as recorded:
        return _run(fault, environment, seconds, clients, Path(recorded))


def _run(fault: Fault, environment: FaultEnvironment, seconds: float, clients: int, recorded: Path) -> FaultRun:
    environment.until_steady()
    environment.forget_adoptions()
    tasks, before = environment.tasks(), environment.likes()
    mysfits, recorder = sorted(before), HistoryWriter(recorded / "adopters")
    with loading(workload(environment.api_url, clients, most=VISITED, history=str(recorded / "visitors"))) as load:
        load.begun()
        with adopting(environment.api_url, mysfits, recorder, seconds / len(mysfits)):
            environment.pass_time(CALM)
            with looking(tasks) as looks:
                began = time.time()
                found = fault.inject(environment, seconds * fault.times)
                ended = time.time()
            _until_well(environment, load, ended)
        report = load.stop()
    ask(environment.api_url, mysfits[0], ADOPT, recorder)
    environment.until_steady()
    later = [look(environment.api_url, "/mysfits") for _ in range(LATER)]
    stored = environment.likes()
    recorder.close()
    verdict = histories.judge(recorded.iterdir(), before, stored)
    stored.subtract(before)
    after = [task.name for task in environment.tasks()]
    return FaultRun(report, began, ended, [task.name for task in tasks], after, looks, later, stored, found, verdict)


def _until_well(environment: FaultEnvironment, load: Load, ended: float) -> None:
    """Until nothing has failed for a while."""

    def is_well() -> bool:
        quiet_since = max(ended, load.report().last_failure() or 0.0)
        return time.time() - quiet_since > QUIET

    environment.until(is_well, 2 * RECOVERY)
