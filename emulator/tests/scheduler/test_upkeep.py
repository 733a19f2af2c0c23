"""A service that nobody updates: what it does when its tasks die, fall ill, are stopped or get more."""

from __future__ import annotations

import pytest

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler.interfaces import ContainerState
from emulator.tests.scheduler.world import GROUP, World


@pytest.fixture
def world() -> World:
    return World()


def test_a_task_is_registered_when_it_runs_with_its_own_address_and_port(world: World) -> None:
    world.service(count=1)
    world.advance(0.5)
    assert (world.tasks()[0]["lastStatus"], world.targets.since) == ("PENDING", {})
    world.advance(0.5)
    assert world.tasks()[0]["lastStatus"] == "RUNNING"
    ((group, target),) = world.targets.since
    assert (group, target) == (GROUP, (world.runner.runs[0].address, 9080))


def test_a_task_that_dies_is_deregistered_and_replaced_at_once(world: World) -> None:
    world.steady(count=2)
    dead, other = world.running()
    dead.end(137)
    world.advance(0.5)
    assert world.targets.history[-1] == f"-{dead.address}"
    assert other in world.running()
    assert len(world.running()) == 2
    (task,) = world.tasks(desiredStatus="STOPPED")
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["containers"][0]["exitCode"] == 137


def test_a_task_that_has_served_is_no_failed_task_when_it_dies(world: World) -> None:
    world.steady(count=1)
    for _ in range(5):
        world.running()[0].end(137)
        world.advance(1)
        assert world.shown()["deployments"][0]["failedTasks"] == 0
        world.advance(9)
    assert not any("unable" in event for event in world.events())


def test_a_task_is_told_to_stop_only_after_its_target_has_gone(world: World) -> None:
    world.steady(count=2)
    run = world.running()[0]
    world.call("StopTask", cluster="demo", task=run.launch.task_arn, reason="a test")
    world.advance(0.5)
    assert f"-{run.address}" in world.targets.history
    assert len(world.running()) == 2
    (task,) = world.tasks(desiredStatus="STOPPED")
    assert (task["lastStatus"], task["stopCode"], task["stoppedReason"]) == ("DEACTIVATING", "UserInitiated", "a test")
    world.advance(9)
    assert run.told_to_stop == 0
    world.advance(1)
    assert run.told_to_stop == 1
    world.advance(0.5)
    assert world.tasks(desiredStatus="STOPPED")[0]["lastStatus"] == "STOPPED"


@pytest.mark.parametrize(("first", "last"), [(5.0, 20.0), (20.0, 5.0)])
def test_a_task_of_two_target_groups_is_told_to_stop_when_both_have_drained(
    world: World, first: float, last: float
) -> None:
    other = GROUP.replace("web", "other")
    world.targets.balanced.add(other)
    world.targets.delays = {GROUP: first, other: last}
    world.steady(
        count=1,
        loadBalancers=[
            {"targetGroupArn": group, "containerName": "app", "containerPort": 8080} for group in (GROUP, other)
        ],
    )
    run = world.running()[0]
    assert len(world.targets.since) == 2
    world.call("StopTask", cluster="demo", task=run.launch.task_arn)
    world.advance(19)
    (task,) = world.tasks(desiredStatus="STOPPED")
    assert (task["lastStatus"], run.told_to_stop) == ("DEACTIVATING", 0)
    world.advance(2)
    assert run.told_to_stop == 1


def test_a_task_that_ends_while_its_target_drains_is_not_waited_for(world: World) -> None:
    world.steady(count=2)
    run = world.running()[0]
    world.call("StopTask", cluster="demo", task=run.launch.task_id)
    run.end(0)
    world.advance(1)
    (task,) = world.tasks(desiredStatus="STOPPED")
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "UserInitiated")


def test_an_unhealthy_task_is_replaced_before_it_is_stopped(world: World) -> None:
    world.steady(count=2)
    ill = world.running()[0]
    world.targets.said[ill.address] = "unhealthy"
    world.advance(0.5)
    assert len(world.running()) == 3
    assert (
        f"(service web) (task {ill.launch.task_id}) (port 8080) is unhealthy in (target-group {GROUP}) "
        "due to (reason Health checks failed with these codes: [503])"
    ) in world.events()
    world.advance(4)
    assert ill in world.running()
    world.advance(3)
    assert ill not in world.running()
    assert len(world.running()) == 2


def test_an_unhealthy_task_makes_room_where_there_is_none(world: World) -> None:
    world.steady(count=2, deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 100})
    for run in world.running():
        world.targets.said[run.address] = "unhealthy"
    world.advance(0.5)
    assert len(world.running()) == 1
    world.advance(60)
    assert len(world.running()) == 2
    assert world.shown()["events"][0]["message"] == "(service web) has reached a steady state."


def test_a_task_that_recovers_makes_its_successor_needless(world: World) -> None:
    world.steady(count=2)
    ill = world.running()[0]
    world.targets.said[ill.address] = "unhealthy"
    world.advance(1)
    world.targets.said[ill.address] = "healthy"
    world.advance(1)
    assert ill in world.running()
    assert len(world.running()) == 2


def test_an_unhealthy_old_task_is_replaced_by_its_own_revision_during_a_rollout(world: World) -> None:
    world.steady(count=4, deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 150})
    old = world.shown()["taskDefinition"]
    ill = world.running()[0]
    world.roll("crash")
    world.advance(1)
    world.targets.said[ill.address] = "unhealthy"
    ill.end(1)
    world.advance(12)
    assert sum(run.launch.definition["taskDefinitionArn"] == old for run in world.runner.runs) == 5


def test_health_checks_are_ignored_in_the_grace_period(world: World) -> None:
    world.service(image="sick", count=1, healthCheckGracePeriodSeconds=60)
    world.advance(59)
    assert len(world.runner.runs) == 1
    assert world.shown()["deployments"][0]["failedTasks"] == 0
    world.advance(5)
    assert len(world.runner.runs) == 2


def test_the_grace_period_is_shortened_like_every_interval() -> None:
    world = World(speed=10)
    world.service(image="sick", count=1, healthCheckGracePeriodSeconds=100)
    world.advance(9)
    assert len(world.runner.runs) == 1
    world.advance(5)
    assert len(world.runner.runs) == 2


@pytest.mark.parametrize(("grace", "seconds"), [(100, 30), (20, 20), (400, 40)])
def test_no_speed_takes_the_time_to_start_from_a_grace_period_that_has_it(grace: int, seconds: int) -> None:
    world = World(speed=10, startup=30)
    world.service(image="sick", count=1, healthCheckGracePeriodSeconds=grace)
    world.advance(seconds - 1)
    assert len(world.runner.runs) == 1
    world.advance(5)
    assert len(world.runner.runs) == 2


def test_a_task_without_a_load_balancer_is_healthy_after_40_seconds(world: World) -> None:
    world.service(count=1, balanced=False)
    world.advance(39)
    assert world.shown()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    world.advance(3)
    assert world.shown()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_target_group_that_nothing_uses_any_more_checks_nobody(world: World) -> None:
    world.steady(count=1)
    for run in world.running():
        world.targets.said[run.address] = "unused"
    world.advance(60)
    assert len(world.runner.runs) == 1
    world.update(forceNewDeployment=True)
    world.advance(1)
    world.targets.said[world.runner.runs[-1].address] = "unused"
    world.advance(38)
    assert world.course()["status"] == "IN_PROGRESS"
    world.advance(20)
    assert world.course()["status"] == "SUCCESSFUL"


@pytest.mark.parametrize("speed", [1, 100])
def test_a_process_that_fails_at_its_start_is_a_failed_task_at_any_speed(speed: float) -> None:
    """At speed, a health check passes sooner than a process fails."""
    world = World(speed=speed)
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    world.service(count=1, deploymentConfiguration=breaker)
    for _ in range(3):
        world.advance(1)
        run = world.runner.runs[-1]
        world.targets.said[run.address] = "healthy"
        world.advance(0.5)
        run.end(1)
    world.advance(0.5)
    assert world.course()["status"] in ("STOPPED", "SUCCESSFUL")
    assert world.shown()["deployments"][0]["failedTasks"] == 3


def test_a_process_is_not_judged_before_it_can_have_started() -> None:
    """At speed, the last health check fails sooner than a process listens."""
    world = World(speed=100)
    world.service(count=1)
    world.advance(0.5)
    world.targets.said[world.runner.runs[0].address] = "unhealthy"
    world.advance(1)
    world.targets.said[world.runner.runs[0].address] = "healthy"
    world.advance(2)
    assert len(world.runner.runs) == 1
    assert world.course()["status"] == "SUCCESSFUL"


def test_fewer_tasks_are_stopped_gently_and_more_are_started(world: World) -> None:
    world.steady(count=2)
    world.update(desiredCount=4)
    world.advance(10)
    assert len(world.running()) == 4
    world.update(desiredCount=1)
    world.advance(1)
    assert len(world.running()) == 1
    assert all(run.told_to_stop == 0 for run in world.runner.runs)
    world.advance(60)
    assert sum(run.told_to_stop > 0 for run in world.runner.runs) == 3
    assert world.shown()["events"][0]["message"] == "(service web) has reached a steady state."


def test_a_service_may_want_no_task_at_all(world: World) -> None:
    world.steady(count=0)
    world.update(desiredCount=1)
    world.advance(10)
    world.update(desiredCount=0)
    world.advance(30)
    assert world.shown()["runningCount"] == 0
    assert world.tasks() == []


def test_a_deleted_service_drains_before_it_is_inactive(world: World) -> None:
    world.steady(count=2)
    with pytest.raises(AwsError, match="cannot be stopped while it is scaled above 0"):
        world.call("DeleteService", cluster="demo", service="web")
    deleted = world.call("DeleteService", cluster="demo", service="web", force=True)["service"]
    assert (deleted["status"], deleted["desiredCount"]) == ("DRAINING", 0)
    with pytest.raises(AwsError, match="still Draining"):
        world.service()
    with pytest.raises(AwsError) as error:
        world.update(desiredCount=1)
    assert error.value.code == "ServiceNotActiveException"
    world.advance(5)
    assert all(run.told_to_stop == 0 for run in world.runner.runs)
    world.advance(10)
    assert (world.shown()["status"], world.shown()["deployments"]) == ("INACTIVE", [])
    assert world.call("ListServices", cluster="demo")["serviceArns"] == []
    world.steady(count=1)


def test_a_service_can_be_deleted_in_the_middle_of_a_rollout_that_fails(world: World) -> None:
    world.steady(count=2, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}})
    world.roll("sick")
    world.advance(100)
    assert world.course()["status"] == "STOPPED"
    world.call("DeleteService", cluster="demo", service="web", force=True)
    world.advance(30)
    assert world.shown()["status"] == "INACTIVE"


def test_a_service_keeps_its_newest_hundred_events(world: World) -> None:
    world.steady(count=1)
    for count in range(2, 60):
        world.update(desiredCount=count)
        world.advance(8)
    events = world.shown()["events"]
    assert len(events) == 100
    assert [event["createdAt"] for event in events] == sorted((e["createdAt"] for e in events), reverse=True)


def test_a_stopped_task_can_be_described_for_an_hour(world: World) -> None:
    world.steady(count=1)
    world.running()[0].end(1)
    world.advance(3590, step=10)
    assert len(world.tasks(desiredStatus="STOPPED")) == 1
    world.advance(60, step=10)
    assert world.tasks(desiredStatus="STOPPED") == []


def test_a_task_ends_with_an_essential_container_and_not_with_another(world: World) -> None:
    containers = [
        {"name": "app", "image": "good", "portMappings": [{"containerPort": 8080}]},
        {"name": "helper", "image": "good", "essential": False},
    ]
    world.steady(count=1, taskDefinition=world.definition(containerDefinitions=containers))
    run = world.running()[0]
    run.end(1, "helper")
    world.advance(5)
    assert world.running() == [run]
    run.end(0, "app")
    world.advance(1)
    assert run not in world.running()


def test_a_task_runs_though_a_container_that_is_not_essential_has_ended_or_never_runs(world: World) -> None:
    containers = [
        {"name": "app", "image": "good", "portMappings": [{"containerPort": 8080}]},
        {"name": "initial", "image": "good", "essential": False},
        {"name": "unstartable", "image": "good", "essential": False},
    ]
    world.service(count=1, taskDefinition=world.definition(containerDefinitions=containers))
    world.scheduler.tick(world.now)
    (run,) = world.runner.runs
    run.states["initial"] = ContainerState("initial", "STOPPED", 0, None)
    run.states["unstartable"] = ContainerState("unstartable", "STOPPED", None, "CannotStartContainerError: no command")
    world.advance(60)
    (task,) = world.tasks()
    assert task["lastStatus"] == "RUNNING"
    assert world.course()["status"] == "SUCCESSFUL"


def test_a_dead_task_is_stopped_only_when_all_its_containers_are(world: World) -> None:
    containers = [
        {"name": "app", "image": "good", "portMappings": [{"containerPort": 8080}]},
        {"name": "helper", "image": "good"},
    ]
    world.steady(
        count=1,
        taskDefinition=world.definition(containerDefinitions=containers),
        deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100},
    )
    run = world.running()[0]
    run.stops_at_once = False
    run.end(1, "app")
    world.advance(5)
    assert run.told_to_stop == 1
    assert world.tasks(desiredStatus="STOPPED")[0]["lastStatus"] == "STOPPING"
    assert len(world.running()) == 1
    run.end(143)
    world.advance(1)
    assert world.tasks(desiredStatus="STOPPED")[0]["lastStatus"] == "STOPPED"
