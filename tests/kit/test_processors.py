"""How many processes serve, where nobody has said it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.kit import processors
from app.kit.processors import MOST
from tests.kit.test_revision import metadata


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of three processors, without a quota."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 5}, raising=False)
    monkeypatch.setattr(processors, "_QUOTA", tmp_path / "cpu.max")


@pytest.mark.parametrize(("vcpus", "count"), [(0.25, 2), (1, 2), (2, 2), (2.5, 3), (16, 16)])
def test_a_task_has_the_processors_of_its_definition(vcpus: float, count: int) -> None:
    with metadata(body={"Limits": {"CPU": vcpus, "Memory": 512}}) as (uri, asked):
        assert processors.workers(uri) == count
        assert asked == ["/v4/container-1/task"]


@pytest.mark.parametrize("body", [{}, {"Limits": {}}, b"<html>", {"Limits": {"CPU": "many"}}, {"Limits": {"CPU": 0}}])
def test_where_ecs_does_not_say_the_machine_does(body: object) -> None:
    with metadata(body=body) as (uri, _):
        assert processors.workers(uri) == 3
    assert processors.workers(uri) == 3, "nobody answers any more"


@pytest.mark.parametrize(
    ("quota", "count"),
    [("250000 100000", 3), ("150000 100000", 2), ("20000 100000", 2), ("max 100000", 3), ("", 3), ("900000 100000", 3)],
)
def test_a_container_has_its_quota(tmp_path: Path, quota: str, count: int) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    assert processors.workers("") == count


def test_of_a_large_machine_others_have_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert processors.workers("") == MOST
