"""The clients that people use on ECS, unchanged: boto3 with its waiters, the AWS CLI, ecs-deploy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.clock import Clock
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.service import OperationHandlers, bound
from ecs_emulator.local import client_environment
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.interfaces import Launch
from ecs_emulator.scheduler.operations import OPERATIONS
from ecs_emulator.scheduler.scheduler import Scheduler
from emulator.tests.cloud.wire import session_of
from emulator.tests.scheduler.world import NETWORK, MadeUpRun, MadeUpRunner, MadeUpTargets
from emulator.tests.support.waiting import PATIENCE

BIN = Path(sys.executable).parent
SPEED = 40
QUICKLY = {"Delay": 1, "MaxAttempts": 90}


class Prompt(MadeUpRunner):
    """Processes that run, or end, as soon as they are started."""

    def start(self, launch: Launch) -> MadeUpRun:
        run = super().start(launch)
        self.go_on()
        if run.image == "job":
            run.end(0)
        return run


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An AWS endpoint with ECS behind it, and a cluster."""
    runner = Prompt()
    scheduler = Scheduler(runner, MadeUpTargets(runner), Clock(SPEED))
    (port,) = free_ports(1)
    with closing(Cloud(port, strict=True)) as cloud, closing(scheduler):
        cloud.emulate("ecs", OperationHandlers(bound(OPERATIONS, scheduler)))
        scheduler.start()
        client(cloud).create_cluster(clusterName="demo")
        yield cloud


def client(cloud: Cloud) -> Any:
    return session_of(cloud.key).client("ecs", endpoint_url=cloud.url)


def a_definition(image: str = "good:1", family: str = "web") -> dict[str, Any]:
    return {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": image}],
    }


def a_service(**more: Any) -> dict[str, Any]:
    asked = {"cluster": "demo", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2}
    return {**asked, "launchType": "FARGATE", "networkConfiguration": NETWORK, **more}


def run(cloud: Cloud, *command: str) -> str:
    """A command's output, once it has ended well."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **client_environment(cloud.url, cloud.key)}
    done = subprocess.run(
        [BIN / command[0], *command[1:]], env=environment, text=True, capture_output=True, timeout=2 * PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_boto3_waits_for_services_and_tasks(cloud: Cloud) -> None:
    ecs = client(cloud)
    ecs.register_task_definition(**a_definition())
    ecs.create_service(**a_service())
    ecs.get_waiter("services_stable").wait(cluster="demo", services=["web"], WaiterConfig=QUICKLY)
    tasks = ecs.list_tasks(cluster="demo", serviceName="web")["taskArns"]
    ecs.get_waiter("tasks_running").wait(cluster="demo", tasks=tasks, WaiterConfig=QUICKLY)
    ecs.register_task_definition(**a_definition("good:2"))
    ecs.update_service(cluster="demo", service="web", taskDefinition="web")
    ecs.get_waiter("services_stable").wait(cluster="demo", services=["web"], WaiterConfig=QUICKLY)
    ecs.get_waiter("tasks_stopped").wait(cluster="demo", tasks=tasks, WaiterConfig=QUICKLY)
    ecs.delete_service(cluster="demo", service="web", force=True)
    ecs.get_waiter("services_inactive").wait(cluster="demo", services=["web"], WaiterConfig=QUICKLY)


def test_boto3_tells_errors_by_their_names(cloud: Cloud) -> None:
    ecs = client(cloud)
    with pytest.raises(ecs.exceptions.ServiceNotFoundException, match="Service not found"):
        ecs.update_service(cluster="demo", service="lost")
    with pytest.raises(ecs.exceptions.ClientException, match="Unable to describe task definition"):
        ecs.describe_task_definition(taskDefinition="lost")


def test_boto3_goes_through_pages(cloud: Cloud) -> None:
    ecs = client(cloud)
    for _ in range(5):
        ecs.register_task_definition(**a_definition())
    pages = ecs.get_paginator("list_task_definitions").paginate(familyPrefix="web", PaginationConfig={"PageSize": 2})
    assert [len(page["taskDefinitionArns"]) for page in pages] == [2, 2, 1]


def test_the_aws_cli_runs_a_task_and_waits_for_its_end(cloud: Cloud) -> None:
    definition = json.dumps(a_definition("job", "job"))
    run(cloud, "aws", "ecs", "register-task-definition", "--cli-input-json", definition)
    network = json.dumps(NETWORK)
    task = run(
        *(cloud, "aws", "ecs", "run-task", "--cluster", "demo", "--task-definition", "job"),
        *("--launch-type", "FARGATE", "--network-configuration", network),
        *("--query", "tasks[0].taskArn", "--output", "text"),
    ).strip()
    run(cloud, "aws", "ecs", "wait", "tasks-stopped", "--cluster", "demo", "--tasks", task)
    shown = run(
        *(cloud, "aws", "ecs", "describe-tasks", "--cluster", "demo", "--tasks", task),
        *("--query", "tasks[0].[lastStatus,stopCode,containers[0].exitCode]", "--output", "text"),
    )
    assert shown.split() == ["STOPPED", "EssentialContainerExited", "0"]


def test_ecs_deploy_exchanges_an_image_and_scales(cloud: Cloud) -> None:
    ecs = client(cloud)
    ecs.register_task_definition(**a_definition())
    ecs.create_service(**a_service())
    ecs.get_waiter("services_stable").wait(cluster="demo", services=["web"], WaiterConfig=QUICKLY)
    said = run(cloud, "ecs", "deploy", "demo", "web", "--tag", "2", "--timeout", "90")
    assert "Deployment successful" in said
    run(cloud, "ecs", "scale", "demo", "web", "3", "--timeout", "90")
    ecs.get_waiter("services_stable").wait(cluster="demo", services=["web"], WaiterConfig=QUICKLY)
    (service,) = ecs.describe_services(cluster="demo", services=["web"])["services"]
    assert (service["runningCount"], service["taskDefinition"][-6:]) == (3, "/web:2")
    definition = ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    assert definition["containerDefinitions"][0]["image"] == "good:2"
    assert ecs.describe_task_definition(taskDefinition="web:1")["taskDefinition"]["status"] == "INACTIVE"
