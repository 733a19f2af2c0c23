from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.console.jobs import Jobs, NotAllowed
from ecs_emulator.program import ECS_EMULATOR
from emulator.tests.support.waiting import until


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    jobs = Jobs(ECS_EMULATOR, tmp_path, ("scale", "load"))
    yield jobs
    jobs.close()


def ended(jobs: Jobs, name: str) -> dict[str, Any]:
    until(lambda: jobs.facts()[f"job/{name}"]["exit_code"] is not None, "it has ended")
    return jobs.facts()[f"job/{name}"]


def test_a_command_runs_in_the_folder_of_the_emulator_and_its_line_can_be_copied(jobs: Jobs) -> None:
    facts = ended(jobs, jobs.run(["scale", "3", "it's"]))
    assert facts["line"] == "ecs-emulator scale 3 'it'\"'\"'s'"
    # There is no emulator in that folder, and that is what it says.
    assert facts["exit_code"] == 3
    assert "No emulator is running here." in "\n".join(facts["said"])
    assert jobs.facts()["job/1"] is facts


def test_a_command_is_ended_as_by_ctrl_c(jobs: Jobs) -> None:
    name = jobs.run(["load", "http://127.0.0.1:9", "--for", "1h"])
    jobs.stop(name)
    assert ended(jobs, name)["exit_code"] != 0


def test_another_verb_is_refused_before_anything_starts(jobs: Jobs) -> None:
    with pytest.raises(NotAllowed):
        jobs.run(["reset"])
    assert jobs.facts() == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ("drill", "rollout", "--run", "web=id"),
        ("drill", "rollout", "template.yml", "--yes", "--run=web=id"),
        ("drill",),
        ("load", "https://example.com/"),
        ("load", "http://localhost@example.com/"),
        ("load", "http://[::1/"),
        ("load", "http://localhost:8000", "--json", "figures.json"),
        ("load", "http://localhost:8000", "--plot=picture.svg"),
        ("scale", "web", "2", "--aws"),
    ],
)
def test_a_page_neither_says_what_runs_nor_writes_files_nor_leads_load_elsewhere(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    jobs = Jobs(ECS_EMULATOR, tmp_path, ("scale", "load", "drill"), [("rollout", "template.yml", "--yes")])
    with pytest.raises(NotAllowed):
        jobs.run(arguments)
    assert jobs.facts() == {}
