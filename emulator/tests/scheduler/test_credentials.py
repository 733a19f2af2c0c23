"""The credentials of a task are renewed before they end, and none outlives it."""

from __future__ import annotations

import pytest

from ecs_emulator.access_key import AccessKey
from ecs_emulator.cloud.keys import Keys, RevokedKey
from ecs_emulator.scheduler.credentials import LIFE, RENEWAL, TaskRole

ROLE = "arn:aws:iam::123456789012:role/task"


def test_credentials_are_renewed_before_they_end_and_those_before_go_on_to_their_own_end() -> None:
    keys, now = Keys(AccessKey.generate()), 1_000_000.0
    role = TaskRole(ROLE, keys, lambda: now)
    first = role.document()
    assert first["Expiration"] == "1970-01-12T19:46:40Z"
    now += LIFE - RENEWAL
    assert role.document() == first
    now += 1
    second = role.document()
    assert second["AccessKeyId"] != first["AccessKeyId"]
    assert keys.find(first["AccessKeyId"], now) is not None
    with pytest.raises(RevokedKey):
        keys.find(first["AccessKeyId"], 1_000_000.0 + LIFE + 1)
    assert keys.find(second["AccessKeyId"], 1_000_000.0 + LIFE + 1) is not None


def test_no_key_of_a_task_outlives_it_not_even_one_that_is_asked_for_at_its_end() -> None:
    keys, own = Keys(AccessKey.generate()), AccessKey.generate()
    keys.add(own)
    role = TaskRole(ROLE, keys, lambda: 1_000_000.0)
    issued = [role.document()["AccessKeyId"], role.lasting().id]
    role.end()
    for key_id in issued:
        with pytest.raises(RevokedKey):
            keys.find(key_id, 1_000_000.0)
    assert keys.find(role.lasting().id, 1_000_000.0) is None
    assert keys.find(own.id, 1_000_000.0) == own


def test_two_tasks_have_nothing_in_common() -> None:
    keys = Keys(AccessKey.generate())
    one, other = TaskRole(ROLE, keys), TaskRole(ROLE, keys)
    assert one.path != other.path
    assert len(one.path) > 50
    assert one.document()["AccessKeyId"] != other.document()["AccessKeyId"]
