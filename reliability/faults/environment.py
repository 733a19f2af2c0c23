"""Fault environment: a rehearsal whose tasks reach AWS by proxies of ours, and what is done to its tasks."""

from __future__ import annotations

import contextlib
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecs_emulator.experiments.emulator import emulating
from ecs_emulator.experiments.operator import Operator
from ecs_emulator.experiments.polling import EVERY, TookTooLong
from ecs_emulator.experiments.processes import children, process_group
from ecs_emulator.experiments.snapshots import ServicePoller, ServiceSnapshot
from ecs_emulator.experiments.stage import LONGEST, START_UP
from ecs_emulator.ops import one_off, revisions
from ecs_emulator.ops.services import Named, find, short
from ecs_emulator.ops.target import Target
from reliability.drills.platform import platform, stored_likes
from reliability.fault_injection_proxy import FaultInjectionProxy
from reliability.faults.clock import WallClock

LOG_GROUP = "faults"


@dataclass(frozen=True)
class RunningTask:
    """A task that runs. `main` is its first process, whose children are the server's workers."""

    name: str
    host: str
    port: int
    main: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def workers(self) -> list[int]:
        """Those that live; none when the task has ended."""
        with contextlib.suppress(OSError):
            return children(self.main)
        return []

    def lives(self) -> bool:
        return Path(f"/proc/{self.main}").exists()


class FaultEnvironment:
    """`ground` makes one. `store` and `logs` lie between every task and DynamoDB, CloudWatch Logs."""

    def __init__(
        self,
        target: Target,
        named: Named,
        api_url: str,
        store: FaultInjectionProxy,
        logs: FaultInjectionProxy,
        clock: WallClock,
        speed: float,
        folder: Path,
    ) -> None:
        self.api_url = api_url
        self.folder = folder  # with the rehearsal's data
        self.store = store
        self.logs = logs
        self.clock = clock
        self._target = target
        self._named = named
        self._operator = Operator(target, named)
        self._observer = ServicePoller(target, named)
        self._patience = 2 * (START_UP + LONGEST / speed)

    def likes(self) -> Counter[str]:
        return stored_likes(self._target)

    def forget_adoptions(self) -> None:
        """Past the service: every mysfit wants a home again."""
        table = self._target.session.resource("dynamodb").Table(self._target.output("DynamoTable"))
        for mysfit in self.likes():
            table.update_item(
                Key={"MysfitId": mysfit},
                UpdateExpression="SET Adopted = :no",
                ExpressionAttributeValues={":no": False},
            )

    def running(self) -> list[str]:
        """The names of the service's tasks."""
        return list(self._observer.look().running())

    def tasks(self) -> list[RunningTask]:
        """Those of the service."""
        return [_task(name) for name in self.running()]

    def victim(self) -> RunningTask:
        """The task that something is done to where it is not done to all."""
        return self.tasks()[0]

    def pass_time(self, seconds: float) -> None:
        time.sleep(seconds)

    def until(self, is_so: Callable[[], bool], within: float) -> bool:
        """True when it came to be so in this time (seconds)."""
        deadline = time.monotonic() + within
        while not (answer := is_so()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return answer

    def until_steady(self, revision: str = "") -> None:
        """Until the service is as it should be, with this revision if one is given. Raises TookTooLong."""

        def is_so(snapshot: ServiceSnapshot) -> bool:
            return snapshot.is_steady() and (not revision or list(snapshot.rollouts) == [revision])

        deadline = time.monotonic() + self._patience
        while not is_so(self._observer.look()):
            if time.monotonic() > deadline:
                raise TookTooLong(f"Not within {self._patience:.0f} s: the service is steady.")
            time.sleep(EVERY)

    def reach_by_proxy(self) -> None:
        """Give the service a revision whose tasks reach AWS by the proxies, log by the SDK, and have our clock.

        botocore asks for the endpoint of a service before that of all.
        https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
        """
        self._target.logs.create_log_group(logGroupName=LOG_GROUP)
        settings = {
            "AWS_ENDPOINT_URL_DYNAMODB": self.store.url,
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": self.logs.url,
            "LOG_GROUP": LOG_GROUP,
            **self.clock.environment,
        }
        revision = self._operator.register(settings=settings)
        self._operator.update(taskDefinition=revision)
        self.until_steady(revision)

    @contextmanager
    def another_task(self, *command: str) -> Iterator[RunningTask]:
        """A task beside the service, which no visitor is sent to, with a command of its own. Raises TookTooLong."""
        service: Any = self._operator.service()
        definition = revisions.read(self._target.ecs, service["taskDefinition"])
        container = revisions.main_container(service, definition)
        like = one_off.like(service)
        if command:
            like["overrides"] = {"containerOverrides": [{"name": container, "command": list(command)}]}
        answer = self._target.ecs.run_task(
            cluster=self._named.cluster, taskDefinition=service["taskDefinition"], count=1, **like
        )
        arn = answer["tasks"][0]["taskArn"]

        def runs() -> bool:
            found = self._target.ecs.describe_tasks(cluster=self._named.cluster, tasks=[arn])["tasks"]
            return found[0]["lastStatus"] == "RUNNING"

        try:
            if not self.until(runs, self._patience):
                raise TookTooLong(f"Not within {self._patience:.0f} s: task {short(arn)} runs.")
            yield _task(short(arn))
        finally:
            self._target.ecs.stop_task(cluster=self._named.cluster, task=arn)

    def stopped_within(self, task: RunningTask, within: float) -> float | None:
        """SIGTERM to a task's first process; the seconds until it has ended, None when it has not."""
        # Not by StopTask: the rehearsal's shortened `stopTimeout` would kill it.
        began = time.monotonic()
        self._operator.signal(task.name, signal.SIGTERM)
        return time.monotonic() - began if self.until(lambda: not task.lives(), within) else None


def _task(name: str) -> RunningTask:
    main = process_group(name)
    variables = dict(
        each.split("=", 1) for each in Path(f"/proc/{main}/environ").read_text().split("\0") if "=" in each
    )
    return RunningTask(name, variables["BIND_ADDRESS"], int(variables["PORT"]), main)


@contextmanager
def fault_environment(folder: Path, speed: float) -> Iterator[FaultEnvironment]:
    """A rehearsal of the monolith with its data in `folder`. Raises NotReady, NoCompiler and TookTooLong."""
    clock_folder = folder / "clock"
    clock_folder.mkdir(parents=True, exist_ok=True)
    clock = WallClock(clock_folder)
    subject = platform(options=("--task-folder", str(clock_folder)))
    with (
        emulating(folder, subject, speed) as there,
        FaultInjectionProxy(there.cloud_url, {}, seed=1) as store,
        FaultInjectionProxy(there.cloud_url, {}, seed=2) as logs,
    ):
        made = FaultEnvironment(
            there.target, find(there.target, subject.service), there.api_url, store, logs, clock, speed, there.folder
        )
        made.until_steady()
        made.reach_by_proxy()
        yield made
