"""The four rooms of a rehearsal, connected: cloud, stacks, scheduler and balancer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from ecs_emulator import keeper
from ecs_emulator.balancer import operations as elbv2
from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.clock import Clock
from ecs_emulator.cloud import load_balancers
from ecs_emulator.cloud.durable.calls import own_session
from ecs_emulator.cloud.durable.database import Database
from ecs_emulator.cloud.durable.database import opened as opened_database
from ecs_emulator.cloud.durable.last_parameters import LastParameters
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.service import Played, bound
from ecs_emulator.cloud.stored import ALONE
from ecs_emulator.local import LOCAL, REGION, own_key, use_only
from ecs_emulator.ports import Ports
from ecs_emulator.scheduler import operations as ecs
from ecs_emulator.scheduler.confinement import NOT_OFFERED, Confinement
from ecs_emulator.scheduler.containers import Containers
from ecs_emulator.scheduler.docker.engine import Engine
from ecs_emulator.scheduler.docker.ground import ground
from ecs_emulator.scheduler.docker.images import BuiltImages
from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.processes import Processes
from ecs_emulator.scheduler.runner import TaskRunner
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.stacks import operations as cloudformation
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.supervisor import Supervisor
from ops.local.surroundings import DATABASE, Say
from ops.push import Repository

IMAGES = LOCAL / "images"


@dataclass(frozen=True)
class Rooms:
    session: boto3.Session
    stacks: Stacks
    scheduler: Scheduler
    balancer: Balancer
    runner: TaskRunner
    repository: Repository  # of the images that the services run
    cloud: Cloud
    database: Database  # of the cloud's data
    last: LastParameters

    @contextmanager
    def tasks(self) -> Iterator[None]:
        """Services start tasks meanwhile; afterwards every task has ended and its last event is in its log."""
        self.scheduler.start()
        try:
            yield
        finally:
            self.scheduler.close()
            self.runner.close()


@contextmanager
def rooms(
    ports: Ports,
    clock: Clock,
    supervisor: Supervisor,
    say: Say,
    stand_in: bool = False,
    docker: bool = False,
    task_folders: Sequence[Path] = (),
) -> Iterator[Rooms]:
    """An AWS endpoint behind which services run; with `stand_in` the placeholder plays every unknown image.

    With `docker`, tasks are containers instead of processes, which may write `task_folders`. Whatever waits for a stack
    or a service gives up when the supervisor's `stopping` is set. Raises NoEngine or
    Unusable.
    """
    engine = Engine() if docker else None
    with ExitStack() as opened:
        start = opened.enter_context(keeper.started())
        database = opened_database(DATABASE, say)
        last = LastParameters(database, ALONE)
        cloud = opened.enter_context(closing(Cloud(ports.cloud, key=own_key(), database=database, say=say)))
        use_only(cloud.url, cloud.key)
        session = own_session()
        balancer = Balancer(session, start, LOCAL / "balancer", ports.api, clock)
        opened.callback(balancer.close)
        images = Images(IMAGES, stand_in)
        around = (images, start, session, cloud.url, ports.cloud, clock, LOCAL / "tasks", say)
        confinement = Confinement.of(Path(os.path.expanduser("~")), LOCAL, task_folders)
        if not confinement and not engine:
            say(NOT_OFFERED)
        runner: TaskRunner
        containers_on = opened.enter_context(ground(engine, LOCAL)) if engine else None
        if containers_on:
            cloud.guard.admit(containers_on.host)
            runner = Containers(containers_on, *around, confinement=confinement, keys=cloud.keys)
        else:
            runner = Processes(*around, confinement=confinement, keys=cloud.keys)
        scheduler = Scheduler(runner, balancer, clock, REGION)
        stopping = supervisor.stopping
        stacks = Stacks(session, REGION, tasks_run=True, clock=clock, stopping=stopping, completed=last.remember)
        opened.callback(stacks.close)
        supervisor.watch(start, cloud.worker, *balancer.children, scheduler.worker, *runner.workers)
        supervisor.watch(*(containers_on.children if containers_on else ()))
        addressed, stated = load_balancers.address(f"localhost:{ports.api}"), load_balancers.state(balancer.state)
        cloud.play("ecs", Played(bound(ecs.OPERATIONS, scheduler)))
        cloud.play("cloudformation", Played(bound(cloudformation.OPERATIONS, stacks)))
        cloud.play(
            "elbv2",
            Played(
                {**load_balancers.OPERATIONS, **bound(elbv2.OPERATIONS, balancer)},
                rest_to_moto=True,
                changed=balancer.changed,
                rewrite=lambda answer: stated(addressed(answer)),
            ),
        )
        repository = BuiltImages(engine) if engine else images
        yield Rooms(session, stacks, scheduler, balancer, runner, repository, cloud, database, last)
