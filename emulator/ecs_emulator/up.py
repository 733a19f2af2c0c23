"""`mysfits up`: the whole platform on this machine, until it is told to stop."""

from __future__ import annotations

import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ecs_emulator.clock import Clock
from ecs_emulator.local import Running, ours_alone
from ecs_emulator.ops.services import Named
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.tasks import deaths
from ecs_emulator.ports import Ports
from ecs_emulator.rooms import Rooms, rooms
from ecs_emulator.stacks.files import MONOLITH, Listing
from ecs_emulator.stacks.resources.registry import grouped
from ecs_emulator.stacks.templates import TemplateError
from ecs_emulator.supervisor import Supervisor
from ops.local.surroundings import STACKS, Say, fill, site
from ops.push import push

ANSWER_PATIENCE = 10  # seconds until the load balancer must answer, once its services are steady


class CannotStart(Exception):
    """The message says why."""


@dataclass(frozen=True)
class Wish:
    """What to play: an assembly of cfn/, or other people's templates."""

    speed: float = 1.0
    docker: bool = False  # tasks are containers of a Docker engine
    task_folders: Sequence[Path] = ()  # that tasks may write, where they are processes
    assembly: str = MONOLITH
    placeholder: bool = False  # not the code of this folder
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of the assembly, by stack and name
    templates: Sequence[Path] = ()
    values: Mapping[str, str] = field(default_factory=dict)  # of the templates' parameters, by name


def up(ports: Ports, wish: Wish, say: Say) -> None:
    """Run until SIGTERM or Ctrl-C.

    Raises AlreadyRunning, NoEngine, NotBuilt, TemplateError, Unusable, CannotStart or TooManyRestarts.
    """
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: stopping.set())
    supervisor = Supervisor(say, stopping)
    try:
        _run(ports, wish, supervisor, say)
    except Exception:
        # What fails because of what died is not what to say.
        supervisor.check()
        raise
    say("Stopped. What was stored is kept; `make clean` forgets it.")
    supervisor.check()


def _run(ports: Ports, wish: Wish, supervisor: Supervisor, say: Say) -> None:
    stopping = supervisor.stopping
    with ExitStack() as running:
        running.enter_context(ours_alone())
        clock, stand_in = Clock(wish.speed), bool(wish.templates)
        it = running.enter_context(rooms(ports, clock, supervisor, say, stand_in, wish.docker, wish.task_folders))
        with supervisor.watching():
            try:
                if wish.templates:
                    _play_others(it, wish, running, say)
                else:
                    _play_ours(it, ports, wish, running, supervisor, say)
            except TemplateError as error:
                if not stopping.is_set():
                    raise CannotStart("\n".join([str(error), *_last_words(it)])) from error
            if not stopping.is_set():
                _say_what_is_not_played(it, say)
                note = _note(it, ports)
                _wait_for_answer(it, note.api_url, stopping)
                running.enter_context(note.written())
                say(f"Ready  {_addresses(note, with_site=not wish.templates)}")
            stopping.wait()
            say("Stopping …")


def _play_ours(it: Rooms, ports: Ports, wish: Wish, running: ExitStack, supervisor: Supervisor, say: Say) -> None:
    listing = Listing.read(STACKS)
    services = listing.assembly(wish.assembly)
    parameters = it.last.used((*listing.stacks, *services), wish.parameters, say)
    it.stacks.play_all(listing.stacks, parameters)
    say("The tables, the log group, the bucket and the load balancer of cfn/ are made.")
    # The rows first: a task would serve an empty table.
    fill(it.session, it.cloud.journal, it.database, it.stacks.outputs, parameters, say)
    running.enter_context(it.tasks())
    api_url = f"http://localhost:{ports.api}"
    running.enter_context(site(it.stacks.outputs["SiteBucket"], api_url, ports.site, say, supervisor))
    given: Mapping[str, Mapping[str, str]] = parameters
    if not wish.placeholder:
        if wish.docker:
            say("Building the image of this folder, unless the Docker engine has it …")
        tag = push(it.repository).tag
        say(f"The code of this folder is the image {tag}.")
        running_it = [stack.name for stack in services if "ImageTag" in stack.document["Parameters"]]
        given = {**given, **{name: {"ImageTag": tag, **given.get(name, {})} for name in running_it}}
    say(f"Starting {', '.join(stack.name for stack in services)} …")
    it.stacks.play_all(services, given)


def _play_others(it: Rooms, wish: Wish, running: ExitStack, say: Say) -> None:
    running.enter_context(it.tasks())
    it.stacks.play_files(wish.templates, wish.values)
    if it.cloud.journal:
        it.cloud.journal.start(say, ())
    for name, value in it.stacks.stood_in.items():
        say(f"The parameter {name} was given no value; {value} stands in for one.")
    for name, value in it.stacks.outputs.items():
        say(f"Output  {name}  {value}")


def _say_what_is_not_played(it: Rooms, say: Say) -> None:
    for sentence in it.balancer.problems:
        say(sentence)
    if it.stacks.not_played:
        say(f"Not played here: {grouped(it.stacks.not_played)}.")
    if features := [each for each in it.scheduler.without_effect() if each not in it.runner.has_effect]:
        say(f"Kept and shown, without effect here: {', '.join(features)}.")


def _last_words(it: Rooms) -> list[str]:
    """Of each revision the task that died last, why, and what it said: stacks only know that a service failed."""
    ecs, target = it.session.client("ecs"), Target(it.session, it.stacks.outputs)
    # A stack that went back took its revision with it.
    lists = [ecs.list_task_definitions(status=status) for status in ("ACTIVE", "INACTIVE")]
    revisions = [arn for each in lists for arn in each["taskDefinitionArns"]]
    clusters = ecs.list_clusters()["clusterArns"]
    return [
        line
        for cluster in clusters
        for revision in revisions
        for death in deaths(target, Named(cluster, ""), revision, most=1)
        for line in death.told()
    ]


def _wait_for_answer(it: Rooms, url: str, stopping: threading.Event) -> None:
    """Until the load balancer forwards requests: Envoy reads a moment later what the services' stacks waited for."""
    deadline = time.monotonic() + ANSWER_PATIENCE
    while not stopping.is_set():
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 (our own address)
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            why = " ".join(it.balancer.problems) or "The load balancer does not answer."
            raise CannotStart(f"{why} Its log is in .local/balancer.")
        stopping.wait(0.05)


def _note(it: Rooms, ports: Ports) -> Running:
    here = {name: f"http://localhost:{port}" for name, port in vars(ports).items()}
    return Running(here["cloud"], here["api"], here["site"], it.stacks.outputs)


def _addresses(note: Running, with_site: bool) -> str:
    site = f"site {note.site_url}  " if with_site else ""
    return f"{site}API {note.api_url}  AWS endpoint {note.cloud_url}"
