"""Mutants of a scope, made and tried by mutmut in a copy of the project: the working tree is never touched."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.breaks.project import TOOLS, Copy
from tests.mutation.scopes import Scope
from tests.platform_runner import ROOT

MUTMUT = str(ROOT / ".venv-mutation" / "bin" / "mutmut")

# Where the emulator's package is in the copy: mutmut tells a mutant by the path of its module, as it is imported.
EMULATOR, MOVED = "emulator/ecs_emulator/", "src/ecs_emulator/"

# A mutant may take ten times as long as its tests took, and half a minute more: a busy machine kills nobody.
TIMES, SECONDS = 10.0, 3.0
KILLED, SURVIVED, TIMED_OUT, NO_TESTS, UNTRIED = "killed", "survived", "timeout", "no tests", "not checked"


class NoScore(Exception):
    """The mutants cannot be tried; the message says why."""


class Mutants:
    """Those of a scope, in a copy of the project in `folder`."""

    def __init__(self, scope: Scope, folder: Path) -> None:
        self._folder = folder
        self._scope = scope
        Copy.of(ROOT, folder)
        (folder / MOVED).parent.mkdir()
        (folder / EMULATOR).rename(folder / MOVED)
        modules = [each.replace(EMULATOR, MOVED) for each in scope.modules]
        source = modules[0].partition("/")[0]
        settings = {
            "source_paths": [source],
            "only_mutate": modules,
            "also_copy": sorted({each.name for each in folder.iterdir()} - {source, "tests", *TOOLS}),
            "pytest_add_cli_args_test_selection": list(scope.tests),
            "pytest_add_cli_args": [
                "-p",
                "no:cacheprovider",
                "-o",
                "pythonpath=. src emulator",
                *(["-k", f"not ({scope.left_out})"] if scope.left_out else []),
            ],
            # Tests start threads, which a fork would lose.
            "process_isolation": "forkserver",
            "timeout_multiplier": TIMES,
            "timeout_constant": SECONDS,
        }
        with (folder / "pyproject.toml").open("a") as file:
            # JSON of texts, numbers and lists of them is TOML.
            file.write(
                "\n[tool.mutmut]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
            )

    def try_out(self, most: int | None, seed: int, deadline: float) -> None:
        """One mutant of each function, then others by chance, `most` in all, until `deadline` (of `time.monotonic`).

        Raises NoScore.
        """
        self._run(["*__mutmut_1"], deadline)
        known = self.results()
        left = sorted(name for name, result in known.items() if result == UNTRIED)
        random.Random(seed).shuffle(left)
        if most is not None:
            left = left[: max(0, most - (len(known) - len(left)))]
        if left and time.monotonic() < deadline:
            self._run(left, deadline)

    def _run(self, names: list[str], deadline: float) -> None:
        """Raises NoScore."""
        log = self._folder / "mutmut.log"
        with log.open("wb") as output:
            running = subprocess.Popen(
                [MUTMUT, "run", "--max-children", "1", *names],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            code = running.wait(max(1.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            # As Ctrl-C: it keeps what it knows.
            running.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                running.wait(60)
            return
        finally:
            if running.poll() is None:
                running.kill()
                running.wait()
        if code:
            said = log.read_text(errors="replace").replace("\r", "\n").split("\n")
            raise NoScore(f"{self._scope.name}: mutmut ended with {code}: " + " ".join(filter(None, said[-12:])))

    def results(self) -> Mapping[str, str]:
        """What became of each mutant that there is."""
        lines = self._ask("results", "--all", "true").splitlines()
        return dict(line.strip().split(": ", 1) for line in lines if ": " in line)

    def change(self, name: str) -> tuple[str, str, str]:
        """The file of a mutant, the lines that it lacks, and those that it has instead."""
        path, old, new = "", [], []
        for line in self._ask("show", name).splitlines():
            if line.startswith("--- "):
                path = line[4:].split("\t")[0].strip()
            elif line.startswith("-"):
                old.append(line[1:].strip())
            elif line.startswith("+") and not line.startswith("+++ "):
                new.append(line[1:].strip())
        return path.replace(MOVED, EMULATOR), " ".join(old), " ".join(new)

    def _ask(self, *words: str) -> str:
        asked = subprocess.run([MUTMUT, *words], cwd=self._folder, capture_output=True, text=True)
        return asked.stdout
