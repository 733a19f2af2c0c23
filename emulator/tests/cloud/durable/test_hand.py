"""What is made by hand and kept by no database is named at the next start."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.durable.damage import opened
from ecs_emulator.cloud.durable.hand import ManualResources
from ecs_emulator.local import FAULT_TAG

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
