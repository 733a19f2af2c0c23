"""Journeys know the platform as a visitor and an operator do: by HTTP, browser and command line only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform_runner import Platform


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    local: Path = tmp_path_factory.mktemp("local")
    with Platform(local) as platform:
        platform.ready()
        yield platform
        assert platform.stop() == 0, platform.output()
