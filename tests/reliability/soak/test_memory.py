"""What a process holds itself is read as the system tells it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from reliability.soak.memory import BALANCER, REHEARSAL, MemorySampler, Part, is_readable, watching
from tests.platform_runner import PATIENCE, until

OURS, SOMEBODYS = "a" * 32, "b" * 32
HOLDS = 64 * 2**20


class Ecs:
    """Knows one task."""

    def describe_tasks(self, cluster: str, tasks: list[str]) -> dict[str, Any]:
        arn = f"arn:aws:ecs:us-east-1:123456789012:task/{cluster}/{OURS}"
        revision = "arn:aws:ecs:us-east-1:123456789012:task-definition/mysfits-likes:7"
        known = [{"taskArn": arn, "taskDefinitionArn": revision}] if OURS in tasks else []
        return {"tasks": known}


class Holding:
    """Starts processes that hold memory until the test is over."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def __call__(self, environment: dict[str, str], *words: str) -> None:
        # Written to, or the system would not give it.
        code = f"import sys; kept = b'a' * {HOLDS}; sys.stdin.read()"
        command = [sys.executable, "-c", code, *words]
        self.started.append(subprocess.Popen(command, env=environment, stdin=subprocess.PIPE))


@pytest.fixture
def holding() -> Iterator[Holding]:
    holding = Holding()
    yield holding
    for process in holding.started:
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[MemorySampler]:
    with watching(cast("Any", Ecs()), "cluster", tmp_path, every=0.05) as memory:
        yield memory


def test_a_task_is_what_all_its_processes_hold_and_others_are_left_out(
    memory: MemorySampler, holding: Holding, tmp_path: Path
) -> None:
    for task in (OURS, OURS, SOMEBODYS):
        holding({"ECS_CONTAINER_METADATA_URI_V4": f"http://127.0.0.1:1/v4/{task}-0123456789"})
    holding({"LOCAL_DIR": str(tmp_path)}, "up", "--speed", "10")
    holding({"LOCAL_DIR": f"{tmp_path}-of-somebody"}, "up", "--speed", "10")
    holding({}, "-c", f"{tmp_path}/balancer/bootstrap.json")
    sizes = {Part("mysfits-likes", OURS): 2, Part(REHEARSAL): 1, Part(BALANCER): 1}

    def held() -> bool:
        found = memory.samples()[-1].held if memory.samples() else {}
        return found.keys() == sizes.keys() and all(found[part] >= count * HOLDS for part, count in sizes.items())

    assert is_readable()
    until(held, "every part holds what it should")
    found = memory.samples()[-1].held
    assert all(found[part] < count * (HOLDS + 32 * 2**20) for part, count in sizes.items())
