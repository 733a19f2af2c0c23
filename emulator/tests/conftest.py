"""What all tests of the emulator may use: a local cloud, a browser, a table made from a template."""

from __future__ import annotations

import itertools

import boto3
import pytest

from ecs_emulator.local import REGION
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import read_template
from emulator.tests.support.folders import TEMPLATES

pytest_plugins = ["emulator.tests.support.browser", "emulator.tests.support.cloud"]

_numbers = itertools.count(1)


@pytest.fixture
def table_name(session: boto3.Session) -> str:
    """A new empty table of templates/table.yml, whose key is `Id`."""
    stacks = Stacks(session, REGION)
    stacks.deploy_document(f"table-{next(_numbers)}", read_template(TEMPLATES / "table.yml"), {})
    return stacks.outputs["Table"]
