"""ARNs of ECS, and what is none."""

from __future__ import annotations

import pytest

from ecs_emulator.scheduler.arns import resource


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("arn:aws:ecs:us-east-1:123456789012:service/demo/web", ["service", "demo", "web"]),
        ("web", ["web"]),
        ("arn:aws:x", ["x"]),
        ("arn:", [""]),
    ],
)
def test_a_reference_has_parts_whatever_it_is(reference: str, parts: list[str]) -> None:
    assert resource(reference) == parts
