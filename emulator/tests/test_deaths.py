"""Deaths of tasks are told while a stack waits: each reason once, with what was said last and where the rest is."""

from __future__ import annotations

from pathlib import Path

from ecs_emulator.deaths import Deaths
from emulator.tests.ops.fake_aws import FakeAws
from emulator.tests.scheduler.world import World


def test_a_task_that_dies_is_told_once_with_its_exit_code_its_last_lines_and_its_file(tmp_path: Path) -> None:
    world, aws = World(), FakeAws()
    aws.operations["ecs.describe_task_definition"] = lambda _: {"taskDefinition": {"containerDefinitions": []}}
    deaths = Deaths(world.scheduler, aws.session(), tmp_path)
    world.service("web", "crash", count=1)
    while not (stopped := [each for each in world.tasks(desiredStatus="STOPPED") if each["lastStatus"] == "STOPPED"]):
        assert list(deaths.news()) == []
        world.advance(0.5)
    name = stopped[0]["taskArn"].rpartition("/")[2]
    file = tmp_path / f"{name}.log"
    file.write_text("".join(f"line {number}\n" for number in range(20)))
    first, summary, *lines, where = deaths.news()
    assert first.startswith("A task has stopped while its stack waits for it")
    assert summary == f"  task {name[:8]} of web:1: Essential container in task exited; app: exit code 1"
    assert lines == [f"    | line {number}" for number in range(10, 20)]
    assert where == f"    all that it printed: {file}"
    # It dies again and again.
    world.advance(120)
    assert len(world.runner.runs) > 2
    assert list(deaths.news()) == []
    # One that is stopped because nobody wants it has not died; another revision that dies has.
    world.update(taskDefinition=world.definition("good"), desiredCount=0)
    world.advance(60)
    assert list(deaths.news()) == []
    world.roll("crash", desiredCount=1)
    world.advance(30)
    assert [line for line in deaths.news() if " of web:3: " in line] != []
