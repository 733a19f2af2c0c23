"""Each link of the proof breaks by itself."""

from __future__ import annotations

from email.message import Message
from typing import Any

import pytest

from ecs_emulator.ops.balancing import Probe
from ecs_emulator.ops.http import Answer
from ecs_emulator.ops.proof import answers, healthy_targets, primary, running_tasks

NEW, OLD = "arn:aws:ecs:r:1:task-definition/f:2", "arn:aws:ecs:r:1:task-definition/f:1"


@pytest.mark.parametrize(
    ("definitions", "desired", "ok"),
    [
        ([NEW, NEW], 2, True),
        ([NEW, OLD], 2, False),
        ([NEW], 2, False),
        ([NEW, NEW, NEW], 2, False),
        ([NEW, NEW, OLD], 2, False),
        ([], 2, False),
        ([], 0, True),
        ([OLD], 0, False),
    ],
)
def test_every_running_task_has_the_revision(definitions: list[str], desired: int, ok: bool) -> None:
    assert running_tasks(definitions, NEW, desired).ok is ok


@pytest.mark.parametrize(
    ("states", "ok"),
    [
        ([("a", "healthy"), ("b", "healthy")], True),
        ([("a", "healthy"), ("b", "healthy"), ("old", "draining")], True),
        ([("a", "healthy"), ("b", "initial")], False),
        ([("a", "healthy"), ("old", "healthy")], False),
        ([("a", "healthy"), ("b", "healthy"), ("old", "healthy")], False),
        ([], False),
    ],
)
def test_every_healthy_target_is_a_task_of_the_revision(states: list[tuple[str, str]], ok: bool) -> None:
    assert healthy_targets(states, {"a", "b"}, 2).ok is ok


def deployment(status: str, revision: str, state: str) -> dict[str, str]:
    return {"status": status, "taskDefinition": revision, "rolloutState": state}


@pytest.mark.parametrize(
    ("deployments", "ok"),
    [
        ([deployment("PRIMARY", NEW, "COMPLETED")], True),
        ([deployment("PRIMARY", NEW, "IN_PROGRESS")], False),
        ([deployment("PRIMARY", OLD, "COMPLETED")], False),
        ([deployment("PRIMARY", NEW, "COMPLETED"), deployment("ACTIVE", OLD, "COMPLETED")], False),
    ],
)
def test_the_revision_is_the_primary_one_and_alone(deployments: list[Any], ok: bool) -> None:
    assert primary({"deployments": deployments}, NEW).ok is ok


def answer(revision: str, status: int = 200) -> Answer:
    headers = Message()
    if revision:
        headers["X-Service-Revision"] = revision
    return Answer(status, headers)


@pytest.mark.parametrize(
    ("said", "alone", "ok"),
    [
        (["f:2", "f:2"], True, True),
        (["f:2", "f:1"], True, False),
        (["f:2", ""], True, False),
        (["f:2", "g:9"], True, False),
        # Of a rule that two services share, the other one is not asked about.
        (["f:2", "g:9"], False, True),
        (["f:2", "f:1", "g:9"], False, False),
    ],
)
def test_every_answer_is_the_revisions(said: list[str], alone: bool, ok: bool) -> None:
    assert answers([answer(each) for each in said], NEW, Probe("/version", alone)).ok is ok


@pytest.mark.parametrize(("status", "ok"), [(200, True), (502, False)])
def test_a_stand_in_from_elsewhere_need_not_say_its_revision(status: int, ok: bool) -> None:
    given = [answer("", status)] * 2
    assert answers(given, NEW, Probe("/version", True), may_be_mute=True).ok is ok
    assert not answers(given, NEW, Probe("/version", True)).ok
