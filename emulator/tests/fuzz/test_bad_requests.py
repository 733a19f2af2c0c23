"""Bad requests over all protocols: no answer is a server's failure, none a page for people."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.service import OperationHandlers, bound
from ecs_emulator.local import REGION
from ecs_emulator.scheduler import operations as ecs
from ecs_emulator.stacks import operations as cloudformation
from ecs_emulator.stacks.stack import Stacks
from emulator.tests.cloud.wire import ask, client, session_of, signed_for
from emulator.tests.fuzz.requests import BadRequests
from emulator.tests.scheduler.world import World

# Others with another number: `make fuzz` has twenty times as many.
TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
REQUESTS = 500 * TIMES
# What the README says of operations and cases that are not emulated.
NOT_EMULATED = (b"NotImplemented", b"InternalFailure", b"UnsupportedFeatureException")


@pytest.fixture
def endpoint() -> Iterator[Cloud]:
    """An endpoint of its own, with a service of ECS that nobody ticks."""
    endpoint = Cloud(port=0)
    world = World()
    world.steady(count=1)
    stacks = Stacks(session_of(endpoint.key), REGION)
    endpoint.emulate("ecs", OperationHandlers(bound(ecs.OPERATIONS, world.scheduler)))
    endpoint.emulate("cloudformation", OperationHandlers(bound(cloudformation.OPERATIONS, stacks)))
    yield endpoint
    endpoint.close()


@pytest.mark.timeout(60 + 60 * TIMES)
def test_a_bad_request_is_never_a_failure_of_the_server_nor_a_page(endpoint: Cloud) -> None:
    source = BadRequests(SEED)
    wrong = []
    for number in range(REQUESTS):
        request = source.draw()
        answer = ask(
            endpoint,
            request.body,
            request.method,
            request.path,
            Authorization=signed_for(request.service),
            **{name.replace("-", "_"): value for name, value in request.headers.items()},
        )
        is_said = answer.status == 501 and any(code in answer.body for code in NOT_EMULATED)
        is_page = b"<html" in answer.body.lower() or b"<!doctype" in answer.body.lower()
        if (answer.status >= 500 and not is_said and request.method != "HEAD") or is_page:
            wrong.append((number, request, answer.status, answer.body[:200]))
    assert not wrong
    assert client(endpoint, "ecs").list_clusters()["clusterArns"], "it still answers"
