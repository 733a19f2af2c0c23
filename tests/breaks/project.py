"""A copy of the project, in which something may be broken and a test be run."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.breaks import Break
from tests.platform_runner import ROOT, living

LIMIT = 600.0  # seconds for one run of one test
FAILED = 1  # pytest's exit code when tests ran and some failed; 2 to 5 are no verdict of a test
# What is made of the project, and not copied.
TOOLS = (".venv", ".venv-scan")
# Folders of packages, as pytest has them in `pythonpath`.
PACKAGES = (".", "emulator")


class NotApplicable(Exception):
    """The text that a break replaces does not stand in its file exactly once."""


@dataclass(frozen=True)
class Ran:
    """How a run of pytest ended: its exit code, or None when it was stopped at the limit."""

    code: int | None
    seconds: float
    output: str


@dataclass(frozen=True)
class Copy:
    """A copy of a project in a folder of its own."""

    folder: Path

    @classmethod
    def of(cls, project: Path, folder: Path) -> Copy:
        """Copy all that git knows or would add."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=project,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (project / name).exists():  # git knows files that have been removed
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / name, folder / name)
        for tool in TOOLS:
            if (project / tool).exists():
                (folder / tool).symlink_to(project / tool)
        return cls(folder)

    def with_break(self, broken: Break) -> str:
        """The file that is to be broken, as it is then. Raises NotApplicable."""
        path = self.folder / broken.path
        text = path.read_text() if path.exists() else ""
        if text.count(broken.old) != 1:
            raise NotApplicable(f"{broken.path} has {text.count(broken.old)} of: {broken.old}")
        return text.replace(broken.old, broken.new)

    def run(self, test: str, limit: float = LIMIT) -> Ran:
        """Run a test here with the packages of this copy. No process of it is left behind."""
        began = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test],
            cwd=self.folder,
            # Compiled files tell the age of a source in whole seconds, too coarse for what changes at once.
            env=os.environ | {"PYTHONPATH": self._path, "PYTHONDONTWRITEBYTECODE": "1", **self.mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=limit)
                code: int | None = process.returncode
            except subprocess.TimeoutExpired:
                self.end()
                output, code = process.communicate()[0], None
            finally:
                self.end()
        return Ran(code, time.monotonic() - began, output)

    def end(self) -> None:
        """Kill whatever still runs here."""
        for name, value in self.mark.items():
            for pid in living(f"{name}={value}"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    @property
    def _path(self) -> str:
        """Where programs that a test starts find their packages: before the project, whose are installed."""
        return os.pathsep.join(str(self.folder / name) for name in PACKAGES)

    @property
    def mark(self) -> dict[str, str]:
        """In the environment of every process that a run starts."""
        return {"BROKEN_COPY": str(self.folder)}


@dataclass(frozen=True)
class Verdict:
    """Whether the test noticed a break; if not, why not, with what pytest said."""

    noticed: bool
    seconds: float = 0.0
    reason: str = ""
    output: str = ""


def judge(broken: Break, folder: Path, project: Path = ROOT, limit: float = LIMIT) -> Verdict:
    """Make a break in a copy of `project` in `folder`, and see its test pass before and fail after."""
    copy = Copy.of(project, folder)
    try:
        text = copy.with_break(broken)
    except NotApplicable as error:
        return Verdict(False, reason=str(error))
    whole = copy.run(broken.test, limit)
    if whole.code != 0:
        return Verdict(False, reason=f"the test {_ended(whole, limit)} without the break", output=whole.output)
    (folder / broken.path).write_text(text)
    ran = copy.run(broken.test, limit)
    if ran.code == FAILED:
        return Verdict(True, ran.seconds)
    return Verdict(False, ran.seconds, f"the test {_ended(ran, limit)}", ran.output)


def _ended(ran: Ran, limit: float) -> str:
    if ran.code is None:
        return f"was not over after {limit:g} s"
    return {0: "passes", FAILED: "fails"}.get(ran.code, f"cannot be run (pytest ended with {ran.code})")
