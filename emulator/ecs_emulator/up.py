"""Run of an emulator by a command: from its start to SIGTERM or Ctrl-C."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from ecs_emulator.console import console as console_server
from ecs_emulator.console.access import announcement
from ecs_emulator.emulator import CannotStart, Emulator, Say
from ecs_emulator.local import NOTICES, Running
from ecs_emulator.stacks.templates import TemplateError
from ecs_emulator.supervisor import TooManyRestarts

# Fills an emulator; what it enters is left before the emulator is. The address of its site, empty without one.
Fill = Callable[[Emulator, ExitStack], str]


@dataclass(frozen=True)
class ConsoleSettings:
    """Settings of the console: its port (None for the usual one), more verbs, and the drills that fit what runs."""

    port: int | None = None
    verbs: tuple[str, ...] = ()
    drills: tuple[tuple[str, ...], ...] = ()


def signalled() -> threading.Event:
    """An event that SIGTERM, SIGINT and SIGHUP set from now on."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: stopping.set())
    return stopping


def up(emulator: Emulator, fill: Fill, say: Say, console: ConsoleSettings | None = None) -> None:
    """Run until the emulator's `stopping` is set, with a console where there are settings of one.

    Raises AlreadyRunning, CannotStart, EnvoyMissing, NoEngine, NotBuilt, OSError, TooManyRestarts or Unusable.
    """
    failure = None
    try:
        _run(emulator, fill, say, console)
    except TooManyRestarts as error:
        failure = error
    say(f"Stopped. What was stored is kept; `{emulator.program.forget}` forgets it.")
    if failure:
        raise failure


def _run(emulator: Emulator, fill: Fill, say: Say, settings: ConsoleSettings | None) -> None:
    stopping = emulator.supervisor.stopping
    assert emulator.folder  # noqa: S101 (a command has one)
    with emulator, ExitStack() as running:
        site_url = ""
        try:
            site_url = fill(emulator, running)
        except TemplateError as error:
            if not stopping.is_set():
                raise CannotStart(str(error)) from error
        if not stopping.is_set():
            missed = list(emulator.notices())
            for sentence in missed:
                say(sentence)
            page = emulator.folder / NOTICES
            details = list(emulator.without_effect())
            page.write_text("".join(f"{each}\n" for each in (*missed, *details)))
            if details:
                say(f"Some of what is deployed has no effect here: {page} says what.")
            emulator.wait_for_answer()
            listeners = [each.url for each in emulator.balancer.listeners()]
            console = running.enter_context(_console(emulator, settings)) if settings else None
            addresses = (emulator.endpoint_url, emulator.url, site_url)
            of_console = (console.url, console.access.start) if console else ("", "")
            note = Running(*addresses, emulator.outputs, listeners, *of_console)
            running.enter_context(note.written(emulator.folder))
            for each in emulator.balancer.listeners():
                if each.url != note.api_url:
                    say(f"Another listener, on port {each.port}: {each.url}")
            if any(each.protocol in ("HTTPS", "TLS") for each in emulator.balancer.listeners()):
                say(f"HTTPS listeners show certificates of {emulator.authority.path}; `{emulator.program.name} trust`.")
            # Nearly all that is there stays: no request waits for it to be looked through for circles.
            gc.freeze()
            gc.enable()
            say(f"Ready  {note.addresses()}")
            if console:
                say(announcement(console.link(), emulator.program.name))
        stopping.wait()
        say("Stopping …")


def _console(emulator: Emulator, settings: ConsoleSettings) -> console_server.Console:
    """Raises CannotStart."""
    try:
        return console_server.Console(
            emulator, settings.port, (*console_server.VERBS, *settings.verbs), settings.drills
        )
    except OSError as error:
        raise CannotStart(f"The console cannot have the port {settings.port}: {error.strerror}.") from error
