"""Targets come, fall ill and go under a real Envoy, and no request is lost."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from ecs_emulator.scheduler.faults import CUT_OFF, DELAY, SLOW, UNHEALTHY
from emulator.tests.balancer.stage import Appliance, Stage
from emulator.tests.support.waiting import PATIENCE, until


def state(stage: Stage, group: str, appliance: Appliance) -> str | None:
    health = stage.balancer.health(group, appliance.target)
    return health and health.state


def test_only_healthy_targets_get_requests_but_all_when_none_is(stage: Stage, appliances: list[Appliance]) -> None:
    group = stage.group(HealthCheckIntervalSeconds=5)
    well, ill = appliances
    stage.serving(group, "/ill", well, ill)
    ill.health = 500
    until(lambda: state(stage, group, ill) == "unhealthy", "the ill one is noticed")
    assert stage.balancer.health(group, ill.target) == (
        "unhealthy",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [500]",
    )
    until(lambda: {stage.ask("/ill").body for _ in range(10)} == {"a"}, "the ill one gets nothing")
    assert Counter(stage.ask("/ill").body for _ in range(50)) == {"a": 50}
    well.health = 500
    until(lambda: {stage.ask("/ill").body for _ in range(10)} == {"a", "b"}, "it fails open")
    ill.health = 200
    until(lambda: state(stage, group, ill) == "healthy", "it is well again")
    until(lambda: {stage.ask("/ill").body for _ in range(10)} == {"b"}, "the well one gets all")


def test_a_new_target_gets_nothing_before_it_is_healthy(stage: Stage, appliances: list[Appliance]) -> None:
    group = stage.group()
    old, new = appliances
    stage.serving(group, "/new", old)
    new.health = 503
    stage.balancer.register(group, new.target)
    assert state(stage, group, new) == "initial"
    assert Counter(stage.ask("/new").body for _ in range(50)) == {"a": 50}
    new.health = 200
    until(lambda: {stage.ask("/new").body for _ in range(10)} == {"a", "b"}, "both serve")


def test_a_target_of_a_group_without_a_rule_is_unused(stage: Stage, appliances: list[Appliance]) -> None:
    group = stage.group()
    assert not stage.balancer.is_balanced(group)
    stage.balancer.register(group, appliances[0].target)
    assert stage.balancer.health(group, appliances[0].target) == (
        "unused",
        "Target.NotInUse",
        "Target group is not configured to receive traffic from the load balancer",
    )
    rule = stage.rule("/unused", group)
    assert stage.balancer.is_balanced(group)
    stage.healthy(group, appliances[0].target)
    stage.elbv2.delete_rule(RuleArn=rule)
    stage.balancer.changed()
    assert not stage.balancer.is_balanced(group)
    assert state(stage, group, appliances[0]) == "unused"


def test_a_target_that_leaves_drains_for_the_delay_and_is_gone(stage: Stage, appliances: list[Appliance]) -> None:
    group = stage.group({"deregistration_delay.timeout_seconds": "10"})
    stage.serving(group, "/drain", *appliances)
    begun = time.monotonic()
    stage.balancer.deregister(group, appliances[1].target)
    assert stage.balancer.health(group, appliances[1].target) == (
        "draining",
        "Target.DeregistrationInProgress",
        "Target deregistration is in progress",
    )
    until(lambda: {stage.ask("/drain").body for _ in range(10)} == {"a"}, "it gets nothing")
    assert state(stage, group, appliances[1]) in ("draining", None)
    until(lambda: state(stage, group, appliances[1]) is None, "it is gone")
    assert time.monotonic() - begun >= 1
    # Back again, it begins anew.
    stage.balancer.register(group, appliances[1].target)
    assert state(stage, group, appliances[1]) == "initial"


def test_a_target_may_come_back_while_it_drains(stage: Stage, appliances: list[Appliance]) -> None:
    group = stage.group({"deregistration_delay.timeout_seconds": "3600"})
    stage.serving(group, "/back", *appliances)
    stage.balancer.deregister(group, appliances[1].target)
    until(lambda: {stage.ask("/back").body for _ in range(10)} == {"a"}, "it gets nothing")
    stage.balancer.register(group, appliances[1].target)
    until(lambda: {stage.ask("/back").body for _ in range(10)} == {"a", "b"}, "both serve")


def test_it_does_not_fail_open_to_those_that_leave(stage: Stage, appliances: list[Appliance]) -> None:
    group = stage.group({"deregistration_delay.timeout_seconds": "3600"})
    stage.serving(group, "/leaving", *appliances)
    for each in appliances:
        stage.balancer.deregister(group, each.target)
    stage.serves("/leaving", 503)
    assert {state(stage, group, each) for each in appliances} == {"draining"}


def test_a_dead_target_that_is_deregistered_is_out_at_once(stage: Stage, appliances: list[Appliance]) -> None:
    group = stage.group({"deregistration_delay.timeout_seconds": "3600"})
    stage.serving(group, "/dead", *appliances)
    appliances[1].close()
    stage.balancer.deregister(group, appliances[1].target)
    until(lambda: {stage.ask("/dead").status for _ in range(10)} == {200}, "nothing goes to the dead one")
    assert {stage.ask("/dead").status for _ in range(50)} == {200}


def test_a_request_outlives_the_removal_of_its_target(stage: Stage) -> None:
    freed, begun = threading.Event(), threading.Event()

    def slow(request: Any) -> str:
        if request.path == "/outlives/slow":
            begun.set()
            assert freed.wait(PATIENCE)
        return "whole"

    group = stage.group({"deregistration_delay.timeout_seconds": "0"})
    with closing(Appliance(answer=slow)) as appliance, ThreadPoolExecutor(1) as threads:
        stage.serving(group, "/outlives*", appliance)
        answer = threads.submit(stage.ask, "/outlives/slow", "POST", b"like")
        assert begun.wait(PATIENCE)
        stage.balancer.deregister(group, appliance.target)
        until(lambda: state(stage, group, appliance) is None, "it is gone")
        stage.serves("/outlives", 503)
        freed.set()
        assert answer.result(PATIENCE)[::2] == (200, "whole")


class Visitors:
    """Eight clients that ask again and again until the end, each on one connection; half of them send POSTs."""

    def __init__(self, stage: Stage, path: str) -> None:
        self._stage, self._path = stage, path
        self._is_over = threading.Event()
        self._threads = ThreadPoolExecutor(8)
        self._answers = [self._threads.submit(self._visit, method) for method in ("GET", "POST") * 4]

    def _visit(self, method: str) -> Counter[tuple[int, str]]:
        counted: Counter[tuple[int, str]] = Counter()
        connection = http.client.HTTPConnection("127.0.0.1", self._stage.port, timeout=PATIENCE)
        with closing(connection):
            while not self._is_over.is_set():
                connection.request(method, self._path, b"like" if method == "POST" else None)
                answer = connection.getresponse()
                counted[answer.status, answer.read().decode()] += 1
        return counted

    def close(self) -> None:
        self._is_over.set()
        self._threads.shutdown()

    def counted(self) -> Counter[tuple[int, str]]:
        """Their answers by status and body, when they are closed. Raises what a visitor met instead of an answer."""
        return sum((answer.result(PATIENCE) for answer in self._answers), Counter())


def test_forty_changes_of_targets_under_load_lose_no_request(stage: Stage) -> None:
    """Each target that is gone is closed at once."""
    group = stage.group(
        {"deregistration_delay.timeout_seconds": "1", "load_balancing.algorithm.type": "least_outstanding_requests"}
    )
    present = [Appliance("a")]
    stage.serving(group, "/load", *present)
    with closing(Visitors(stage, "/load")) as visitors:
        for _ in range(20):
            new = Appliance("a")
            stage.balancer.register(group, new.target)
            present.append(new)
            stage.healthy(group, new.target)
            old = present.pop(0)
            stage.balancer.deregister(group, old.target)
            until(lambda old=old: state(stage, group, old) is None, "it is gone")  # type: ignore[misc]
            old.close()
    present[0].close()
    counted = visitors.counted()
    assert set(counted) == {(200, "a")}
    assert counted.total() > 500


def test_forty_changes_of_weights_rules_and_groups_under_load_lose_no_request(
    stage: Stage, appliances: list[Appliance]
) -> None:
    groups = [stage.group(), stage.group()]
    for group, appliance in zip(groups, appliances, strict=True):
        stage.balancer.register(group, appliance.target)

    def weighted(first: int) -> dict[str, Any]:
        pairs = zip(groups, (first, 100 - first), strict=True)
        shares = [{"TargetGroupArn": group, "Weight": weight} for group, weight in pairs]
        return {"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}

    rule = stage.rule("/flips", weighted(100))
    stage.healthy(groups[0], appliances[0].target)
    stage.healthy(groups[1], appliances[1].target)
    stage.serves("/flips")
    with closing(Visitors(stage, "/flips")) as visitors:
        for first in (0, 10, 50, 100) * 10:
            stage.elbv2.modify_rule(RuleArn=rule, Actions=[weighted(first)])
            passing = stage.group()
            other = stage.rule("/other", passing)
            stage.serves("/other", 503)
            stage.elbv2.delete_rule(RuleArn=other)
            stage.elbv2.delete_target_group(TargetGroupArn=passing)
            stage.balancer.changed()
    counted = visitors.counted()
    assert set(counted) == {(200, "a"), (200, "b")}


def test_a_hung_target_is_taken_out_by_time_and_the_others_are_checked_meanwhile(stage: Stage) -> None:
    hangs = threading.Event()
    group = stage.group(HealthCheckTimeoutSeconds=2, HealthCheckIntervalSeconds=5)

    with closing(Appliance("well")) as well, closing(Appliance("hung")) as hung:
        stage.serving(group, "/hung", well, hung)
        hung.hang = hangs
        until(lambda: state(stage, group, hung) == "unhealthy", "the hung one is noticed")
        assert stage.balancer.health(group, hung.target) == ("unhealthy", "Target.Timeout", "Request timed out")
        assert state(stage, group, well) == "healthy"
        hangs.set()


def test_a_target_whose_checks_are_to_fail_is_unhealthy_until_they_are_not(
    stage: Stage, appliances: list[Appliance]
) -> None:
    group = stage.group(HealthCheckIntervalSeconds=5)
    well, ill = appliances
    stage.serving(group, "/fault", well, ill)
    stage.balancer.set_fault(group, ill.target, UNHEALTHY)
    until(lambda: state(stage, group, ill) == "unhealthy", "the ill one is taken out")
    assert stage.balancer.health(group, ill.target) == (
        "unhealthy",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [503]",
    )
    assert state(stage, group, well) == "healthy"
    stage.balancer.set_fault(group, ill.target, None)
    until(lambda: state(stage, group, ill) == "healthy", "it is well again")


def test_a_slow_target_answers_late_and_stays_in(stage: Stage) -> None:
    group = stage.group(HealthCheckIntervalSeconds=5)
    with closing(Appliance("late")) as late:
        stage.serving(group, "/slow", late)
        stage.balancer.set_fault(group, late.target, SLOW)

        def took() -> float:
            begun = time.monotonic()
            assert stage.ask("/slow").body == "late"
            return time.monotonic() - begun

        until(lambda: took() >= DELAY, "it answers late")
        assert state(stage, group, late) == "healthy"
        stage.balancer.set_fault(group, late.target, None)
        until(lambda: took() < DELAY, "it answers as before")


def test_a_target_that_is_cut_off_is_taken_out_by_time_and_comes_back(
    stage: Stage, appliances: list[Appliance]
) -> None:
    group = stage.group(HealthCheckTimeoutSeconds=2, HealthCheckIntervalSeconds=5)
    well, ill = appliances
    stage.serving(group, "/cut", well, ill)
    stage.balancer.set_fault(group, ill.target, CUT_OFF)
    until(lambda: state(stage, group, ill) == "unhealthy", "the one that nobody reaches is taken out")
    assert stage.balancer.health(group, ill.target) == ("unhealthy", "Target.Timeout", "Request timed out")
    # Envoy hears of it a moment later.
    until(lambda: {stage.ask("/cut").body for _ in range(6)} == {"a"}, "it is asked no more")
    before = len(ill.requests)
    assert {stage.ask("/cut").body for _ in range(6)} == {"a"}
    assert len(ill.requests) == before
    stage.balancer.set_fault(group, ill.target, None)
    until(lambda: {stage.ask("/cut").body for _ in range(6)} == {"a", "b"}, "it is reached again")
