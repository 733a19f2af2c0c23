"""The load balancer opens connections to this machine alone, whatever addresses its targets have."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ecs_emulator.balancer.checks import check
from ecs_emulator.balancer.clusters import endpoints
from ecs_emulator.balancer.health import NO_CONNECTION, TIMED_OUT, HealthCheckSettings
from ecs_emulator.balancer.reach import Unreached, connected, is_reached
from ecs_emulator.scheduler.interfaces import TargetAddress

HERE = TargetAddress("127.8.9.1", 80)
# Of the world, of a private network, of a cloud's metadata, and of every address of this machine.
ELSEWHERE = [TargetAddress(each, 80) for each in ("8.8.8.8", "10.0.0.5", "169.254.169.254", "0.0.0.0")]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Addresses to which a connection would have been opened."""
    opened: list[Any] = []

    async def open_connection(*address: Any) -> Any:
        opened.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio, "open_connection", open_connection)
    return opened


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_target_elsewhere_is_not_asked_and_does_not_answer(opened: list[Any], target: TargetAddress) -> None:
    for protocol in ("HTTP", "TCP"):
        assert asyncio.run(check(target, HealthCheckSettings(protocol=protocol))) == TIMED_OUT
    with pytest.raises(Unreached):
        asyncio.run(connected(target))
    assert opened == []


def test_a_target_of_this_machine_is_asked(opened: list[Any]) -> None:
    assert asyncio.run(check(HERE, HealthCheckSettings())) == NO_CONNECTION
    assert (opened, is_reached(HERE)) == ([("127.8.9.1", 80)], True)


def test_envoy_is_told_of_targets_of_this_machine_alone() -> None:
    [places] = endpoints("a-group", [*ELSEWHERE, HERE])["endpoints"]
    addresses = [each["endpoint"]["address"]["socket_address"]["address"] for each in places["lb_endpoints"]]
    assert addresses == ["127.8.9.1"]
