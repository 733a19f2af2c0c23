"""What is made by hand and kept by no database is named at the next start."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.durable.damage import opened
from ecs_emulator.cloud.durable.hand import ManualResources
from ecs_emulator.local import FAULT_TAG, NOT_KEPT

TASK = "arn:aws:ecs:us-east-1:123456789012:task/one/abc"


@pytest.mark.parametrize(
    ("operation", "given", "said"),
    [
        ("TagResource", {"resourceArn": TASK, "tags": [{"key": FAULT_TAG, "value": "unhealthy"}]}, 0),
        ("UntagResource", {"resourceArn": TASK, "tagKeys": [FAULT_TAG]}, 0),
        ("TagResource", {"resourceArn": TASK, "tags": [{"key": "team", "value": "one"}]}, 1),
    ],
)
def test_a_fault_of_a_task_is_missed_by_nobody(
    tmp_path: Path, operation: str, given: Mapping[str, Any], said: int
) -> None:
    lines: list[str] = []
    for _ in range(2):
        database = opened(tmp_path / "data", lines.append)
        by_hand = ManualResources(database)
        by_hand.say_what_is_gone(lines.append, ())
        by_hand.note(Call("ecs", operation, "123456789012", "us-east-1", dict(given)))
        database.close()
    assert len(lines) == said


@pytest.mark.parametrize(("count", "told"), [(3, 3), (4, 1)])
def test_much_that_is_gone_is_said_in_one_line_and_listed_in_a_file(tmp_path: Path, count: int, told: int) -> None:
    lines: list[str] = []
    for services in [[f"service{number}" for number in range(count)], []]:
        database = opened(tmp_path / "data", lines.append)
        by_hand = ManualResources(database)
        by_hand.say_what_is_gone(lines.append, ())
        for service in services:
            by_hand.note(Call(service, "CreateThing", "123456789012", "us-east-1", {"Name": "one"}))
        database.close()
    assert len(lines) == told
    if told == 1:
        page = tmp_path / NOT_KEPT
        assert lines[0].startswith("Not kept from the last run: 4 calls by hand ")
        assert f"{page} lists them" in lines[0]
        assert page.read_text().splitlines() == [f"CreateThing of service{number}: one." for number in range(count)]
