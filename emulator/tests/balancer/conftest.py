"""One load balancer for the tests of a module that only add to it: each has a path and target groups of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator.tests.balancer.stage import Appliance, Stage, staged


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("balancer")) as stage:
        yield stage


@pytest.fixture
def appliances() -> Iterator[list[Appliance]]:
    """Two targets that answer their names, a and b."""
    made = [Appliance("a"), Appliance("b")]
    yield made
    for each in made:
        each.close()
