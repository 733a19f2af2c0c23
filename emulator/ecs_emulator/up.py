"""Run of an emulator by a command: from its start to SIGTERM or Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack

from ecs_emulator.emulator import CannotStart, Emulator, Say
from ecs_emulator.local import NOTICES, Running
from ecs_emulator.stacks.templates import TemplateError
from ecs_emulator.supervisor import TooManyRestarts

# Fills an emulator; what it enters is left before the emulator is. The address of its site, empty without one.
Fill = Callable[[Emulator, ExitStack], str]


def signalled() -> threading.Event:
    """An event that SIGTERM, SIGINT and SIGHUP set from now on."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: stopping.set())
    return stopping


def up(emulator: Emulator, fill: Fill, say: Say) -> None:
    """Run until the emulator's `stopping` is set.

    Raises AlreadyRunning, CannotStart, EnvoyMissing, NoEngine, NotBuilt, OSError, TooManyRestarts or Unusable.
    """
    failure = None
    try:
        _run(emulator, fill, say)
    except TooManyRestarts as error:
        failure = error
    say(f"Stopped. What was stored is kept; `{emulator.program.forget}` forgets it.")
    if failure:
        raise failure


def _run(emulator: Emulator, fill: Fill, say: Say) -> None:
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
            note = Running(emulator.endpoint_url, emulator.url, site_url, emulator.outputs)
            emulator.wait_for_answer()
            running.enter_context(note.written(emulator.folder))
            for each in emulator.balancer.listeners():
                if f"http://localhost:{each.local_port}" != note.api_url:
                    say(f"Another listener, on port {each.port}: http://localhost:{each.local_port}")
            say(f"Ready  {note.addresses()}")
        stopping.wait()
        say("Stopping …")
