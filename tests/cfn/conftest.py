from __future__ import annotations

import pytest

from tests.cfn import platforms
from tests.cfn.platforms import KINDS, Documents, Platform


@pytest.fixture(scope="session", params=KINDS)
def platform(request: pytest.FixtureRequest) -> Platform:
    """Each platform in turn: what a test with this fixture says holds for all of them."""
    return platforms.make(request.param)


@pytest.fixture(scope="session")
def smallest() -> Platform:
    return platforms.make("smallest")


@pytest.fixture(scope="session")
def production() -> Platform:
    return platforms.make("production")


@pytest.fixture(scope="session")
def split() -> Platform:
    return platforms.make("split")


@pytest.fixture(scope="session")
def documents() -> Documents:
    return platforms.read_documents()
