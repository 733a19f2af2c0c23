"""A service that is updated, well and badly."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.cloud.errors import AwsError
from emulator.tests.scheduler.world import BREAKER, GROUP, World

WORKSHOP = {"minimumHealthyPercent": 0, "maximumPercent": 100}


@pytest.fixture
def world() -> World:
    return World()


def serving(world: World) -> int:
    """How many targets get requests."""
    return sum(
        (health := world.targets.health(group, target)) is not None and health.state == "healthy"
        for group, target in world.targets.since
    )


def least_serving(world: World, seconds: float) -> int:
    least = serving(world)
    for _ in range(int(seconds * 2)):
        world.advance(0.5)
        least = min(least, serving(world))
    return least


def test_a_rollout_never_has_fewer_healthy_tasks_than_its_minimum(world: World) -> None:
    world.steady(count=4, deploymentConfiguration={"minimumHealthyPercent": 75, "maximumPercent": 125})
    before = {task["taskArn"] for task in world.tasks()}
    world.roll("good")
    assert least_serving(world, 120) == 3
    assert not before & {task["taskArn"] for task in world.tasks()}
    assert world.course()["status"] == "SUCCESSFUL"


def test_a_service_with_a_minimum_of_nothing_is_interrupted_by_every_rollout(world: World) -> None:
    world.steady(count=1, deploymentConfiguration=WORKSHOP)
    world.roll("good")
    assert least_serving(world, 60) == 0
    assert [task["lastStatus"] for task in world.tasks()] == ["RUNNING"]


def test_both_deployments_are_shown_while_they_are_side_by_side(world: World) -> None:
    world.steady(count=2)
    first = world.shown()["taskDefinition"]
    world.roll("good")
    world.advance(2)
    shown = world.shown()
    primary, active = shown["deployments"]
    assert (primary["status"], primary["rolloutState"], primary["runningCount"]) == ("PRIMARY", "IN_PROGRESS", 2)
    assert (active["status"], active["rolloutState"], active["runningCount"]) == ("ACTIVE", "COMPLETED", 2)
    assert active["taskDefinition"] == first
    assert shown["taskDefinition"] == primary["taskDefinition"]
    assert shown["runningCount"] == 4
    assert primary["rolloutStateReason"] == f"ECS deployment {primary['id']} in progress."


def test_a_rollout_is_told_in_the_words_of_ecs(world: World) -> None:
    world.steady(count=1)
    (old,) = world.tasks()
    said = len(world.events())
    world.roll("good")
    world.advance(60)
    (new,) = world.tasks()
    ids = [task["taskArn"].rpartition("/")[2] for task in (old, new)]
    assert world.events()[said:] == [
        f"(service web) has started 1 tasks: (task {ids[1]}).",
        f"(service web, taskSet {new['startedBy']}) registered 1 targets in (target-group {GROUP})",
        f"(service web, taskSet {old['startedBy']}) has stopped 1 running tasks: (task {ids[0]}).",
        f"(service web, taskSet {old['startedBy']}) deregistered 1 targets in (target-group {GROUP})",
        f"(service web, taskSet {old['startedBy']}) has begun draining connections on 1 tasks.",
        f"(service web) (deployment {new['startedBy']}) deployment completed.",
        "(service web) has reached a steady state.",
    ]
    assert not any("unable" in event for event in world.events())


@pytest.mark.parametrize("image", ["crash", "sick", "missing"])
def test_a_bad_revision_is_rolled_back_and_nobody_notices(world: World, image: str) -> None:
    world.steady(count=2, deploymentConfiguration=BREAKER)
    good, before = world.shown()["taskDefinition"], world.tasks()
    deployment = world.shown()["deployments"][0]["id"]
    world.roll(image)
    failing = world.shown()["deployments"][0]["id"]
    assert least_serving(world, 120) == 2
    shown, course = world.shown(), world.course()
    assert course["status"] == "ROLLBACK_SUCCESSFUL"
    assert course["rollback"]["reason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert course["rollback"]["serviceRevisionArn"] == shown["currentServiceRevisions"][0]["arn"]
    assert course["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert course["deploymentCircuitBreaker"]["threshold"] == 3
    assert course["deploymentCircuitBreaker"]["failureCount"] >= 3
    assert shown["taskDefinition"] == good
    assert [(each["id"], each["rolloutState"]) for each in shown["deployments"]] == [(deployment, "COMPLETED")]
    assert [task["taskArn"] for task in world.tasks()] == [task["taskArn"] for task in before]
    assert f"(service web) (deployment {failing}) deployment failed: tasks failed to start." in world.events()
    assert f"(service web) rolling back to deployment {deployment}." in world.events()


@pytest.mark.parametrize(
    ("image", "code", "reason"),
    [
        ("crash", "EssentialContainerExited", "Essential container in task exited"),
        ("sick", "ServiceSchedulerInitiated", f"Task failed ELB health checks in (target-group {GROUP})"),
        ("missing", "TaskFailedToStart", "CannotPullContainerError: not found"),
    ],
)
def test_a_failed_task_says_why(world: World, image: str, code: str, reason: str) -> None:
    world.service(image=image, deploymentConfiguration=BREAKER)
    world.advance(60)
    task = world.tasks(desiredStatus="STOPPED")[0]
    assert (task["lastStatus"], task["stopCode"], task["stoppedReason"]) == ("STOPPED", code, reason)


def test_the_state_of_a_rollback_can_be_seen_on_its_way(world: World) -> None:
    world.steady(count=2, deploymentConfiguration={**BREAKER, **WORKSHOP})
    world.roll("crash")
    states = {world.course()["status"]}
    for _ in range(240):
        world.advance(0.5)
        states.add(world.course()["status"])
    assert states == {"PENDING", "IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"}
    assert serving(world) == 2


def test_without_a_rollback_a_failed_deployment_stops_and_what_serves_goes_on(world: World) -> None:
    world.steady(count=2, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}})
    world.roll("crash")
    assert least_serving(world, 60) == 2
    course, started = world.course(), len(world.runner.runs)
    assert (course["status"], course["statusReason"]) == (
        "STOPPED",
        "ECS deployment circuit breaker: tasks failed to start.",
    )
    assert course["stoppedAt"] == course["finishedAt"]
    assert [each["rolloutState"] for each in world.shown()["deployments"]] == ["FAILED", "COMPLETED"]
    world.running()[0].end(137)
    world.advance(60)
    assert serving(world) == 2
    assert len(world.runner.runs) == started + 1


def test_a_first_deployment_has_nothing_to_go_back_to(world: World) -> None:
    world.service(image="crash", deploymentConfiguration=BREAKER)
    world.advance(60)
    assert world.course()["status"] == "STOPPED"
    assert world.shown()["deployments"][0]["rolloutState"] == "FAILED"
    started = len(world.runner.runs)
    world.advance(60)
    assert len(world.runner.runs) == started
    world.roll("good")
    world.advance(60)
    assert world.course()["status"] == "SUCCESSFUL"
    assert [each["status"] for each in world.shown()["deployments"]] == ["PRIMARY"]


def test_a_rollback_that_fails_itself_says_so(world: World) -> None:
    world.steady(count=2, deploymentConfiguration={**BREAKER, **WORKSHOP})
    world.roll("crash")
    for run in world.runner.runs[:2]:
        run.launch.definition["containerDefinitions"][0]["image"] = "missing"
    world.advance(120)
    assert world.course()["status"] == "ROLLBACK_FAILED"
    assert world.shown()["deployments"][0]["rolloutState"] == "FAILED"


def test_a_rollback_is_counted_anew(world: World) -> None:
    breaker = {"enable": True, "rollback": True, "resetOnHealthyTask": False}
    world.service(count=2, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    for _ in range(2):
        world.advance(1)
        world.running()[0].end(1)
    world.advance(60)
    assert world.shown()["deployments"][0]["failedTasks"] == 2
    world.roll("crash")
    world.advance(60)
    assert world.course()["status"] == "ROLLBACK_SUCCESSFUL"
    assert world.shown()["deployments"][0]["failedTasks"] == 0


def test_a_revision_that_is_on_its_way_back_is_not_gone_back_to(world: World) -> None:
    world.steady(count=2, deploymentConfiguration={**BREAKER, **WORKSHOP})
    world.roll("crash")
    while world.course()["status"] != "ROLLBACK_IN_PROGRESS":
        world.advance(0.5)
    world.roll("missing")
    world.advance(60)
    assert world.course()["status"] == "STOPPED"
    assert world.shown()["deployments"][0]["rolloutState"] == "FAILED"


def test_a_rollout_is_not_done_before_the_last_old_task_has_gone(world: World) -> None:
    world.steady(count=1)
    old = world.running()[0]
    world.roll("good")
    world.advance(10)
    old.stops_at_once = False
    world.advance(60)
    assert [each["status"] for each in world.shown()["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert world.course()["status"] == "IN_PROGRESS"
    old.end(137)
    world.advance(1)
    assert world.course()["status"] == "SUCCESSFUL"


def test_a_rollout_waits_for_what_is_left_of_a_task_that_died(world: World) -> None:
    app = {"name": "app", "image": "good", "portMappings": [{"containerPort": 8080}]}
    two = world.definition(containerDefinitions=[app, {"name": "helper", "image": "good"}])
    world.steady(count=1, taskDefinition=two)
    old = world.running()[0]
    world.roll("good")
    world.advance(1)
    old.stops_at_once = False
    old.end(1, "app")
    world.advance(60)
    assert world.course()["status"] == "IN_PROGRESS"
    old.end(137)
    world.advance(1)
    assert world.course()["status"] == "SUCCESSFUL"


def test_the_threshold_of_the_breaker_can_be_chosen(world: World) -> None:
    breaker = {"enable": True, "rollback": True, "thresholdConfiguration": {"type": "COUNT", "value": 7}}
    world.steady(count=1, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    world.roll("crash")
    world.advance(60)
    assert world.course()["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 7, "threshold": 7}
    assert len(world.runner.runs) == 1 + 7


@pytest.mark.parametrize(("reset", "states"), [(True, {"IN_PROGRESS"}), (False, {"ROLLBACK_IN_PROGRESS"})])
def test_a_healthy_task_resets_the_count_of_failures_unless_it_is_told_not_to(
    world: World, reset: bool, states: set[str]
) -> None:
    breaker = {"enable": True, "rollback": True, "resetOnHealthyTask": reset}
    world.steady(count=3, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    world.roll("good")
    world.advance(1)
    slow, healthy, _ = world.running()[-3:]
    world.targets.said |= {slow.address: "initial", healthy.address: "initial"}

    def fail_twice() -> None:
        for _ in range(2):
            world.running()[-1].end(1)
            world.advance(1)

    fail_twice()
    world.targets.said[healthy.address] = "healthy"
    world.advance(1)
    fail_twice()
    assert world.course()["status"] in states


def test_without_a_breaker_failing_tasks_are_tried_again_ever_more_rarely(world: World) -> None:
    world.service(image="crash", count=1)
    world.advance(1200)
    assert 5 <= len(world.runner.runs) <= 12
    assert world.shown()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    complaints = [event for event in world.events() if "is unable to consistently start tasks successfully" in event]
    assert len(complaints) == 1


def test_a_newer_update_takes_the_place_of_one_under_way(world: World) -> None:
    world.steady(count=2, deploymentConfiguration=BREAKER)
    world.roll("sick")
    world.advance(3)
    world.roll("good")
    world.advance(1)
    assert [each["status"] for each in world.shown()["deployments"]] == ["PRIMARY", "ACTIVE", "ACTIVE"]
    assert least_serving(world, 90) == 2
    listed = world.call("ListServiceDeployments", cluster="demo", service="web")["serviceDeployments"]
    assert [each["status"] for each in listed] == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]
    assert [run.image for run in world.running()] == ["good", "good"]


def test_a_bad_update_during_a_rollout_is_rolled_back_to_what_was_last_completed(world: World) -> None:
    world.steady(count=2, deploymentConfiguration=BREAKER)
    first = world.shown()["taskDefinition"]
    world.roll("good")
    world.advance(3)
    world.roll("crash")
    assert least_serving(world, 90) == 2
    assert world.course()["status"] == "ROLLBACK_SUCCESSFUL"
    assert world.shown()["taskDefinition"] == first


def test_new_tasks_can_be_forced_without_a_new_definition(world: World) -> None:
    world.steady(count=2)
    before = {task["taskArn"] for task in world.tasks()}
    world.update(forceNewDeployment=True)
    assert least_serving(world, 60) == 2
    assert not before & {task["taskArn"] for task in world.tasks()}
    assert len({task["taskDefinitionArn"] for task in world.tasks()}) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"desiredCount": 5},
        {"healthCheckGracePeriodSeconds": 30},
        {"deploymentConfiguration": {"maximumPercent": 150}},
        {"enableExecuteCommand": True},
    ],
)
def test_some_settings_change_without_a_deployment(world: World, change: dict[str, Any]) -> None:
    role = "arn:aws:iam::123456789012:role/task"
    world.steady(count=2, taskDefinition=world.definition(taskRoleArn=role))
    before = world.shown()["deployments"][0]["id"]
    world.update(**change)
    world.advance(60)
    assert [each["id"] for each in world.shown()["deployments"]] == [before]
    assert world.shown()["runningCount"] == change.get("desiredCount", 2)
    assert len(world.call("ListServiceDeployments", cluster="demo", service="web")["serviceDeployments"]) == 1


def test_a_part_of_the_deployment_configuration_changes_alone(world: World) -> None:
    world.steady(count=2, deploymentConfiguration={**BREAKER, "minimumHealthyPercent": 50})
    world.update(deploymentConfiguration={"maximumPercent": 150})
    configuration = world.shown()["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (50, 150)
    assert configuration["deploymentCircuitBreaker"]["rollback"] is True


def test_more_tasks_during_a_rollout_are_more_of_both_revisions(world: World) -> None:
    world.steady(count=2)
    first = world.shown()["taskDefinition"]
    world.roll("sick")
    world.advance(2)
    world.update(desiredCount=4)
    world.advance(2)
    assert [task["taskDefinitionArn"] for task in world.tasks()].count(first) == 4


def test_a_deployment_can_be_stopped_and_rolled_back(world: World) -> None:
    world.steady(count=2)
    first = world.shown()["taskDefinition"]
    world.roll("sick")
    world.advance(2)
    arn = world.course()["serviceDeploymentArn"]
    assert world.call("StopServiceDeployment", serviceDeploymentArn=arn) == {"serviceDeploymentArn": arn}
    assert world.course()["status"] == "ROLLBACK_REQUESTED"
    assert least_serving(world, 60) == 2
    assert world.course()["status"] == "ROLLBACK_SUCCESSFUL"
    assert world.shown()["taskDefinition"] == first
    with pytest.raises(AwsError, match="cannot be stopped"):
        world.call("StopServiceDeployment", serviceDeploymentArn=arn)


def test_a_deployment_can_be_aborted_where_it_stands(world: World) -> None:
    world.steady(count=2)
    world.roll("sick")
    world.advance(2)
    arn = world.course()["serviceDeploymentArn"]
    world.call("StopServiceDeployment", serviceDeploymentArn=arn, stopType="ABORT")
    assert world.course()["status"] == "STOP_REQUESTED"
    assert least_serving(world, 60) == 2
    assert world.course()["status"] == "STOPPED"
    assert world.shown()["deployments"][0]["rolloutState"] == "FAILED"


def test_a_rollout_that_its_percentages_forbid_says_so_once(world: World) -> None:
    world.steady(count=1, deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 150})
    world.roll("good")
    world.advance(60)
    assert sum("was unable to stop or start tasks during a deployment" in event for event in world.events()) == 1
    assert serving(world) == 1


def test_other_target_groups_are_a_new_deployment(world: World) -> None:
    world.steady(count=1)
    other = GROUP.replace("web", "other")
    world.targets.balanced.add(other)
    world.update(loadBalancers=[{"targetGroupArn": other, "containerName": "app", "containerPort": 8080}])
    world.advance(60)
    (run,) = world.running()
    assert [group for group, target in world.targets.since if target.id == run.address] == [other]
