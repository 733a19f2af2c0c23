"""Plugin of pytest: the fixture `ecs_emulator`, an emulator for a whole session of tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ecs_emulator import Emulator

SPEED = 10.0


@pytest.fixture(scope="session")
def ecs_emulator() -> Iterator[Emulator]:
    """An Emulator on free ports, ten times faster than AWS, that keeps nothing; tests deploy what they need."""
    from ecs_emulator import Emulator

    with Emulator(speed=SPEED) as aws:
        yield aws
