"""Drills need nothing of a service but its template: they pass on one of somebody else, with a placeholder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ecs_emulator.experiments import faulty_task, rollout
from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.run import DrillOptions, run
from ecs_emulator.experiments.subject import Subject, requests
from tests.platform_runner import ROOT

pytestmark = [pytest.mark.timeout(900), pytest.mark.alone]

TEMPLATE = ROOT / "emulator" / "tests" / "somebodys-service.yml"


@pytest.mark.parametrize("drill", [rollout.DRILL, faulty_task.CUT], ids=lambda drill: drill.name)
def test_a_drill_passes_on_a_service_that_it_knows_nothing_of(drill: Drill, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mysfits", "up", "--template", str(TEMPLATE), "--yes"]
    subject = Subject(command, workload=requests(["GET /", "GET /cats/{id}"], ["anna", "bert"]))
    # As with the platform's own: where the machine was starved it could say nothing, and has one more try.
    for attempt in ("first", "second"):
        folder = tmp_path / attempt
        folder.mkdir()
        result = run(drill, subject, DrillOptions(clients=8, requests=2_000), folder, tmp_path, print)
        if not result.inconclusive:
            break
    assert [check.sentence for check in result.checks if not check.holds] == []
    assert result.record.report.requests > 0
    assert set(result.record.report.by_route()) == {"GET /", "GET /cats/{id}"}
    assert result.record.actions[-1].steady_at
