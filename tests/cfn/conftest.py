from __future__ import annotations

from pathlib import Path

import pytest

from tests.cfn import platforms
from tests.cfn.platforms import KINDS, Documents, Platform


@pytest.fixture(scope="session", params=KINDS)
def platform(request: pytest.FixtureRequest) -> Platform:
    """Each platform in turn: what a test with this fixture says holds for all of them."""
    return platforms.as_written(request.param)


@pytest.fixture(scope="session")
def smallest() -> Platform:
    return platforms.as_written("smallest")


@pytest.fixture(scope="session")
def production() -> Platform:
    return platforms.as_written("production")


@pytest.fixture(scope="session")
def split() -> Platform:
    return platforms.as_written("split")


@pytest.fixture(scope="session")
def documents() -> Documents:
    return platforms.read_documents()


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every stack of every platform: `smallest--mysfits-cluster.json`."""
    folder = tmp_path_factory.mktemp("rendered")
    for kind in KINDS:
        for name, stack in platforms.as_written(kind).stacks.items():
            (folder / f"{kind}--{name}.json").write_text(stack.template())
    return folder
