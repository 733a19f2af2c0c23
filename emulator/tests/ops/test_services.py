"""A short name means one service, or the question is put back."""

from __future__ import annotations

import pytest

from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.services import Named, chosen

WEB = "shop-web-WebService-A1b2c3d4e5f6"
CARTS = "shop-carts-Service-b2B3b4B5b6B7"
OTHER = "somebody-elses-carts"


@pytest.mark.parametrize(
    ("there_are", "wanted", "found"),
    [
        ([WEB], None, WEB),
        ([WEB, CARTS], WEB, WEB),
        ([WEB, CARTS], "shop-carts", CARTS),
        ([WEB, CARTS], "carts", CARTS),
        # The stack's name goes before a mere part of a name.
        ([WEB, CARTS, OTHER], "carts", CARTS),
        ([WEB, CARTS], "web", WEB),
        ([WEB, CARTS, OTHER], "Somebody", OTHER),
        ([WEB, CARTS], "b2B", CARTS),
    ],
)
def test_a_short_name_means_one_service(there_are: list[str], wanted: str | None, found: str) -> None:
    assert chosen(there_are, wanted) == found


@pytest.mark.parametrize(
    ("there_are", "wanted", "outcome", "said"),
    [
        ([WEB, CARTS], None, Outcome.USAGE, "Say which service."),
        ([WEB, CARTS], "shop", Outcome.USAGE, "shop may be several services."),
        ([WEB], "nobody", Outcome.NOT_FOUND, f"There are: {WEB}."),
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
    assert Named("c", CARTS).short == "shop-carts"
    assert Named("c", "shop-carts-CartsService").short == "shop-carts"  # as the emulator names it
    assert Named("c", OTHER).short == OTHER
