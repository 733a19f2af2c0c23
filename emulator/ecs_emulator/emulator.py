"""Emulator: an AWS endpoint of this machine, with CloudFormation, ECS and a load balancer behind it."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3

from ecs_emulator.balancer.opened import wait_until_open
from ecs_emulator.cloud.moto_backend import forget
from ecs_emulator.composition import Composition, EmulatorSettings
from ecs_emulator.deaths import telling_deaths
from ecs_emulator.last_words import last_words
from ecs_emulator.local import AlreadyRunning, client_environment, ours_alone
from ecs_emulator.notices import notices, without_effect
from ecs_emulator.ports import Ports, free_ports
from ecs_emulator.profile import without_profile
from ecs_emulator.program import ECS_EMULATOR, Program
from ecs_emulator.scheduler import program_file
from ecs_emulator.scheduler.images import Images
from ecs_emulator.sessions import session_of
from ecs_emulator.stacks.programs import check_names, names_of
from ecs_emulator.stacks.programs import programs as programs_of
from ecs_emulator.stacks.resources.provider import StubSettings
from ecs_emulator.stacks.templates import TemplateError
from ecs_emulator.supervisor import Supervisor

ANSWER_PATIENCE = 60  # seconds until the load balancer must answer, once its services are steady

Say = Callable[[str], None]

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """The message says why."""


# moto has one store for the whole process.
_ONE = threading.Lock()


class Emulator:
    """The emulator while it runs, as a context: afterwards every task and every process of it has ended. One at a time
    can run in a process.

    It keeps its data in `folder`, or without one nothing. `speed` makes every interval of AWS so many times shorter.
    With `docker`, tasks are containers of a Docker engine, which pulls from ECR what is in its `repository`; else
    processes, which may write `task_folders`. For a resource type that is not emulated a stub stands in, unless
    `strict`; `attributes` are true values of such ones, by `Resource.Attribute`, or by `Resource` what `Ref` gives, and
    `exports` those of stacks that are not here, by name. `images` finds those of processes: by default the placeholder
    stands in for all but the programs of `run`, a shell's command line by a container's name or image. `say` hears what
    people should know, by default the log. What waits for a stack or a service gives up when `stopping` is set.

    Entering raises AlreadyRunning, EnvoyMissing, NoEngine, OSError or Unusable; leaving raises TooManyRestarts, when
    that is why it has stopped.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        ports: Ports | None = None,
        speed: float = 1.0,
        run: Mapping[str, str] | None = None,
        docker: bool = False,
        repository: str | None = None,
        task_folders: Sequence[Path] = (),
        strict: bool = False,
        attributes: Mapping[str, str] | None = None,
        exports: Mapping[str, str] | None = None,
        images: Images | None = None,
        say: Say = log.info,
        stopping: threading.Event | None = None,
        program: Program = ECS_EMULATOR,
    ) -> None:
        self.folder = Path(folder).absolute() if folder is not None else None
        self.ports = ports or Ports(*free_ports(2))
        self.supervisor = Supervisor(say, stopping or threading.Event())
        self.say = say
        self.program = program
        self.speed = speed
        self._stubs = StubSettings(strict, dict(attributes or {}), dict(exports or {}))
        self._settings = EmulatorSettings(
            self.ports,
            speed,
            dict(run or {}),
            docker,
            repository,
            tuple(task_folders),
            self._stubs,
            images,
            say,
            program,
        )
        self._opened = ExitStack()
        self._is_filled = False

    def __enter__(self) -> Emulator:
        with ExitStack() as opened:
            if not _ONE.acquire(blocking=False):
                raise AlreadyRunning("Another emulator runs in this process; there can be one at a time.")
            opened.callback(_ONE.release)
            opened.callback(forget)
            opened.enter_context(without_profile())
            folder = self.folder or Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="ecs-emulator-")))
            opened.enter_context(ours_alone(folder))
            is_kept = self.folder is not None
            parts = self._parts = Composition(opened, folder, self._settings, self.supervisor, is_kept=is_kept)
            self.key, self.engine, self.database = parts.key, parts.engine, parts.database
            self.cloud, self.authority, self.balancer = parts.cloud, parts.authority, parts.balancer
            self.scheduler, self.stacks, self.programs = parts.scheduler, parts.stacks, parts.programs
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, trace)
        # What fails because of what died is not what to say.
        self.supervisor.check()

    def deploy(
        self,
        *templates: str | Path,
        parameters: Mapping[str, str] | None = None,
        run: Mapping[str, str] | None = None,
        programs: str | Path | None = None,
    ) -> dict[str, str]:
        """Deploy a stack for each template file, and wait until its services are steady and reached; all outputs.

        `parameters` go to every template that declares them; `run` adds to the programs of the emulator, and so does
        the programs file `programs`, of whose programs those that the templates name are built before. Raises
        TemplateError, with what the tasks said that died, NoContainer, WrongPrograms, BuildFailed, or CannotStart when
        the load balancer does not answer.
        """
        paths, values = [Path(each) for each in templates], dict(parameters or {})
        if run:
            check_names(run, paths, values)
            self.programs.add(run)
        if programs:
            # What `run` says goes before the file, so that program of the file is not built.
            known = names_of(
                each for each in programs_of(paths, values) if not self.programs.replaces(each.container, each.image)
            )
            self._parts.program_images.remember(Path(programs))
            described = program_file.read(Path(programs))
            self.programs.push({name: each for name, each in described.items() if name in known})
        with self.explained():
            self.stacks.deploy_files(paths, values)
        if self.cloud.journal and not self._is_filled:
            self._is_filled = True
            self.cloud.journal.start(self.say, ())
        self.wait_for_answer()
        return self.outputs

    def push(self, programs: str | Path) -> dict[str, str]:
        """Image ids of the programs of a file, as their folders are now; a deployment takes one as an image's tag.

        Raises WrongPrograms or BuildFailed.
        """
        return self.programs.push(program_file.read(Path(programs)))

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Tasks that die are told, and a TemplateError is raised anew with what those said last that died: stacks only
        know that one failed.
        """
        parts = self._parts
        try:
            with telling_deaths(self.scheduler, parts.session, parts.tasks, self.say):
                yield
        except TemplateError as error:
            if self.supervisor.stopping.is_set():
                raise
            raise TemplateError("\n".join([str(error), *last_words(self._parts.session, self.outputs)])) from error

    @property
    def url(self) -> str:
        """The first load balancer's address: of its listener on port 80, else of the one with the lowest port; that of
        port 80 where there is no listener.
        """
        opened = {each.local_port: each.url for each in self.balancer.listeners()}
        port = self.ports.api if self.ports.api in opened or not opened else min(opened)
        return opened.get(port, f"http://localhost:{port}")

    @property
    def endpoint_url(self) -> str:
        """The AWS endpoint's address."""
        return f"http://localhost:{self.ports.cloud}"

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of all stacks by name; a later stack wins."""
        return self.stacks.outputs

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which any AWS SDK or command line works on the emulator: endpoint, region, access key."""
        return client_environment(self.endpoint_url, self.key)

    def session(self) -> boto3.Session:
        """A session whose clients work on the emulator, whatever the environment says."""
        return session_of(self.endpoint_url, self.key)

    def client(self, service: str) -> Any:
        """A client of boto3, by the name of its service, such as `ecs`."""
        client: Any = self.session().client
        return client(service)

    def own_session(self) -> boto3.Session:
        """A session for what the emulator itself asks of its cloud, so that what people make by hand can be told."""
        return self._parts.session

    def notices(self) -> Iterator[str]:
        """Sentences on what a visitor or a program would miss, few and short."""
        return notices(self.stacks, self.balancer, self._stubs.attributes)

    def without_effect(self) -> Iterator[str]:
        """Sentences on all that is deployed and has no effect here, however long."""
        return without_effect(self.stacks, self.scheduler, self._parts.runtime.has_effect)

    def wait_for_answer(self) -> None:
        """Until every listener answers: Envoy takes a moment later what the services' stacks waited for.

        Raises CannotStart.
        """
        if not wait_until_open(self.balancer, ANSWER_PATIENCE, self.supervisor.stopping):
            why = " ".join(self.balancer.problems) or "The load balancer does not answer."
            raise CannotStart(f"{why} Its log is in {self._parts.logs}.")
