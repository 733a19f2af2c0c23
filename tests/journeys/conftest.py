"""Journeys know the platform as a visitor and an operator do: by HTTP, browser and command line only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.local.surroundings import STACKS
from ops.stacks.listing import Listing
from tests.platform_runner import PATIENCE, Platform

ASSEMBLIES = Listing.read(STACKS).assemblies


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test may be the one that the services are started for, and the split assembly has many."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(6 * PATIENCE))


@pytest.fixture(scope="module", params=ASSEMBLIES)
def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole platform, as one service and then as several: what a journey says is true of both."""
    local = tmp_path_factory.mktemp("local")
    with Platform(local, options=("--assembly", request.param, "--speed", "10")) as platform:
        platform.line("Ready", within=4 * PATIENCE)
        services = platform.client("ecs").list_services(cluster=platform.outputs["ClusterName"])["serviceArns"]
        stacks = [stack for stack in ASSEMBLIES[request.param] if "Features" in stack.document["Parameters"]]
        assert len(services) == len(stacks)
        yield platform
        assert platform.stop() == 0, platform.output()
