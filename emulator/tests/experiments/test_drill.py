"""`ecs-emulator drill`: on templates and programs of anybody, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecs_emulator.cli import main
from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.emulator import EmulatorNotReady
from ecs_emulator.experiments.run import DrillOptions
from ecs_emulator.experiments.speeds import chosen
from ecs_emulator.experiments.subject import Subject
from ecs_emulator.ops.outcomes import Outcome
from emulator.tests.support.folders import ROOT

TEMPLATE = str(ROOT / "emulator" / "tests" / "somebodys-service.yml")


@pytest.mark.timeout(900)
def test_a_rollout_of_a_program_passes_and_leaves_its_figures(tmp_path: Path) -> None:
    (tmp_path / "cats.txt").write_text("anna\n")
    command = [sys.executable, "-m", "ecs_emulator", "drill", "rollout", TEMPLATE, "--yes"]
    command += ["--run", f"web={sys.executable} -m http.server $PORT", "--route", "GET /{id}.txt", "--id", "cats"]
    command += ["--clients", "2", "--think-time", "50", "--requests", "200", "--keep", "kept"]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=400, check=False)
        if done.returncode != Outcome.INCONCLUSIVE:
            break
    assert done.returncode == 0, done.stdout + done.stderr
    assert "python -m http.server" in done.stdout.replace("python3", "python")
    assert (tmp_path / "kept" / "rollout.png").read_bytes().startswith(b"\x89PNG")
    document = json.loads((tmp_path / "kept" / "rollout.json").read_text())
    assert document["verdict"] == "passed"
    assert "takes over" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("bad-revision", TEMPLATE, "--yes"), "'bad-revision' is not one of"),
        (("rollout", TEMPLATE), "Nothing was started: there is no terminal to ask on."),
        (("rollout", TEMPLATE, "--yes", "--only", "GET /cats/{id}"), "Say with --id what {id} is."),
        (("rollout", TEMPLATE, "--yes", "--only", "cats"), "'cats' is no route"),
    ],
)
def test_what_it_cannot_do_it_says_before_it_starts_anything(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    monkeypatch.setattr("ecs_emulator.experiments.run.run", _never)
    done = CliRunner().invoke(main, ["drill", *arguments])
    assert done.exit_code == Outcome.USAGE
    assert said in done.stderr


def test_what_is_wrong_with_the_templates_is_said_before_it_starts_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    monkeypatch.setattr("ecs_emulator.experiments.run.run", _never)
    done = CliRunner().invoke(main, ["drill", "rollout", TEMPLATE, "--yes", "--set", "Nope=1"])
    said = "There is no parameter Nope in any of the templates. There are: SubnetIds, VpcId."
    assert (done.exit_code, done.stderr) == (1, f"Error: {said}\n")


def test_what_was_said_is_what_is_brought_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    seen: list[tuple[str, Subject, DrillOptions]] = []

    def play(drill: Drill, subject: Subject, options: DrillOptions, *_: object) -> None:
        seen.append((drill.name, subject, options))
        raise EmulatorNotReady("It is not ready.")

    monkeypatch.setattr("ecs_emulator.experiments.run.run", play)
    command = ["drill", "task-killed", TEMPLATE, "--yes", "--run", "web=serve $PORT", "--set", "VpcId=vpc-1"]
    command += ["--set-attribute", "Group.GroupId=sg-1", "--task-folder", str(tmp_path)]
    done = CliRunner().invoke(main, [*command, "--speed", "20", "--clients", "3", "--think-time", "50"])
    assert (done.exit_code, done.stderr) == (Outcome.FAILED, "Error: task-killed: It is not ready.\n")
    ((name, subject, options),) = seen
    assert (name, options) == ("task-killed", DrillOptions(20.0, 3, None, 0.05))
    assert list(subject.command[1:]) == [
        "-m", "ecs_emulator", "up", "--yes", "--run=web=serve $PORT", "--set=VpcId=vpc-1",
        "--set-attribute=Group.GroupId=sg-1", f"--task-folder={tmp_path}", TEMPLATE,
    ]  # fmt: skip


def test_the_speed_is_what_the_machine_carries_unless_one_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    speeds: list[float] = []

    def play(_drill: Drill, _subject: Subject, options: DrillOptions, *_: object) -> None:
        speeds.append(options.speed)
        raise EmulatorNotReady("It is not ready.")

    monkeypatch.setattr("ecs_emulator.experiments.run.run", play)
    monkeypatch.setattr("ecs_emulator.experiments.speeds.measured", lambda: (5.0, "Five times, for a reason."))
    command = ["drill", "task-slow", TEMPLATE, "--yes"]
    assert "Five times, for a reason." in CliRunner().invoke(main, command).output
    assert "Five times" not in CliRunner().invoke(main, [*command, "--speed", "3"]).output
    assert speeds == [5.0, 3.0]


@pytest.mark.parametrize(
    ("waits", "speed"), [((), 10), ((0.01, 0.06), 10), ((0.01, 0.07), 5), ((0.2,), 2), ((3.0, 0.01), 2)]
)
def test_the_more_a_machine_lets_work_wait_the_slower_a_drill_is(waits: tuple[float, ...], speed: float) -> None:
    assert chosen(waits) == speed


def test_without_the_extra_that_draws_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecs_emulator.commands.options.find_spec", lambda _: None)
    done = CliRunner().invoke(main, ["load", "http://127.0.0.1:1", "--plot", "load.png"])
    assert (done.exit_code, done.stderr) == (
        Outcome.FAILED,
        "Error: Pictures need matplotlib: pip install 'ecs-emulator[pictures]'\n",
    )


def _never(*_: object) -> None:
    raise AssertionError("It has started a drill.")
