"""The scheduler in simulated worlds: every invariant holds, and a seed is emulated again byte for byte."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

import pytest

from emulator.simulation import show
from emulator.simulation.__main__ import main
from emulator.simulation.mutations import MUTATIONS, mutated
from emulator.simulation.simulation import simulate
from emulator.tests.support.folders import ROOT

SEEDS = 200
BROKEN = next(each for each in MUTATIONS if each.what == "The minimum is rounded down")


@pytest.mark.parametrize("first", range(0, SEEDS, 50))
def test_every_invariant_holds_in_every_world(first: int) -> None:
    outcomes = [simulate(seed) for seed in range(first, first + 50)]
    assert [(each.seed, str(each.violation)) for each in outcomes if each.violation] == []


def test_a_deployment_that_is_gone_back_to_with_its_tasks_in_place_can_be_gone_back_to_again() -> None:
    """It completes in the moment in which it is gone back to. Found by this seed."""
    assert simulate(6346).violation is None


def test_a_seed_is_replayed_byte_for_byte() -> None:
    again = simulate(11)
    assert simulate(11).trace.lines == again.trace.lines
    # Strings hash differently in another process.
    command = [sys.executable, "-m", "emulator.simulation", "--seed", "11"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [*again.trace.lines, f"SHA-256 {again.trace.sha256()}"]


def test_another_seed_is_another_world() -> None:
    assert simulate(11).trace.sha256() != simulate(12).trace.sha256()


def test_a_failure_is_shown_with_its_seed_its_invariant_and_its_last_steps() -> None:
    with mutated(BROKEN) as broken:
        shrink = importlib.import_module("emulator.simulation.shrink").shrink
        failed = next(outcome for seed in range(50) if (outcome := broken(seed)).violation)
        shorter, without = shrink(failed)
        replayed = broken(failed.seed, without)
    assert without
    assert str(failed.violation).startswith("minimum: ")
    said = show.failure(shorter, without).splitlines()
    assert said[0] == f"seed {failed.seed}: {shorter.violation}"
    assert said[-2].endswith(f"VIOLATION {shorter.violation}")
    left_out = ",".join(map(str, without))
    assert said[-1].endswith(f"python -m emulator.simulation --seed {failed.seed} --without {left_out}")
    assert replayed.trace.lines == shorter.trace.lines


def test_an_error_of_the_scheduler_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: Any, **__: Any) -> None:
        raise KeyError("desired")

    monkeypatch.setattr("ecs_emulator.scheduler.outcome.conclude", stumble)
    violation = simulate(0).violation
    assert violation is not None
    assert (violation.invariant, violation.finding) == ("error", "KeyError: 'desired'")


@pytest.mark.parametrize(("arguments", "first"), [(["--seeds", "2"], "2 seeds, 0 violations"), (["--seed", "3"], " ")])
def test_the_command_ends_well_when_all_holds(
    arguments: list[str], first: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["simulation", *arguments])
    assert main() == 0
    said = capsys.readouterr().out
    assert said.startswith(first)
    assert "SHA-256" in said.splitlines()[-1]
