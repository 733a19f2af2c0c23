"""A service goes back to a revision that is known to have worked."""

from __future__ import annotations

import json

from ecs_emulator.ops.outcomes import Outcome
from emulator.tests.ops.conftest import Operate
from emulator.tests.ops.world import FAMILY, REPOSITORY, World


def updated(world: World, *numbers: int) -> None:
    """The service has gone through these revisions, all of which succeeded."""
    for number in numbers:
        world.definitions[number] = world._definition(number, f"{REPOSITORY}:{number}")
        world._deploy(number, "SUCCESSFUL")
        world.primary, world.runs = number, [number] * 2


def test_it_goes_back_to_the_last_completed_revision(operate: Operate, world: World) -> None:
    updated(world, 2)
    result = operate("rollback", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["revision"] == f"{FAMILY}:1"
    assert (world.primary, world.runs) == (1, [1, 1])
    assert world.aws.calls["ecs.register_task_definition"] == 0


def test_a_revision_that_failed_is_never_gone_back_to(operate: Operate, world: World) -> None:
    updated(world, 2)
    world._deploy(3, "ROLLBACK_SUCCESSFUL")
    updated(world, 4)
    assert operate("rollback").exit_code == 0
    assert world.primary == 2


def test_it_goes_to_a_named_revision(operate: Operate, world: World) -> None:
    updated(world, 2, 3)
    assert operate("rollback", "--to", "1").exit_code == 0
    assert world.primary == 1


def test_a_deployment_under_way_is_rolled_back_by_ecs_itself(operate: Operate, world: World) -> None:
    updated(world, 2)
    world._deploy(3, "IN_PROGRESS")
    world.primary = 3
    result = operate("rollback")
    assert result.exit_code == 0, result.output
    assert (world.primary, world.aws.calls["ecs.update_service"]) == (2, 0)
    assert f"{FAMILY}:3 is being rolled back to {FAMILY}:2" in result.output


def test_without_an_earlier_revision_there_is_nothing_to_go_back_to(operate: Operate, world: World) -> None:
    result = operate("rollback")
    assert result.exit_code == Outcome.NOT_FOUND
    assert "No other revision of shop-web was ever completed; say which with --to." in result.output


def test_a_way_back_that_fails_is_no_success(operate: Operate, world: World) -> None:
    updated(world, 2)
    world.fate = "ROLLBACK_FAILED"
    assert operate("rollback").exit_code == Outcome.FAILED
