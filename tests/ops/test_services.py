"""A short name means one service, or the question is put back."""

from __future__ import annotations

import pytest

from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.services import Named, chosen

MONOLITH = "mysfits-service-MythicalMonolithService-a1"
LIKES = "mysfits-likes-MythicalMonolithService-b2"
OTHER = "somebody-elses-likes"


@pytest.mark.parametrize(
    ("there_are", "wanted", "found"),
    [
        ([MONOLITH], None, MONOLITH),
        ([MONOLITH, LIKES], MONOLITH, MONOLITH),
        ([MONOLITH, LIKES], "mysfits-likes", LIKES),
        ([MONOLITH, LIKES], "likes", LIKES),
        # The stack's name goes before a mere part of a name.
        ([MONOLITH, LIKES, OTHER], "likes", LIKES),
        ([MONOLITH, LIKES], "service", MONOLITH),
        ([MONOLITH, LIKES, OTHER], "Somebody", OTHER),
        ([MONOLITH, LIKES], "b2", LIKES),
    ],
)
def test_a_short_name_means_one_service(there_are: list[str], wanted: str | None, found: str) -> None:
    assert chosen(there_are, wanted) == found


@pytest.mark.parametrize(
    ("there_are", "wanted", "outcome", "said"),
    [
        ([MONOLITH, LIKES], None, Outcome.USAGE, "Say which service."),
        ([MONOLITH, LIKES], "mysfits", Outcome.USAGE, "mysfits may be several services."),
        ([MONOLITH], "nobody", Outcome.NOT_FOUND, f"There are: {MONOLITH}."),
        ([], None, Outcome.NOT_FOUND, "There are none."),
    ],
)
def test_a_name_that_means_none_or_several_is_put_back(
    there_are: list[str], wanted: str | None, outcome: Outcome, said: str
) -> None:
    with pytest.raises(Failure) as failed:
        chosen(there_are, wanted)
    assert failed.value.outcome is outcome
    assert said in str(failed.value)


def test_a_service_is_called_by_its_stack() -> None:
    assert Named("c", LIKES).short == "mysfits-likes"
    assert Named("c", OTHER).short == OTHER
