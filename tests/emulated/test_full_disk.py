"""A like on the emulator's disk: one that may not be stored is in doubt, and never counted twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.kit import aws
from app.kit.dynamodb import InDoubt, Table
from app.kit.event_loop import run
from app.kit.problems import Unavailable
from app.likes.sequence_numbers import Writer
from app.likes.store import Likes
from ecs_emulator.cloud.durable.database import Changes, NotWritten
from ecs_emulator.local import REGION, client_environment
from emulator.tests.cloud.durable.life import TABLE, Life


def test_a_like_on_a_full_disk_is_in_doubt_and_so_a_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Life(tmp_path / "data.sqlite").started() as life:
        life.client("dynamodb").create_table(
            **{
                **TABLE,
                "KeySchema": [{"AttributeName": "MysfitId", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "MysfitId", "AttributeType": "S"}],
            }
        )
        life.client("dynamodb").put_item(TableName="notes", Item={"MysfitId": {"S": "a"}, "Likes": {"N": "0"}})
        for name, value in client_environment(life.cloud.url, life.cloud.key).items():
            monkeypatch.setenv(name, value)
        likes = Likes(Table(aws.dynamodb(REGION), "notes"), Writer())
        assert run(likes.add("a", 1, time.monotonic() + 60)) == 1

        def nothing(_changes: Changes) -> None:
            raise NotWritten("database or disk is full")

        with monkeypatch.context() as full:
            full.setattr(life.database, "write", nothing)
            with pytest.raises(Unavailable) as caught:
                run(likes.add("a", 1, time.monotonic() + 1))
            assert (type(caught.value), caught.value.code) == (InDoubt, 503)
        assert run(likes.add("a", 1, time.monotonic() + 60)) == 2
