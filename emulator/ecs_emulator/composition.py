"""Composition of an emulator: its parts, each opened after those that it stands on and closed before them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from ecs_emulator import reaper
from ecs_emulator.access_key import AccessKey
from ecs_emulator.authority import CertificateAuthority
from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.balancer.metrics import LoadBalancerMetrics
from ecs_emulator.clock import Clock
from ecs_emulator.cloud.durable.calls import OURS
from ecs_emulator.cloud.durable.damage import opened as opened_database
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.handlers import handlers
from ecs_emulator.local import DATABASE, PROGRAMS, REGION
from ecs_emulator.metering import Metering
from ecs_emulator.ports import Ports
from ecs_emulator.program import Program
from ecs_emulator.scheduler.docker.engine import Engine
from ecs_emulator.scheduler.images import Images, Programs
from ecs_emulator.scheduler.program_images import ProgramImages
from ecs_emulator.scheduler.pulls import Pulls
from ecs_emulator.scheduler.runner import TaskRunner
from ecs_emulator.scheduler.runtimes import opened_runtime
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.scheduler.secrets import ContainerSecrets
from ecs_emulator.scheduler.utilization import Utilization
from ecs_emulator.sessions import session_of
from ecs_emulator.stacks.resources.provider import StubSettings
from ecs_emulator.stacks.role_policies import role_policies
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.supervisor import Supervisor

STARTUP = 15.0  # seconds that no speed takes from a process that starts


@dataclass(frozen=True)
class EmulatorSettings:
    """Settings of an emulator, as its constructor describes them."""

    ports: Ports
    speed: float
    run: Mapping[str, str]
    docker: bool
    repository: str | None
    task_folders: Sequence[Path]
    stubs: StubSettings
    images: Images | None
    say: Callable[[str], None]
    program: Program


class Composition:
    """Parts of an emulator with its data in `folder`, while what it entered into `opened` is not left. Afterwards every
    task has ended and its last event is in its log. Without `is_kept` there is no database.
    """

    def __init__(
        self, opened: ExitStack, folder: Path, settings: EmulatorSettings, supervisor: Supervisor, *, is_kept: bool
    ) -> None:
        say, ports, clock = settings.say, settings.ports, Clock(settings.speed, startup=STARTUP)
        self.tasks, self.logs = folder / "tasks", folder / "balancer"
        engine = self.engine = Engine() if settings.docker else None
        start = opened.enter_context(reaper.started())
        self.database = opened_database(folder / DATABASE, say) if is_kept else None
        self.key = AccessKey.of_folder(folder)
        cloud = Cloud(ports.cloud, key=self.key, database=self.database, say=say, program=settings.program.name)
        self.cloud = opened.enter_context(closing(cloud))
        # For what the emulator itself asks of its cloud, so that what people make by hand can be told.
        own = self.session = session_of(cloud.url, self.key, OURS)
        self.authority = CertificateAuthority(folder)
        self.balancer = Balancer(own, start, self.logs, ports.api, clock, self.authority)
        opened.callback(self.balancer.close)
        self.images = settings.images or Images(folder / "images", stand_in=True)
        self.program_images = ProgramImages(folder / PROGRAMS)
        self.images.programs = self.programs = Programs(settings.run, Path.cwd(), self.program_images)
        basis = (
            engine,
            self.images,
            start,
            cloud.url,
            folder,
            settings.task_folders,
            settings.repository,
            ContainerSecrets(own),
        )
        self.runtime, docker = opened_runtime(opened, *basis, say)
        pulls = Pulls(lambda role: role_policies(self.stacks.all(), role))
        runner = TaskRunner(self.runtime, own, cloud.url, ports.cloud, clock, self.tasks, say, cloud.keys, pulls)
        if docker:
            cloud.guard.admit(docker.host)
            runner.metadata.guard.admit(docker.host)
        self.scheduler = Scheduler(runner, self.balancer, clock, REGION)
        stopping = supervisor.stopping
        self.stacks = Stacks(own, REGION, tasks_run=True, clock=clock, stopping=stopping, stubs=settings.stubs)
        opened.callback(self.stacks.close)
        supervisor.watch(start, *cloud.workers, *self.balancer.children, self.scheduler.worker, *runner.workers)
        supervisor.watch(*(docker.children if docker else ()))
        known = self.images if self.images.is_complete and not docker else None
        for service, each in handlers(self.scheduler, self.stacks, self.balancer, known).items():
            cloud.emulate(service, each)
        opened.callback(runner.close)
        opened.callback(self.scheduler.close)
        metering = Metering(cloud.metrics, (Utilization(self.scheduler).read, LoadBalancerMetrics(self.balancer).read))
        opened.callback(metering.close)
        supervisor.watch(metering.worker)
        self.scheduler.start()
        metering.start()
        opened.enter_context(supervisor.watching())
