"""Text of others is shown on a terminal and never obeyed, whichever command prints it."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ecs_emulator.commands import options
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal, _Visible, complain
from ecs_emulator.visible import visible, visible_json, visible_line
from emulator.tests.ops.fake_aws import Input, Operation
from emulator.tests.ops.world import LISTENER, NOW, World
from mysfits.cli import main
from ops.stacks import listing
from tests.ops.conftest import Mysfits
from tests.ops.stacks_aws import Formation, write_listing
from tests.platform_runner import ROOT

# Erases the screen, sets a title, goes back over the line, turns its direction around; then markup, and innocent text.
ESCAPES = "\x1b[2J\x1b]0;title\x07\x9b31m\x08\x0d\x7f\x00\u202e\u2066\u2028\u2029\ud800"
POISON = f"{ESCAPES}[red]:red_heart:[/red] 🙂👩‍🔬 고양이"
SHOWN = (
    r"\x1b[2J\x1b]0;title\x07\x9b31m\x08\x0d\x7f\x00\u202e\u2066\u2028\u2029\ud800[red]:red_heart:[/red] 🙂👩‍🔬 고양이"
)
# What AWS only hands on from whoever deploys and runs something.
FREE_TEXT = {
    "message", "Message", "reason", "Reason", "stoppedReason", "rolloutStateReason", "statusReason", "Description",
    "ResourceStatusReason", "StatusReason", "image", "Values", "value", "LoadBalancerName", "OutputValue",
}  # fmt: skip


def is_obeyed(character: str) -> bool:
    """By Unicode's own properties, and so by another road than the code goes."""
    controls = unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") and character not in "\n\t"
    bidirectional = unicodedata.name(character, "") in (
        "ARABIC LETTER MARK", "LEFT-TO-RIGHT MARK", "RIGHT-TO-LEFT MARK"
    )  # fmt: skip
    explicit = unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return controls or bidirectional or explicit


def obeyed(text: str) -> list[str]:
    return [character for character in text if is_obeyed(character)]


def test_what_a_terminal_obeys_is_shown_and_all_else_is_as_it_was() -> None:
    assert visible(POISON) == SHOWN
    for character in map(chr, range(0x110000)):
        assert (visible(character) == character) is not is_obeyed(character), ascii(character)


def test_newlines_stay_where_a_field_has_lines() -> None:
    assert visible("one\n\ttwo\r\n") == "one\n\ttwo\\x0d\n"
    assert visible_line("one\n\ttwo") == "one\\n\ttwo"


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(), st.lists(st.text(st.characters(codec="utf-8")))))
def test_json_keeps_its_value(value: Any) -> None:
    document = visible_json(json.dumps(value, ensure_ascii=False))
    assert obeyed(document) == []
    assert json.loads(document) == value


def poisoned(answer: Any, key: str = "") -> Any:
    """An answer of AWS in which all free text is poison."""
    if isinstance(answer, dict):
        return {name: poisoned(value, name) for name, value in answer.items()}
    if isinstance(answer, list):
        return [poisoned(each, key) for each in answer]
    return answer + POISON if isinstance(answer, str) and key in FREE_TEXT else answer


@pytest.fixture
def hostile(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A service that went wrong, in the words of somebody who means harm."""
    monkeypatch.setattr(listing, "LISTING", write_listing(tmp_path))
    monkeypatch.chdir(tmp_path)
    formation = Formation(world.aws)
    formation.becomes, formation.failures = "UPDATE_ROLLBACK_COMPLETE", [("Role", "AWS::IAM::Role", "not allowed")]
    world.events = [{"id": "1", "createdAt": NOW, "message": "an event"}]
    world.definitions[2] = world._definition(2, "two")
    world._deploy(2, "SUCCESSFUL")
    world.primary, world.runs = 2, [2, 2]
    world.dies(2)
    world.states = ["unhealthy"]
    world.balancer_state = {"Code": "active_impaired", "Reason": "a reason"}
    world.reason = "circuit breaker"
    attributes: Operation = lambda _: {"Attributes": []}  # noqa: E731
    world.aws.operations |= {
        "elbv2.describe_target_group_attributes": attributes,
        "elbv2.describe_load_balancer_attributes": attributes,
        "elbv2.describe_listeners": lambda _: {
            "Listeners": [{"ListenerArn": LISTENER, "LoadBalancerArn": "lb", "Protocol": "HTTP", "Port": 80}]
        },
        "logs.filter_log_events": lambda _: {
            "events": [
                {"eventId": "1", "timestamp": 1, "logStreamName": "s", "message": "an event\n2026 FORGED"},
                {
                    "eventId": "2",
                    "timestamp": 2,
                    "logStreamName": "s",
                    "message": json.dumps({"level": "INFO", "message": "x"}),
                },
            ]
        },
    }
    for name, operation in list(world.aws.operations.items()):
        world.aws.operations[name] = _poisoning(operation)
    return world


def _poisoning(operation: Operation) -> Operation:
    def answer(given: Input) -> dict[str, Any]:
        answered: dict[str, Any] = poisoned(operation(given))
        return answered

    return answer


PRINTS = {
    "status": [["status"], ["status", "--json"]],
    "update": [
        ["update", "--image", "two"],
        ["update", "--image", "two", "--json"],
        ["update", "--dry-run", "--image", "two"],
    ],
    "rollback": [["rollback"], ["rollback", "--json"]],
    "logs": [["logs", "--since", "1d"], ["logs", "--since", "1d", "--json"]],
    "deploy": [["deploy", "--set", "ImageTag=one"], ["deploy", "--set", "ImageTag=one", "--json"]],
}


@pytest.mark.parametrize("arguments", [each for all_of in PRINTS.values() for each in all_of], ids=" ".join)
def test_a_command_shows_what_others_wrote(
    operate: Mysfits, hostile: World, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    hostile.fate = "ROLLBACK_SUCCESSFUL"
    target = options.local()
    target.outputs["LogGroup"] = "logs"
    result = operate(*arguments)
    assert obeyed(result.output) == []
    assert not any(line.startswith("2026 FORGED") for line in result.output.splitlines())
    if "--json" not in arguments:
        assert SHOWN in result.output, result.output
    elif arguments[0] != "logs":
        assert "\\u001b[2J" in result.stdout
        json.loads(result.stdout)


@pytest.mark.parametrize("kind", [Failure, click.ClickException, click.UsageError])
def test_an_error_about_the_text_of_others_shows_it(
    operate: Mysfits, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    """Such as one about a template, a data file, or an answer of AWS."""

    def fail(*_: object) -> Target:
        raise Failure(Outcome.FAILED, POISON) if kind is Failure else kind(POISON)

    monkeypatch.setattr(options, "local", fail)
    result = operate("status")
    assert (obeyed(result.output), SHOWN in result.output) == ([], True)


def test_a_file_of_others_is_refused_in_visible_words(
    operate: Mysfits, session: boto3.Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(options, "local", lambda *_: Target(session, {}))
    file = tmp_path / "rows.jsonl"
    row = {"table": POISON, "item": {}}
    file.write_text(f"{json.dumps(row)}\n{json.dumps({'rows': 1})}\n")
    result = operate("data", "import", str(file))
    assert (obeyed(result.output), SHOWN in result.output) == ([], True)


def views() -> list[Callable[[Terminal], None]]:
    table = Table()
    table.add_column(POISON)
    table.add_row(POISON)
    return [
        lambda out: out.say(POISON),
        lambda out: out.line(POISON),
        lambda out: out.show(table),
        lambda out: out.show(Text.assemble(POISON, (POISON, "bold"))),
    ]


@pytest.mark.parametrize("number", range(len(views())))
@pytest.mark.parametrize("watched", [False, True], ids=["plain", "in a live view"])
def test_on_a_terminal_only_rich_moves_the_cursor_and_sets_colours(number: int, watched: bool) -> None:
    out = Terminal()
    out.console = type(out.console)(
        file=io.StringIO(), force_terminal=True, color_system="truecolor", width=300, markup=False, emoji=False,
        highlight=False,
    )  # fmt: skip
    if watched:
        with Live(Text(POISON), console=out.console, auto_refresh=False, transient=True) as view:
            view.update(Text(POISON), refresh=True)
            views()[number](out)
    else:
        views()[number](out)
    written = out.console.file.getvalue()  # type: ignore[attr-defined]
    # What is left is what rich itself writes: colours, and the cursor of a live view.
    rest = re.sub(r"\x1b\[[0-9;]*m|\x1b\[[0-9]*[AK]|\x1b\[2K|\x1b\[\?25[lh]", "", written).replace("\r", "")
    assert obeyed(rest) == []
    assert r"\x1b[2J" in rest
    assert "\x1b[2J" not in written
    assert "[red]:red_heart:[/red]" in rest
    assert "🙂" in rest


def test_tracebacks_and_log_lines_are_visible_too(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "%s", (POISON,), None)
    assert _Visible().format(record) == SHOWN
    complain(POISON)
    assert capsys.readouterr().err == f"Error: {SHOWN}\n"
    program = (
        "import mysfits.cli\n"
        "def fail(**_): raise RuntimeError('\\x1b[2J')\n"
        "mysfits.cli.status.callback = fail; mysfits.cli.status.params = []\n"
        "mysfits.cli.main(['status'])"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == r"RuntimeError: \x1b[2J"


# What prints by itself, and why that is no text of others on a terminal.
OWN_PRINTERS = {
    "emulator/ecs_emulator/experiments/starvation.py": "a process of its own, read by the drill",
    "emulator/ecs_emulator/ops/terminal.py": "the one place",
    "emulator/ecs_emulator/load/__main__.py": "to the process that started it",
    "emulator/ecs_emulator/commands/load.py": "ASCII to a file",
    "emulator/ecs_emulator/reaper.py": "to the reaper",
    "emulator/ecs_emulator/scheduler/docker/cleanup.py": "to the watcher",
    "emulator/ecs_emulator/stacks/matcher.py": "to the process that started it",
    "ops/local/cloud_service.py": "made visible there, in an image without rich",
    "emulator/ecs_emulator/scheduler/placeholder.py": "a task",
}


PRINTERS = {"print", "click.echo", "click.secho", "Console", "sys.stdout.write"}


def printers(module: Path) -> set[str]:
    text = module.read_text()
    # Most modules have none of the words, and need not be parsed.
    if not any(f"{each}(" in text for each in PRINTERS):
        return set()
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return {ast.unparse(call) for call in calls} & PRINTERS


def test_nothing_prints_but_by_the_one_place() -> None:
    found = {
        str(module.relative_to(ROOT))
        for room in ("ops", "mysfits", "emulator/ecs_emulator")
        for module in (ROOT / room).rglob("*.py")
        if printers(module)
    }
    assert found == OWN_PRINTERS.keys()
    assert set(PRINTS) <= set(main.commands)
