"""The parameters that stacks had last are those of the next start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ecs_emulator.cloud.durable.database import Cell, Changes, Database
from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from ecs_emulator.local import REGION
from ecs_emulator.sessions import session_of
from ecs_emulator.stacks.stack import Stacks
from emulator.tests.cloud.durable.life import Life
from ops.local.last_parameters import LastParameters
from ops.stacks.listing import Listed

DOCUMENT = {
    "Parameters": {name: {"Type": "String", "Default": "1"} for name in ("Count", "Size", "ImageTag")},
    "Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Count"}}}},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.sqlite"


@pytest.fixture
def listed() -> Listed:
    return Listed("a-stack", DOCUMENT, {"Size": 2}, "", Path())


@pytest.fixture
def stacks(path: Path) -> Iterator[tuple[Stacks, LastParameters, Life]]:
    with Life(path).started() as life:
        last = LastParameters(life.database, MOTO_LOCK)
        session = session_of(life.cloud.url, life.cloud.key)
        with closing(Stacks(session, REGION, completed=last.remember)) as stacks:
            yield stacks, last, life


def test_the_parameters_that_a_stack_had_last_are_used_again(
    stacks: tuple[Stacks, LastParameters, Life], listed: Listed
) -> None:
    made, last, _ = stacks
    said: list[str] = []
    given = {"a-stack": {"Count": "many", "ImageTag": "x"}}
    made.deploy_all([listed], last.used([listed], given, said.append))
    assert said == []
    assert last.used([listed], {}, said.append) == {"a-stack": {"Count": "many"}}
    assert said == ["Parameters as last used: a-stack.Count=many (`--set` changes them, `make clean` forgets them)."]
    # What is given now is used, and what is the list's own is not remembered.
    assert last.used([listed], {"a-stack": {"Count": "few"}}, said.append) == {"a-stack": {"Count": "few"}}
    made.deploy("a-stack", DOCUMENT, {"Count": "1", "Size": "2"})
    assert last.used([listed], {}, pytest.fail) == {"a-stack": {}}


def test_parameters_of_an_update_that_went_back_are_not_used_again(
    stacks: tuple[Stacks, LastParameters, Life], listed: Listed
) -> None:
    made, last, _ = stacks
    made.deploy_all([listed], last.used([listed], {"a-stack": {"Count": "good"}}, pytest.fail))
    with pytest.raises(Exception, match="a-stack"):
        made.deploy("a-stack", DOCUMENT, {"Count": "x" * 600})
    said: list[str] = []
    assert last.used([listed], {}, said.append) == {"a-stack": {"Count": "good"}}


def test_a_parameter_that_the_template_no_longer_has_is_not_used_again(path: Path, listed: Listed) -> None:
    with closing(Database(path)) as database:
        database.write(Changes({Cell("parameters", "", "a-stack"): {"Old": "1", "Count": "2"}}))
        last = LastParameters(database, MOTO_LOCK)
        assert last.used([listed], {}, lambda _: None) == {"a-stack": {"Count": "2"}}
