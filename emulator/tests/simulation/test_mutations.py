"""The simulation finds every mutation of the scheduler; `--mutations` tells from which seed on."""

from __future__ import annotations

import sys

import pytest

import ecs_emulator.scheduler.rules
from ecs_emulator.scheduler import rules
from emulator.simulation.mutations import MUTATIONS, Mutation, find, mutated

AT_MOST = 50  # seeds
# Where a search begins that would take long from 0.
FIRST = {
    "A task with an unhealthy container is left alone": 220,
    "A rollback goes to the deployment before, completed or not": 220,
    "A deployment is rolled back to one whose own rollback was superseded": 100,
}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.what)
def test_a_mutation_is_found(mutation: Mutation) -> None:
    first = FIRST.get(mutation.what, 0)
    outcome = find(mutation, range(first, first + AT_MOST))
    assert outcome is not None
    assert outcome.violation is not None
    assert outcome.violation.invariant != "error"


def test_the_scheduler_is_itself_again_after_a_mutation() -> None:
    module = sys.modules["ecs_emulator.scheduler.rules"]
    with mutated(next(each for each in MUTATIONS if each.what == "The minimum is rounded down")):
        assert sys.modules["ecs_emulator.scheduler.rules"].minimum(1, 50) == 0
    assert sys.modules["ecs_emulator.scheduler.rules"] is module is rules is ecs_emulator.scheduler.rules
    assert rules.minimum(1, 50) == 1


def test_a_mutation_of_a_module_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no module steps"), mutated(Mutation("…", "steps", "", "")):
        pass


def test_a_mutation_of_text_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="has 0 of: no such text"), mutated(Mutation("…", "rules", "no such text", "")):
        pass
