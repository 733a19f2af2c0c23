"""The load balancer's rules as cfn/ makes them, and a task as it is: however an address is spelled, both understand it.

A load balancer compares the path as it is written (AWS documents no normalisation, and Envoy is told of none), a task
what it means. Breaks that this file notices, tried: the rule for `fulfill-like` with the path as it is usually written
and the setting open; no path with an escape let through; Envoy's `normalize_path`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from ecs_emulator.scheduler.interfaces import TargetAddress
from emulator.tests.balancer.stage import Stage, staged
from tests.cfn.platforms import as_written
from tests.conftest import Rows, new_table
from tests.server import Server
from tests.spellings import ODD, SAME, send, spelled

MYSFIT = "c0684344-1eb7-40e7-b334-06d25ac9268c"


def rules() -> list[dict[str, Any]]:
    found = as_written("smallest").of_type("AWS::ElasticLoadBalancingV2::ListenerRule").values()
    return sorted(found, key=lambda rule: int(rule["Priority"]))


@pytest.fixture(scope="module")
def task(session: boto3.Session) -> Iterator[Server]:
    """A task where somebody has opened `fulfill-like`, so that the load balancer alone stands before it."""
    with Server(new_table(session), FULFILL_LIKE="yes") as server:
        Rows(session, server.table_name).add(MysfitId=MYSFIT)
        yield server


@pytest.fixture(scope="module")
def balanced(task: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("balancer")) as stage:
        group, target = stage.group(), TargetAddress("127.0.0.1", task.port)
        stage.balancer.register(group, target)
        *fixed, to_tasks = rules()
        for rule in fixed:
            stage.elbv2.create_rule(**{**rule, "ListenerArn": stage.listener, "Priority": int(rule["Priority"])})
        stage.elbv2.create_rule(
            ListenerArn=stage.listener,
            Priority=int(to_tasks["Priority"]),
            Conditions=to_tasks["Conditions"],
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        stage.balancer.changed()
        stage.healthy(group, target)
        stage.serves("/health")
        yield stage


@pytest.fixture
def rows(session: boto3.Session, task: Server) -> Rows:
    return Rows(session, task.table_name)


def test_no_spelling_of_a_closed_route_passes_the_load_balancer(balanced: Stage, task: Server, rows: Rows) -> None:
    before = rows.get(MYSFIT)["Likes"]
    for spelling in [*ODD, *SAME]:
        status, _ = send(balanced.port, "POST", spelled(spelling, MYSFIT, "fulfill-like"))
        # Envoy takes no target with a fragment.
        assert status == (400 if "#" in spelling else 404), spelling
    assert rows.get(MYSFIT)["Likes"] == before


def test_an_odd_spelling_of_an_address_is_no_address_behind_the_load_balancer(balanced: Stage, rows: Rows) -> None:
    before = rows.get(MYSFIT)["Likes"]
    for spelling in ODD:
        assert send(balanced.port, "POST", spelled(spelling, MYSFIT, "like"))[0] == 404, spelling
    assert rows.get(MYSFIT)["Likes"] == before


@pytest.mark.parametrize("of", ["balancer", "task"])
@pytest.mark.parametrize(
    "spelling",
    [
        f"/mysfits/{MYSFIT}",
        f"/mysfits/{MYSFIT.replace('-', '%2D')}",
        f"/mysfits/{MYSFIT.replace('-', '%2d')}",
        "/mysfits/" + "".join(f"%{ord(letter):02X}" for letter in MYSFIT),
        f"/%6Dysfits/{MYSFIT}",
        f"http://x.example/mysfits/{MYSFIT}",
    ],
)
def test_a_legal_spelling_of_an_address_is_that_address_with_and_without_a_load_balancer(
    balanced: Stage, task: Server, of: str, spelling: str
) -> None:
    status, answer = send(balanced.port if of == "balancer" else task.port, "GET", spelling)
    assert status == 200
    assert MYSFIT.encode() in answer
