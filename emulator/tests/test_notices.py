"""A visitor is told what is missed, of each type its own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ecs_emulator.notices import notices
from ecs_emulator.stacks.resources.registry import UNGUARDED


@pytest.mark.parametrize("type_name", sorted(UNGUARDED))
def test_one_sentence_is_said_of_a_type_that_a_visitor_would_feel(type_name: str) -> None:
    stacks: Any = SimpleNamespace(warnings=[], stubbed={type_name}, all=lambda: [])
    balancer: Any = SimpleNamespace(problems=())
    [said] = notices(stacks, balancer, {})
    assert ("web ACL" in said) == type_name.startswith("AWS::WAFv2::")
    assert ("distribution" in said) == type_name.startswith("AWS::CloudFront::")
