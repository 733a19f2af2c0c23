from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.conftest import Rows, new_tables
from tests.fuzz.figures import Figures
from tests.server import Server
from tools import page

SEEDS = Path(__file__).parents[2] / "ops" / "seeds"
# `make fuzz` has twenty times the cases.
TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    """What the tests have seen; with FUZZ_WRITE=yes it goes into docs/reliability.md when all have passed."""
    figures = Figures()
    yield figures
    if os.environ.get("FUZZ_WRITE") == "yes" and figures.is_whole():
        page.put("bad-input", figures.markdown())


@pytest.fixture(scope="module")
def tables(session: boto3.Session) -> dict[str, str]:
    """The platform's tables, with a message board."""
    tables = new_tables(session)
    for name in ("users", "threads", "posts"):
        table = session.resource("dynamodb").Table(tables[f"{name.upper()}_TABLE_NAME"])
        for row in json.loads((SEEDS / f"{name}.json").read_text()):
            table.put_item(Item=row)
    return tables


@pytest.fixture(scope="module")
def rows(session: boto3.Session, tables: dict[str, str]) -> Rows:
    return Rows(session, tables["DDB_TABLE_NAME"])


@pytest.fixture(scope="module")
def server(tables: dict[str, str]) -> Iterator[Server]:
    """The production server, with every route."""
    with Server(tables["DDB_TABLE_NAME"], FULFILL_LIKE="yes") as server:
        yield server
