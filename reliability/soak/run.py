"""Run of a soak from nothing to its record."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ecs_emulator.clock import Clock
from ecs_emulator.experiments.emulator import DrillEmulator, emulating
from ecs_emulator.experiments.record import OperatorAction
from ecs_emulator.experiments.stage import LONGEST, START_UP, Say, Stage, staged
from ecs_emulator.load import show
from ecs_emulator.load.history import HistoryWriter
from ecs_emulator.load.process import Load, loading
from ecs_emulator.load.report import LoadReport
from ecs_emulator.ops.outcomes import Failure, Outcome
from ops.traffic import MONOLITH, Cutover, side
from ops.visitors import LIKE, workload
from reliability import histories, history
from reliability.adopters import adopting, ask
from reliability.drills.cutover import Aside
from reliability.drills.platform import platform, stored_likes
from reliability.drills.routes import EVERYWHERE, ROUTES
from reliability.fault_injection_proxy import FaultInjectionProxy
from reliability.soak import memory
from reliability.soak.record import WELL, Refusal, Soaked
from reliability.soak.synthetic_probes import round_of, visiting

READ = tuple(route for route in EVERYWHERE if route != LIKE)
LIKES, UPDATED = "mysfits-likes", "mysfits-users"
# Parts of the whole: when the middle begins, for how long the table takes no calls.
MIDDLE, THROTTLED = 0.45, 0.1
SHORTEST = 12.0  # seconds that the table takes no calls at the least: longer than a like is tried for
LINE_EVERY = 10.0  # seconds
SAMPLES = 400  # of memory, about
SLICES = 2000  # of the load, about


@dataclass(frozen=True)
class SoakSettings:
    seconds: float
    clients: int = 16
    speed: float = 10.0


def run(settings: SoakSettings, folder: Path, say: Say) -> Soaked:
    """Raises CannotLoad, Failure, NoProcess, NotReady and TookTooLong."""
    clock = Clock(settings.speed)
    say("Starting a rehearsal of the split assembly …")
    with (
        tempfile.TemporaryDirectory(prefix="mysfits-history-") as recorded,
        emulating(folder, platform("split"), settings.speed) as there,
        FaultInjectionProxy(there.cloud_url, {}, seed=1) as proxy,
    ):
        return _Soak(settings, there, proxy, clock, Path(recorded), say).run()


class _Both:
    """Two loads as one."""

    def __init__(self, *loads: Load) -> None:
        self._loads = loads

    def begun(self) -> None:
        for load in self._loads:
            load.begun()

    def wait(self, seconds: float) -> None:
        self._loads[0].wait(seconds)

    def report(self) -> LoadReport:
        return together([load.report() for load in self._loads])

    def stop(self) -> LoadReport:
        return together([load.stop() for load in self._loads])


def together(reports: Sequence[LoadReport]) -> LoadReport:
    """The requests of several loads on one address."""
    slices = sorted((each for report in reports for each in report.slices), key=lambda each: each.start)
    return LoadReport(reports[0].url, sum(report.clients for report in reports), slices)


class _Soak:
    def __init__(
        self,
        settings: SoakSettings,
        there: DrillEmulator,
        proxy: FaultInjectionProxy,
        clock: Clock,
        recorded: Path,
        say: Say,
    ) -> None:
        self._settings = settings
        self._there = there
        self._proxy = proxy
        self._clock = clock
        self._recorded = recorded
        self._say = say

    def run(self) -> Soaked:
        likes = self._through_the_proxy()
        self._split()
        before = self._likes()
        first, *others = sorted(before)
        recorder = HistoryWriter(self._recorded / "operator")
        ask(self._there.api_url, first, history.ADOPT, recorder)
        seconds, target = self._settings.seconds, self._there.target
        url, likers = self._there.api_url, max(1, self._settings.clients // 4)
        width = max(0.25, seconds / SLICES)
        readers = workload(
            url,
            self._settings.clients - likers,
            routes=READ,
            slice_seconds=width,
            history=str(self._recorded / "readers"),
        )
        # Clients of their own: while likes wait for the table, the others read on.
        liking_too = workload(url, likers, slice_seconds=width, history=str(self._recorded / "likers"))
        cluster = target.output("ClusterName")
        with (
            loading(readers) as reading,
            loading(liking_too) as liking,
            memory.watching(target.ecs, cluster, self._there.folder, max(1.0, seconds / SAMPLES)) as watched,
            visiting(round_of(url, self._there.site_url, first)) as probes,
            adopting(url, others, recorder, seconds / (len(before) + 1)),
        ):
            load = _Both(reading, liking)
            load.begun()
            end = time.time() + seconds
            self._wait(load, end - (1 - MIDDLE) * seconds)
            rollout, updated, deployed = self._rollout()
            killed, replaced = self._kill()
            throttled, refusal = self._throttle(load, first, recorder)
            self._wait(load, end)
            samples = watched.samples()
            probes.leave()
            report = load.stop()
        recorder.close()
        stored = self._likes()
        verdict = histories.judge(self._recorded.iterdir(), before, stored)
        stored.subtract(before)
        return Soaked(
            report=report,
            rollout=rollout,
            killed=killed,
            throttled=throttled,
            likes=likes,
            updated=updated,
            deployed=deployed,
            replaced=replaced,
            throttled_calls=self._proxy.happened["throttled"],
            refusal=refusal,
            stored=stored,
            visits=probes.visits(),
            samples=samples,
            history=verdict,
        )

    def _likes(self) -> Counter[str]:
        return stored_likes(self._there.target)

    @contextmanager
    def _stage(self, service: str) -> Iterator[Stage]:
        subject = platform("split", service)
        with staged(self._there, subject, self._clock, self._settings.clients, 0, self._say) as stage:
            yield stage

    def _wait(self, load: _Both, until: float) -> None:
        """With a line now and then."""
        while (left := until - time.time()) > 0:
            load.wait(min(left, LINE_EVERY))
            self._say(show.line(load.report()))

    def _through_the_proxy(self) -> str:
        """Have the likes service reach its table by the proxy; its revision.

        botocore asks for the endpoint of a service before that of all.
        https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
        """
        with self._stage(LIKES) as stage:
            revision = stage.operator.register(settings={"AWS_ENDPOINT_URL_DYNAMODB": self._proxy.url})
            stage.action(f"{revision} reaches its table by a proxy")
            stage.operator.update(taskDefinition=revision)
            states = stage.until_deployed(revision).deployments_of(revision)
        if states != [WELL]:
            raise Failure(
                Outcome.FAILED, f"The deployment of {revision} ended in {' and '.join(states) or 'no state'}."
            )
        return revision

    def _split(self) -> None:
        self._say("  all requests of a feature to a service of its own")
        target, out = self._there.target, Aside(lambda line: self._say(f"    {line}"))
        rest = side(target, MONOLITH)
        for feature in ROUTES:
            Cutover(target, side(target, feature), rest, out, self._clock.shortened(LONGEST) + START_UP).move(100)

    def _rollout(self) -> tuple[OperatorAction, str, list[str]]:
        with self._stage(UPDATED) as stage:
            revision = stage.operator.register()
            action = stage.action(f"{revision} is rolled out")
            stage.operator.update(taskDefinition=revision)
            snapshot = stage.until_deployed(revision)
        return action, revision, snapshot.deployments_of(revision)

    def _kill(self) -> tuple[OperatorAction, list[str]]:
        with self._stage(LIKES) as stage:
            there = stage.snapshot().running()
            action = stage.action(f"kill -9 of task {there[0][:8]} of {LIKES}")
            stage.operator.kill(there[0])
            snapshot = stage.until_steady(without=there[:1])
        return action, [task for task in snapshot.running() if task not in there]

    def _throttle(self, load: _Both, mysfit: str, recorder: HistoryWriter) -> tuple[OperatorAction, Refusal]:
        seconds = max(SHORTEST, THROTTLED * self._settings.seconds)
        action = OperatorAction(time.time(), f"the table of {LIKES} takes no calls for {seconds:.0f} s")
        self._say(f"  {action.text}")
        self._proxy.set_faults({"throttled": 1.0})
        answer = ask(self._there.api_url, mysfit, history.LIKE, recorder)
        self._wait(load, action.at + seconds)
        self._proxy.reset()
        action.steady_at = time.time()
        self._say("  the table takes calls again")
        return action, Refusal(answer.status, str(answer.headers.get("Retry-After") or ""))
