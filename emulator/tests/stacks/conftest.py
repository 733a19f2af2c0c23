from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator.tests.stacks import stage as staging
from emulator.tests.stacks.stage import Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A local cloud in which tasks run."""
    with staging.stage() as stage:
        yield stage


@pytest.fixture
def name() -> str:
    """A stack's name that no other test has."""
    return staging.new_name()
