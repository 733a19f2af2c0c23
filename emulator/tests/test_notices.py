"""A visitor is told what is missed, of each type its own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ecs_emulator.local import FAULT_TAG
from ecs_emulator.notices import notices
from ecs_emulator.stacks.resources.registry import UNGUARDED


@pytest.mark.parametrize("type_name", sorted(UNGUARDED))
def test_one_sentence_is_said_of_a_type_that_a_visitor_would_feel(type_name: str) -> None:
    stub = (SimpleNamespace(type=type_name, properties={}), SimpleNamespace(stubbed=True), SimpleNamespace(note=""))
    stacks: Any = SimpleNamespace(resources=lambda: [stub], all=lambda: [])
    balancer: Any = SimpleNamespace(problems=())
    [said] = notices(stacks, balancer, {})
    assert ("web ACL" in said) == type_name.startswith("AWS::WAFv2::")
    assert ("distribution" in said) == type_name.startswith("AWS::CloudFront::")


def test_a_table_that_a_tag_throttles_is_named() -> None:
    tagged = {"Tags": [{"Key": FAULT_TAG, "Value": "throttled"}]}
    tables = [
        (SimpleNamespace(type="AWS::DynamoDB::Table", logical_id=name, properties=properties), *_EMULATED)
        for name, properties in {"Hot": tagged, "Other": {}}.items()
    ]
    stacks: Any = SimpleNamespace(resources=lambda: tables, all=lambda: [])
    balancer: Any = SimpleNamespace(problems=())
    assert list(notices(stacks, balancer, {})) == [
        "The table Hot throttles every request on its items: so says its tag ecs-emulator:fault."
    ]


_EMULATED = (SimpleNamespace(stubbed=False), SimpleNamespace(note=""))
