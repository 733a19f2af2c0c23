"""Jobs: commands of the emulator's own program, run beside it for whoever clicks what they do."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit

from ecs_emulator import reaper
from ecs_emulator.ops.status import Facts
from ecs_emulator.program import Program

_LINES = 60  # that are kept of what a job says
_LONGEST = 2000  # characters of a line
_KEPT = 12  # jobs that have ended
# Options of the verbs that write files or say what runs: whoever wants that types it.
_NEVER = frozenset({"--aws", "--json", "--keep", "--plot", "--programs", "--run", "--task-folder"})


class NotAllowed(Exception):
    """The message says what may be run."""


class Jobs:
    """Runs `program`, in its folder, with one of `verbs`. For several threads.

    Of drills it runs those of `drills` alone, word by word: somebody has agreed to their programs.
    """

    def __init__(
        self, program: Program, folder: Path, verbs: Collection[str], drills: Sequence[Sequence[str]] = ()
    ) -> None:
        self._program = program
        self._folder = folder
        self._verbs = verbs
        self._drills = [("drill", *each) for each in drills]
        self._lock = threading.Lock()
        self._opened = ExitStack()
        self._start: reaper.Start | None = None
        self._jobs: dict[str, _Job] = {}
        self._count = 0

    def run(self, arguments: Sequence[str]) -> str:
        """Start a verb with its arguments; the job's id. Raises NotAllowed or OSError."""
        if not arguments or arguments[0] not in self._verbs or any("\0" in each for each in arguments):
            raise NotAllowed(f"The console runs {', '.join(sorted(self._verbs))}.")
        if arguments[0] == "drill":
            if tuple(arguments) not in self._drills:
                raise NotAllowed("The console runs the drills that it offers, as they are.")
        elif any(each.partition("=")[0] in _NEVER or _leads_elsewhere(each) for each in arguments):
            raise NotAllowed(f"The console leads no load elsewhere, and has no {', '.join(sorted(_NEVER))}.")
        # COLUMNS, so that no line is broken for a terminal that is not there.
        environment = dict(os.environ) | {"LOCAL_DIR": str(self._folder), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
        with self._lock:
            # No reaper before the first job: it is a process.
            self._start = self._start or self._opened.enter_context(reaper.started())
            command = [sys.executable, "-m", self._program.module, *arguments]
            process = self._start(command, environment, None)
            self._count += 1
            name = str(self._count)
            ended = [each for each, job in self._jobs.items() if job.code is not None]
            for each in ended[: max(0, len(ended) - _KEPT + 1)]:
                del self._jobs[each]
            self._jobs[name] = _Job(shlex.join([self._program.name, *arguments]), arguments[0], process)
        return name

    def stop(self, name: str) -> bool:
        """Ctrl-C for a job; False when there is none of that id."""
        with self._lock:
            job = self._jobs.get(name)
        if job:
            job.interrupt()
        return job is not None

    def facts(self) -> dict[str, Facts]:
        """Facts of every job by `job/ID`; the same object while nothing has changed."""
        with self._lock:
            return {f"job/{name}": job.facts(name) for name, job in self._jobs.items()}

    def close(self) -> None:
        """Kill what still runs."""
        self._opened.close()


def _leads_elsewhere(argument: str) -> bool:
    if "://" not in argument:
        return False
    try:
        return urlsplit(argument).hostname not in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        return True


class _Job:
    def __init__(self, line: str, verb: str, process: subprocess.Popen[bytes]) -> None:
        self._line = line
        self._verb = verb
        self._process = process
        self._began = time.time()
        self._said: deque[str] = deque(maxlen=_LINES)
        self._facts: Facts | None = None
        self._lock = threading.Lock()
        self.code: int | None = None
        threading.Thread(target=self._read, args=(cast("IO[bytes]", process.stdout),), daemon=True).start()

    def interrupt(self) -> None:
        with suppress(ProcessLookupError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGINT)

    def facts(self, name: str) -> Facts:
        with self._lock:
            if self._facts is None:
                self._facts = {
                    "job": name,
                    "verb": self._verb,
                    "line": self._line,
                    "began": self._began,
                    "said": list(self._said),
                    "exit_code": self.code,
                }
            return self._facts

    def _read(self, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                with self._lock:
                    self._said.append(line.decode(errors="replace").rstrip("\n")[:_LONGEST])
                    self._facts = None
        code = self._process.wait()
        with self._lock:
            self.code, self._facts = code, None
