"""Wildcards mean what they mean on AWS, and no pattern takes long."""

from __future__ import annotations

import time

import pytest

from ecs_emulator.cloud.iam import allows
from ecs_emulator.ops.balancing import matches
from ecs_emulator.wildcards import fits


@pytest.mark.parametrize(
    ("pattern", "text", "does"),
    [
        ("*", "", True),
        ("a*b?d", "a/x/bcd", True),
        ("a*b?d", "a/x/bd", False),
        ("[ab]", "[ab]", True),
        ("[ab]", "a", False),
        ("[!a]", "b", False),
        ("a", "A", False),
        ("a*", "a\nb", True),
        ("a.", "ab", False),
    ],
)
def test_only_the_star_and_the_question_mark_are_special(pattern: str, text: str, does: bool) -> None:
    assert fits(pattern, text) is does


def test_a_pattern_of_many_stars_is_done_at_once() -> None:
    pattern, text = "*a" * 60 + "b", "a" * 4_000
    before = time.thread_time()
    assert not fits(pattern, text)
    assert not matches(pattern, text)
    statement = {"Effect": "Allow", "Action": pattern, "Resource": pattern}
    assert not allows([{"Statement": statement}], text, text)
    # Of its own processor time; one that goes back behind its stars takes years.
    assert time.thread_time() - before < 5


def test_the_case_of_an_action_does_not_count() -> None:
    statement = {"Effect": "Allow", "Action": "DynamoDB:get*", "Resource": "*"}
    assert allows([{"Statement": statement}], "dynamodb:GetItem", "arn")
