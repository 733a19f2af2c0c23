"""Walks through a lab as a reader would: every `sh` block of the text in order, in one shell.

A block has to end with 0. Where a `text` block follows, each of its lines has to come in the block's output, in the
same order; `…` stands for anything, and a line of it alone for any lines. The block with `mysfits up` is the first
terminal: it runs until the walk is over, and the next block begins when it says `Ready`. `set -euo pipefail` holds, and
ports are free ones.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, cast

from tests.platform_runner import ROOT, Platform, free_ports

UP = ".venv/bin/mysfits up"
SAID_PORTS = (8080, 8000, 4566)  # site, API, cloud
START = 180  # seconds in which even six services have started on a busy machine
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```sh\n(?P<commands>.*?)^```$(?:\n+```text\n(?P<shown>.*?)^```$)?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    commands: str
    shown: tuple[str, ...]  # lines to see

    @property
    def is_up(self) -> bool:
        return self.commands.startswith(UP)


def steps(text: str) -> list[Step]:
    """The blocks of a lab that are typed, with what is to be seen after each. Fails when one would be left out."""
    found = [Step(block["commands"], tuple((block["shown"] or "").splitlines())) for block in _BLOCK.finditer(text)]
    taken = len(found) + sum(bool(step.shown) for step in found)
    assert taken == len(_FENCED.findall(text)), "there is a block that is neither `sh` nor the `text` after one"
    assert 2 * taken == text.count("```"), "there is a block that does not begin its line, or does not end"
    return found


def section(page: Path, heading: str) -> str:
    """What stands under a heading of the second level. Fails when there is no such heading."""
    _, _, rest = page.read_text().partition(f"\n## {heading}\n")
    assert rest, f"{page.name} has no section {heading!r}"
    return rest.partition("\n## ")[0]


def missing(shown: Iterable[str], output: str) -> str | None:
    """The first of the lines that does not come in the output after those before it."""
    lines = iter(_spaced(line) for line in output.splitlines())
    for wanted in shown:
        if wanted.strip() == "…":
            continue
        pattern = ".*".join(re.escape(part) for part in _spaced(wanted).split("…"))
        if not any(re.fullmatch(pattern, line) for line in lines):
            return wanted
    return None


def _spaced(line: str) -> str:
    """The columns of a table are as wide as they like."""
    return " ".join(line.split())


class Shell:
    """A shell of which one can see what it says to each block."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._mark = f"== {os.urandom(8).hex()} =="
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._in, self._out = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        self._in.write("set -euo pipefail\n")

    def run(self, commands: str) -> str:
        """What the commands said. Fails when one of them did."""
        # Commands must not read those that come after them.
        self._in.write(f"{{\n{commands}}} < /dev/null\necho; echo '{self._mark}'\n")
        self._in.flush()
        said: list[str] = []
        for line in self._out:
            if line.rstrip("\n") == self._mark:
                return "".join(said)
            said.append(line)
        raise AssertionError(f"ended with {self._process.wait()}:\n{commands}it said:\n{''.join(said)}")

    def __enter__(self) -> Shell:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The shell leads a group of its own, in which its background jobs are.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._out.close()
        with contextlib.suppress(BrokenPipeError):
            self._in.close()


def walk(text: str, local: Path) -> Iterator[tuple[Step, str]]:
    """Do all steps, with the rehearsal's data in `local`; each when it is done, with its output.

    Fails at the first that goes wrong.
    """
    ports = free_ports(3)
    for said, port in zip(SAID_PORTS, ports, strict=True):
        text = re.sub(rf"\blocalhost:{said}\b", f"localhost:{port}", text)
    up, *rest = steps(text)
    assert up.is_up, f"the first block is not `{UP} …`"
    names = zip(("SITE_PORT", "API_PORT", "CLOUD_PORT"), map(str, ports), strict=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"LOCAL_DIR": str(local), **dict(names)}
    options = shlex.split(up.commands.removeprefix(UP))
    with Platform(local, ports, options=options) as platform:
        platform.line("Ready", within=START)
        yield see(up, platform.output())
        with Shell(environment) as shell:
            for step in rest:
                yield see(step, shell.run(step.commands))
        assert platform.stop() == 0, platform.output()
        platform.none_left()


def walk_to_its_end(text: str, local: Path) -> None:
    """Do all steps. Fails at the first that goes wrong, and when there is none."""
    assert len(list(walk(text, local))) == len(steps(text)) > 0


def see(step: Step, output: str) -> tuple[Step, str]:
    """Both. Fails when something that is to be seen is not in the output."""
    line = missing(step.shown, output)
    assert line is None, f"not seen: {line}\nafter:\n{step.commands}it said:\n{output}"
    return step, output
