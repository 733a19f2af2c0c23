"""A service of a template is made and changed as CloudFormation does it: until it is steady, and back when it fails."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ecs_emulator.local import REGION
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import TemplateError, parsed_template
from emulator.tests.stacks.stage import Stage
from emulator.tests.stacks.templates import SERVICE
from emulator.tests.support.waiting import until

BREAKER = "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."


def service_of(stage: Stage, outputs: dict[str, str]) -> dict[str, Any]:
    answer = stage.client("ecs").describe_services(cluster=outputs["Cluster"], services=[outputs["ServiceName"]])
    [service] = answer["services"]
    return dict(service)


def image_of(stage: Stage, task_definition: str) -> str:
    answer = stage.client("ecs").describe_task_definition(taskDefinition=task_definition)
    return str(answer["taskDefinition"]["containerDefinitions"][0]["image"])


def test_a_stack_is_made_when_its_service_is_steady(stage: Stage, name: str) -> None:
    outputs = stage.deploy(name, SERVICE)
    service = service_of(stage, outputs)
    assert service["runningCount"] == service["desiredCount"] == 2
    assert [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]
    assert service["launchType"] == "FARGATE"
    assert service["serviceName"] == f"{name}-Service"
    assert outputs["Service"] == service["serviceArn"]
    assert outputs["ClusterArn"] == service["clusterArn"]
    assert service["loadBalancers"] == [
        {"targetGroupArn": outputs["Group"], "containerName": "app", "containerPort": 8080}
    ]


def test_a_service_without_tasks_is_steady_at_once(stage: Stage, name: str) -> None:
    outputs = stage.deploy(name, SERVICE, Image="crash", Count=0)
    assert service_of(stage, outputs)["runningCount"] == 0


def test_a_changed_image_is_a_new_revision_that_the_service_rolls_to(stage: Stage, name: str) -> None:
    before = stage.deploy(name, SERVICE)
    after = stage.deploy(name, SERVICE, Image="better")
    assert after["Task"] != before["Task"]
    assert after["Service"] == before["Service"]
    service = service_of(stage, after)
    assert service["taskDefinition"] == after["Task"]
    assert image_of(stage, after["Task"]) == "better"
    tasks = stage.client("ecs").list_tasks(cluster=after["Cluster"], serviceName=after["ServiceName"])["taskArns"]
    running = stage.client("ecs").describe_tasks(cluster=after["Cluster"], tasks=tasks)["tasks"]
    assert {task["taskDefinitionArn"] for task in running} == {after["Task"]}
    # The revision that was replaced is cleaned up.
    old = stage.client("ecs").describe_task_definition(taskDefinition=before["Task"])["taskDefinition"]
    assert old["status"] == "INACTIVE"


def test_a_changed_count_is_no_new_deployment(stage: Stage, name: str) -> None:
    before = service_of(stage, stage.deploy(name, SERVICE))
    after = service_of(stage, stage.deploy(name, SERVICE, Count=3))
    assert after["runningCount"] == 3
    assert [each["id"] for each in after["deployments"]] == [each["id"] for each in before["deployments"]]


def test_a_failed_deployment_fails_the_update_and_the_stack_goes_back(stage: Stage, name: str) -> None:
    before = stage.deploy(name, SERVICE)
    with pytest.raises(TemplateError, match=BREAKER):
        stage.deploy(name, SERVICE, Image="crash")
    stack = stage.stacks.named(name)
    assert stack is not None
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    service = service_of(stage, before)
    assert service["taskDefinition"] == before["Task"]
    assert service["runningCount"] == 2
    statuses = stage.statuses(name)
    last = len(statuses) - statuses[::-1].index((name, "UPDATE_IN_PROGRESS"))
    assert statuses[last:] == [
        ("Task", "UPDATE_IN_PROGRESS"),
        ("Task", "UPDATE_COMPLETE"),
        ("Service", "UPDATE_IN_PROGRESS"),
        ("Service", "UPDATE_FAILED"),
        (name, "UPDATE_ROLLBACK_IN_PROGRESS"),
        ("Service", "UPDATE_IN_PROGRESS"),
        ("Service", "UPDATE_COMPLETE"),
        ("Task", "DELETE_IN_PROGRESS"),
        ("Task", "DELETE_COMPLETE"),
        ("Task", "UPDATE_COMPLETE"),
        (name, "UPDATE_ROLLBACK_COMPLETE"),
    ]
    # And it can be updated again.
    assert image_of(stage, stage.deploy(name, SERVICE, Image="better")["Task"]) == "better"


def test_a_service_that_never_gets_steady_leaves_nothing_of_its_stack(stage: Stage, name: str) -> None:
    with pytest.raises(TemplateError, match=BREAKER):
        stage.deploy(name, SERVICE, Image="crash")
    stack = stage.stacks.named(name)
    assert stack is not None
    assert stack.status == "ROLLBACK_COMPLETE"
    assert stack.resources == {}
    clusters = stage.client("ecs").describe_clusters(clusters=[f"{name}-Cluster"])["clusters"]
    assert [cluster["status"] for cluster in clusters] in ([], ["INACTIVE"])
    names = [each["TargetGroupName"] for each in stage.client("elbv2").describe_target_groups()["TargetGroups"]]
    assert f"{name}-Group" not in names
    with pytest.raises(TemplateError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        stage.deploy(name, SERVICE)


def test_a_deleted_stack_takes_its_service_down_first(stage: Stage, name: str) -> None:
    outputs = stage.deploy(name, SERVICE)
    stage.stacks.delete(name)
    gone = [logical_id for logical_id, status in stage.statuses(name) if status == "DELETE_COMPLETE"]
    assert gone.index("Service") < gone.index("Task")
    assert gone.index("Service") < gone.index("Listener") < gone.index("Group")
    assert gone[-1] == name
    assert outputs["ClusterArn"] not in stage.client("ecs").list_clusters()["clusterArns"]


def test_a_forced_deployment_is_one_without_a_change(stage: Stage, name: str) -> None:
    forced = "ForceNewDeployment: {EnableForceNewDeployment: true, ForceNewDeploymentNonce: one}\n      Cluster:"
    before = service_of(stage, stage.deploy(name, SERVICE))
    after = service_of(stage, stage.deploy(name, SERVICE.replace("Cluster: !Ref", f"{forced} !Ref", 1)))
    assert after["deployments"][0]["id"] != before["deployments"][0]["id"]
    assert after["taskDefinition"] == before["taskDefinition"]


def test_who_waits_for_a_service_stops_when_the_emulator_does(stage: Stage, name: str) -> None:
    stacks = Stacks(stage.session, REGION, tasks_run=True)
    causes = []

    def deploy() -> None:
        try:
            stacks.deploy(name, parsed_template(SERVICE, "t.yml"), {"Image": "gated"})
        except TemplateError as error:
            causes.append(str(error))

    thread = threading.Thread(target=deploy)
    thread.start()
    until(lambda: (stack := stacks.named(name)) and "Service" in stack.resources, "the service is being made")
    stacks.close()
    thread.join(timeout=20)
    assert causes == [f"{name}: The emulator has ended."]
