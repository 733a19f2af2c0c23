"""What the documents name is there: files and headings, commands and options, routes and problems, ports.

That the commands of the labs, of the eight steps, of the runbook and of the README do what is said is in tests/labs and
tests/ops.
"""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

import click
import pytest

from tests.labs.walk import section
from tests.platform.test_description import WHOLE

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    {path for places in ("*.md", "[!.]*/README.md", "docs/**/*.md", ".github/*.md") for path in ROOT.glob(places)}
)
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE))
COMMANDS = ("mysfits", "ecs-emulator")

_FENCED = re.compile(r"^```(?P<kind>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def code(text: str) -> Iterator[str]:
    """Whatever a document says is typed: its blocks without their comments, and what stands in backticks."""
    for block in _FENCED.finditer(text):
        if block["kind"] in ("sh", "console"):
            yield from re.sub(r"(^|\s)# .*", "", block["code"].replace("\\\n", " ")).splitlines()
    yield from (each.replace("\n", " ") for each in re.findall(r"`([^`]+)`", _FENCED.sub("", text)))


def anchors(page: Path) -> set[str]:
    """What can follow `#` in a link to a page."""
    headings = re.findall(r"^#+ (.*)$", _FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.replace("`", "")).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading_in_it(document: Path) -> None:
    prose = _FENCED.sub("", document.read_text())
    for target, anchor in re.findall(r"\]\(([^)#:\s]*)#?([^)\s:]*)\)", prose):
        leads_to = (document.parent / target).resolve() if target else document
        assert leads_to.exists(), target
        assert not anchor or anchor in anchors(leads_to), f"{target}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    named = {
        target
        for line in code(document.read_text())
        if (found := re.match(r"make((?: [a-z][a-z-]*)+)(?= |$)", line))
        for target in found[1].split()
    }
    assert named <= TARGETS


@functools.cache
def verb_of(command: str, verb: str) -> click.Command | None:
    """A verb of a command that this project installs, `data import` as well; None when there is no such verb."""
    (installed,) = entry_points(group="console_scripts", name=command)
    found = installed.load()
    for name in verb.split():
        found = found.commands.get(name) if isinstance(found, click.Group) else None
    return cast("click.Command | None", found)


def typed(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """(command, verb, options) of every call of one of our commands."""
    for line in code(text):
        for found in re.finditer(rf"(?:^|[\s/(])({'|'.join(COMMANDS)}) (data \w+|[a-z][a-z-]*)\b([^|;&)]*)", line):
            options = found[3].partition(" -- ")[0]
            yield found[1], found[2], re.findall(r"(?<![\w\"'-])(--[a-z][a-z-]*)", options)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_verb_and_option_that_is_named_exists(document: Path) -> None:
    for command, verb, options in typed(document.read_text()):
        found = verb_of(command, verb)
        assert found, f"There is no {command} {verb}"
        known = {option for parameter in found.params for option in parameter.opts} | {"--help"}
        assert set(options) <= known, f"{command} {verb}"


def test_what_is_typed_is_found() -> None:
    text = "`make check test`\n```sh\n.venv/bin/mysfits logs --grep x | grep --count y   # mysfits no --thing\n```\n"
    assert [*code(text)] == [".venv/bin/mysfits logs --grep x | grep --count y  ", "make check test"]
    assert [*typed(text)] == [("mysfits", "logs", ["--grep"])]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_block_of_commands_is_a_script(document: Path) -> None:
    for block in _FENCED.finditer(document.read_text()):
        if block["kind"] == "sh":
            checked = subprocess.run(["bash", "-n"], input=block["code"], capture_output=True, text=True)
            assert (checked.returncode, checked.stderr) == (0, ""), block["code"]


def test_the_page_of_the_api_has_every_route_and_no_other() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    told = {(method, path) for method, path in re.findall(r"`(GET|POST) (/[^`?]*)[^`]*`", page)}
    there = {
        (method, re.sub(r"\{\w+\}", "<id>", path))
        for method, path in WHOLE.operations()
        if method not in ("HEAD", "OPTIONS")
    }
    assert told == there


def test_the_page_of_the_api_has_every_problem_and_no_other() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    described = str(WHOLE.document["components"]["responses"])
    assert set(re.findall(r"/problems/[a-z-]+", page)) == set(re.findall(r"/problems/[a-z-]+", described))


def test_the_ports_are_said_as_they_are() -> None:
    (table,) = re.findall(r"(?:^\|.*\n)+", section(ROOT / "docs" / "running-locally.md", "Ports"), re.MULTILINE)
    ports = dict(re.findall(r"localhost:(\d+)>.*`(\w+_PORT)`", table))
    up = verb_of("mysfits", "up")
    assert up
    assert up.help
    assert ports == {port: name for name, port in re.findall(r"(\w+_PORT) \((\d+)\)", up.help)}
