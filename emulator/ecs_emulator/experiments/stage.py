"""Stage of a drill: its operator, a watch over the service, its visitors."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ecs_emulator.clock import Clock
from ecs_emulator.experiments.emulator import DrillEmulator
from ecs_emulator.experiments.operator import Operator
from ecs_emulator.experiments.polling import TookTooLong, Watch, watching
from ecs_emulator.experiments.record import Moment, OperatorAction, RunRecord
from ecs_emulator.experiments.snapshots import ENDED, ServicePoller, ServiceSnapshot
from ecs_emulator.experiments.subject import Subject
from ecs_emulator.load.process import Load, loading
from ecs_emulator.load.report import LoadReport
from ecs_emulator.ops.services import find
from ecs_emulator.ops.target import Target

LONGEST = 900  # seconds of AWS that anything here may take
START_UP = 60  # and seconds for the processes of a busy machine, which no clock shortens

Say = Callable[[str], None]


class Stage:
    """`requests` is how many a drill makes at the least that is about their number."""

    def __init__(
        self,
        emulator: DrillEmulator,
        subject: Subject,
        operator: Operator,
        watch: Watch,
        clock: Clock,
        clients: int,
        requests: int,
        say: Say,
    ) -> None:
        self.operator = operator
        self.clock = clock
        self.requests = requests
        self.notes: list[str] = []
        self._emulator = emulator
        self._subject = subject
        self._watch = watch
        self._clients = clients
        self._say = say
        self._load: Load | None = None
        self._report: LoadReport | None = None
        self._actions: list[OperatorAction] = []
        self._stored: Counter[str] = Counter()
        self._waits_for = ""

    @property
    def target(self) -> Target:
        return self._emulator.target

    # What is done

    def next_revision(self) -> str:
        """Another revision of the subject that does the same, registered."""
        return self._subject.next_revision(self.operator, self._emulator.folder)

    def faulty_revision(self, fault: str) -> str:
        """A revision with a fault, registered."""
        return self.operator.register(settings=self._subject.fault(fault))

    @contextmanager
    def visitors(self, routes: Sequence[str] = ()) -> Iterator[None]:
        """Constant load inside, from the first quiet seconds until all answers are there; else on the subject's routes.

        Raises CannotLoad.
        """
        before = self._subject.stored(self.target)
        with loading(self._subject.workload(self._emulator.api_url, self._clients, routes)) as load:
            load.begun()
            self._load = load
            self.pass_time(10)
            try:
                yield
                self.pass_time(10)
            finally:
                self._report = load.stop()
                self._stored = self._subject.stored(self.target)
                self._stored.subtract(before)

    def action(self, text: str) -> OperatorAction:
        """Note that the operator now does something."""
        self._say(f"  {text}")
        self._actions.append(OperatorAction(time.time(), text))
        return self._actions[-1]

    def update(self, text: str, **changes: Any) -> None:
        self.action(text)
        self.operator.update(**changes)

    def kill(self, *task_ids: str) -> None:
        self.action(f"kill -9 of task {' and '.join(each[:8] for each in task_ids)}")
        for task_id in task_ids:
            self.operator.kill(task_id)

    def stop(self, task_id: str) -> None:
        self.action(f"task {task_id[:8]} is stopped")
        self.operator.stop(task_id)

    def make_fault(self, task_id: str, fault: str | None, text: str) -> OperatorAction:
        """A fault of a task that the emulator makes from outside; None ends it."""
        made = self.action(f"task {task_id[:8]} {text}")
        self.operator.make_fault(task_id, fault)
        return made

    def turn_unhealthy(self, task_id: str) -> OperatorAction:
        """For a revision with the fault `unhealthy-on-usr1`."""
        turned = self.action(f"task {task_id[:8]} answers its health checks with 503")
        self.operator.signal(task_id, signal.SIGUSR1)
        return turned

    def say(self, line: str) -> None:
        """Something that people may read while it goes on."""
        self._say(f"    {line}")

    def tell(self, line: str) -> None:
        """Something that people should read at the end."""
        self.notes.append(line)

    # What is waited for

    def snapshot(self) -> ServiceSnapshot:
        """Snapshot of the service now."""
        return self.until(lambda _: True, "a look at the service")

    def until(self, is_so: Callable[[ServiceSnapshot], object], what: str) -> ServiceSnapshot:
        """First snapshot after the latest action that is so. Raises TookTooLong."""
        self._waits_for = what
        after = self._actions[-1].at if self._actions else 0.0
        return self._watch.until(is_so, what, self._patience(), after)

    def until_steady(self, without: Collection[str] = ()) -> ServiceSnapshot:
        """Until the service is as it should be, and without tasks that were there before the latest act."""

        def is_so(snapshot: ServiceSnapshot) -> bool:
            there = [task for task in without if task in snapshot.tasks and snapshot.tasks[task].status != "STOPPED"]
            return not there and snapshot.is_steady()

        snapshot = self.until(is_so, "the service is steady")
        if self._actions:
            self._actions[-1].steady_at = snapshot.at
        return snapshot

    def until_deployed(self, revision: str) -> ServiceSnapshot:
        """Until the deployment of `revision` has ended, well or not, and the service is steady."""
        self.until(
            lambda snapshot: any(
                each.revision == revision and each.status in ENDED for each in snapshot.deployed.values()
            ),
            f"the deployment of {revision} has ended",
        )
        return self.until_steady()

    def until_target(self, state: str) -> Moment:
        """Moment when a target came to be in a state, seen as closely as can be. Raises TookTooLong."""
        self._waits_for = f"a target is {state}"
        deadline = time.monotonic() + self._patience()
        since = begun = time.time()
        while state not in self.operator.targets():
            if time.monotonic() > deadline:
                raise TookTooLong(f"Not within {self._patience():.0f} s: a target is {state}.")
            since, begun = begun, time.time()
        return Moment(since, time.time())

    def _patience(self) -> float:
        return self.clock.shortened(LONGEST) + START_UP

    def until_requests(self, count: int) -> None:
        self._waits_for = f"{count:,} requests"
        while self._load and self._load.report().requests < count and not self._load.wait(0.1):
            pass

    def until_answered_by(self, revision: str) -> float:
        """Since when this revision alone has answered visitors (seconds since the epoch). Raises TookTooLong.

        For a second it has: what was under way before, or went to a listener that had not heard yet, is over.
        """
        self._waits_for = f"all answers come from {revision}"
        deadline = time.monotonic() + self._patience()
        while self._load:
            since = time.time()
            self._load.wait(1.0)
            if list(self._load.report().between(since, time.time()).by_revision()) == [revision]:
                return since
            if time.monotonic() > deadline:
                break
        raise TookTooLong(f"Not within {self._patience():.0f} s: all answers come from {revision}.")

    def pass_time(self, seconds: float) -> None:
        """Let this much time of AWS go by under load."""
        if self._load:
            self._load.wait(self.clock.shortened(seconds))

    def progress(self) -> str:
        """Progress in words: the answers that visitors have had so far, and what is waited for."""
        report = self._load.report() if self._load else None
        visitors = f"{report.requests:,} requests, {report.failed:,} failed; " if report else ""
        return f"{visitors}until {self._waits_for}" if self._waits_for else f"{visitors}going on"

    # What comes of it

    def had_visitors(self) -> bool:
        return self._report is not None

    def record(self) -> RunRecord:
        assert self._report is not None, "there were no visitors"  # noqa: S101 (a mistake in a drill)
        names_revision, troubles = self._subject.conventions.names_revision, self.operator.troubles()
        return RunRecord(self._report, self._actions, self._watch.snapshots(), self._stored, names_revision, troubles)


@contextmanager
def staged(
    emulator: DrillEmulator, subject: Subject, clock: Clock, clients: int, requests: int, say: Say
) -> Iterator[Stage]:
    """The stage for a subject that its emulator has. Raises NoTarget, Failure (NOT_FOUND, USAGE)."""
    named = find(emulator.target, subject.service)
    with watching(ServicePoller(emulator.target, named).look) as watch:
        yield Stage(emulator, subject, Operator(emulator.target, named), watch, clock, clients, requests, say)
