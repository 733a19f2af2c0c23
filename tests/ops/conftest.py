"""A service that tests deploy, and `mysfits` working on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from emulator.tests.ops.fixtures import Clock as Clock
from emulator.tests.ops.fixtures import clock as clock
from emulator.tests.ops.fixtures import world as world
from mysfits.cli import main

Mysfits = Callable[..., Result]


@pytest.fixture
def operate() -> Mysfits:
    """Run a command of `mysfits` in this process."""
    return lambda *arguments: CliRunner().invoke(main, arguments)
