"""Clients that know nothing of an emulator work with it: boto3 and its waiters, the AWS CLI, ecs-deploy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

from ecs_emulator.cloud import load_balancers
from ecs_emulator.cloud.endpoint import Cloud, OperationHandlers, bound
from ecs_emulator.local import REGION, client_environment
from ecs_emulator.scheduler import operations as ecs_operations
from ecs_emulator.stacks import operations as stack_operations
from ecs_emulator.stacks.stack import Stacks
from emulator.tests.cloud.wire import client, strict_cloud
from emulator.tests.scheduler.world import BREAKER, GROUP, NETWORK, World
from emulator.tests.support.waiting import PATIENCE, until

TEMPLATE = """
Parameters:
  Days:
    Type: Number
    Default: 7
Resources:
  Events:
    Type: AWS::Logs::LogGroup
    Properties:
      RetentionInDays: !Ref Days
Outputs:
  Group:
    Value: !Ref Events
"""
QUICK: Any = {"Delay": 0.05, "MaxAttempts": 1000}


class Scene:
    """A cloud with ECS on made-up processes, whose time runs by itself and a hundred times as fast, and its clients."""

    def __init__(self, cloud: Cloud, home: Path) -> None:
        self.cloud, self.world = cloud, World()
        cloud.emulate("ecs", OperationHandlers(bound(ecs_operations.OPERATIONS, self.world.scheduler)))
        targets = {"DescribeTargetHealth": self._describe_target_health}
        cloud.emulate("elbv2", OperationHandlers({**load_balancers.OPERATIONS, **targets}, rest_to_moto=True))
        self.ecs, self.elbv2 = client(cloud, "ecs"), client(cloud, "elbv2")
        self._environment = {
            **client_environment(cloud.url, cloud.key),
            "HOME": str(home),
            "PATH": os.defpath,
            "AWS_PAGER": "",
        }
        self._over = threading.Event()
        self._time = threading.Thread(target=self._pass)
        self._time.start()

    def close(self) -> None:
        self._over.set()
        self._time.join()

    def _pass(self) -> None:
        while not self._over.wait(0.02):
            self.world.advance(2)

    def _describe_target_health(self, given: dict[str, Any]) -> dict[str, Any]:
        targets = self.world.targets
        found = [target for arn, target in list(targets.since) if arn == given["TargetGroupArn"]]
        healths = [(target, targets.health(given["TargetGroupArn"], target)) for target in found]
        return {
            "TargetHealthDescriptions": [
                {"Target": {"Id": target.id, "Port": target.port}, "TargetHealth": {"State": health.state}}
                for target, health in healths
                if health
            ]
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command of the environment that these tests run in, such as `aws`."""
        program = Path(sys.executable).with_name(command[0])
        return subprocess.run(
            [str(program), *command[1:]],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
        )

    def aws(self, *command: str) -> Any:
        """What the CLI prints; it has to succeed."""
        done = self.run("aws", *command)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    def service(self, name: str, image: str = "good") -> None:
        """A service of two tasks behind a load balancer, with a circuit breaker, in a steady state."""
        self.ecs.create_service(
            cluster="demo",
            serviceName=name,
            taskDefinition=self.definition(image, name),
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration=NETWORK,
            deploymentConfiguration=BREAKER,
            loadBalancers=[{"targetGroupArn": GROUP, "containerName": "app", "containerPort": 8080}],
        )
        until(lambda: self.shown(name)["deployments"][0]["rolloutState"] == "COMPLETED", f"{name} is steady")

    def definition(self, image: str, family: str) -> str:
        container = {"name": "app", "image": image, "portMappings": [{"containerPort": 8080}], "essential": True}
        made = self.ecs.register_task_definition(
            family=family,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[container],
        )
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def shown(self, name: str, cluster: str = "demo") -> dict[str, Any]:
        found: dict[str, Any] = self.ecs.describe_services(cluster=cluster, services=[name])["services"][0]
        return found

    def images(self, name: str) -> list[str]:
        """The images of its running tasks."""
        arns = self.ecs.list_tasks(cluster="demo", serviceName=name)["taskArns"]
        tasks = self.ecs.describe_tasks(cluster="demo", tasks=arns)["tasks"] if arns else []
        return [task["containers"][0]["image"] for task in tasks]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with strict_cloud() as cloud:
        scene = Scene(cloud, tmp_path_factory.mktemp("home"))
        yield scene
        scene.close()


@pytest.fixture
def stacks(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stacks]:
    for name, value in client_environment(scene.cloud.url, scene.cloud.key).items():
        monkeypatch.setenv(name, value)
    stacks = Stacks(boto3.Session(), REGION)
    scene.cloud.emulate("cloudformation", OperationHandlers(bound(stack_operations.OPERATIONS, stacks)))
    yield stacks
    stacks.close()


def test_every_operation_of_ecs_answers_boto3(scene: Scene) -> None:
    """Every answer is held against botocore's model on its way."""
    called: set[str] = set()
    ecs = client(scene.cloud, "ecs")
    ecs.meta.events.register("after-call.ecs", lambda model, **_: called.add(model.name))

    here: dict[str, Any] = {"cluster": "every"}
    cluster = ecs.create_cluster(clusterName="every", tags=[{"key": "a", "value": "b"}])["cluster"]["clusterArn"]
    assert cluster in ecs.list_clusters()["clusterArns"]
    ecs.update_cluster(**here, settings=[{"name": "containerInsights", "value": "disabled"}])
    ecs.update_cluster_settings(**here, settings=[{"name": "containerInsights", "value": "enabled"}])
    ecs.put_cluster_capacity_providers(**here, capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[])
    assert ecs.describe_clusters(clusters=["every", "none"])["failures"][0]["reason"] == "MISSING"
    assert {each["name"] for each in ecs.describe_capacity_providers()["capacityProviders"]} >= {"FARGATE"}
    ecs.put_account_setting(name="awsvpcTrunking", value="enabled")
    ecs.put_account_setting_default(name="awsvpcTrunking", value="disabled")
    assert [each["name"] for each in ecs.list_account_settings()["settings"]] == ["awsvpcTrunking"]
    ecs.delete_account_setting(name="awsvpcTrunking")

    first, second = scene.definition("good", "every"), scene.definition("good", "every")
    assert ecs.describe_task_definition(taskDefinition="every")["taskDefinition"]["taskDefinitionArn"] == second
    assert ecs.list_task_definition_families(familyPrefix="every")["families"] == ["every"]
    assert ecs.list_task_definitions(familyPrefix="every", sort="DESC")["taskDefinitionArns"] == [second, first]

    made = ecs.create_service(
        **here,
        serviceName="web",
        taskDefinition=first,
        desiredCount=1,
        networkConfiguration=NETWORK,
        launchType="FARGATE",
    )
    ecs.get_waiter("services_stable").wait(**here, services=["web"], WaiterConfig=QUICK)
    assert ecs.list_services(**here)["serviceArns"] == [made["service"]["serviceArn"]]
    until(lambda: scene.shown("web", "every")["deployments"][0]["rolloutState"] == "COMPLETED", "there is a way back")
    ecs.update_service(**here, service="web", taskDefinition=second)
    newest = ecs.list_service_deployments(**here, service="web")["serviceDeployments"][0]
    ecs.stop_service_deployment(serviceDeploymentArn=newest["serviceDeploymentArn"], stopType="ROLLBACK")
    told = ecs.describe_service_deployments(serviceDeploymentArns=[newest["serviceDeploymentArn"]])
    assert told["serviceDeployments"][0]["status"].startswith("ROLLBACK")
    revision = ecs.describe_service_revisions(serviceRevisionArns=[newest["targetServiceRevisionArn"]])
    assert revision["serviceRevisions"][0]["taskDefinition"] == second
    ecs.get_waiter("services_stable").wait(**here, services=["web"], WaiterConfig=QUICK)

    asked = {**here, "networkConfiguration": NETWORK, "launchType": "FARGATE", "enableExecuteCommand": True}
    run = ecs.run_task(taskDefinition=first, **asked)["tasks"][0]
    ecs.get_waiter("tasks_running").wait(**here, tasks=[run["taskArn"]], WaiterConfig=QUICK)
    begun = ecs.execute_command(**here, task=run["taskArn"], command="/bin/sh", interactive=True)
    assert begun["session"]["sessionId"].startswith("ecs-execute-command-")
    ecs.stop_task(**here, task=run["taskArn"], reason="enough")
    ecs.get_waiter("tasks_stopped").wait(**here, tasks=[run["taskArn"]], WaiterConfig=QUICK)
    assert run["taskArn"] in ecs.list_tasks(**here, desiredStatus="STOPPED")["taskArns"]
    stopped = ecs.describe_tasks(**here, tasks=[run["taskArn"]])["tasks"][0]
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "enough")

    ecs.tag_resource(resourceArn=cluster, tags=[{"key": "c", "value": "d"}])
    ecs.untag_resource(resourceArn=cluster, tagKeys=["a"])
    assert ecs.list_tags_for_resource(resourceArn=cluster)["tags"] == [{"key": "c", "value": "d"}]

    ecs.delete_service(**here, service="web", force=True)
    ecs.get_waiter("services_inactive").wait(**here, services=["web"], WaiterConfig=QUICK)
    for definition in (first, second):
        ecs.deregister_task_definition(taskDefinition=definition)
    ecs.delete_task_definitions(taskDefinitions=[first, second])
    ecs.delete_cluster(**here)
    assert called >= set(ecs_operations.OPERATIONS) - {"RegisterTaskDefinition"}


def test_an_error_of_ecs_is_the_one_that_boto3_knows(scene: Scene) -> None:
    with pytest.raises(scene.ecs.exceptions.ServiceNotFoundException):
        scene.ecs.update_service(cluster="demo", service="nothing")
    with pytest.raises(scene.ecs.exceptions.ClusterNotFoundException):
        scene.ecs.list_tasks(cluster="nothing")
    with pytest.raises(ClientError, match="UnsupportedFeatureException"):
        scene.ecs.create_capacity_provider(name="a")


def test_the_cli_rolls_out_and_waits(scene: Scene) -> None:
    scene.service("cli")
    here = ("--cluster", "demo")
    updated = scene.aws("ecs", "update-service", *here, "--service", "cli", "--desired-count", "3")
    assert updated["service"]["desiredCount"] == 3
    until(lambda: scene.shown("cli")["runningCount"] == 3, "three tasks run")
    scene.aws("ecs", "wait", "services-stable", *here, "--services", "cli")
    scene.aws("elbv2", "wait", "target-in-service", "--target-group-arn", GROUP)
    found = scene.aws("ecs", "describe-services", *here, "--services", "cli", "nothing")
    assert found["services"][0]["runningCount"] == 3
    assert found["failures"][0]["reason"] == "MISSING"
    tasks = scene.aws("ecs", "list-tasks", *here, "--service-name", "cli")["taskArns"]
    assert len(tasks) == 3
    stopped = scene.aws("ecs", "stop-task", *here, "--task", tasks[0], "--reason", "by hand")
    assert stopped["task"]["desiredStatus"] == "STOPPED"
    until(lambda: tasks[0] not in scene.ecs.list_tasks(cluster="demo", serviceName="cli")["taskArns"], "it is gone")
    scene.aws("ecs", "wait", "tasks-stopped", *here, "--tasks", tasks[0])


def test_the_cli_tells_an_error_by_its_code(scene: Scene) -> None:
    for command, code in [
        (("ecs", "update-service", "--cluster", "demo", "--service", "nothing"), "ServiceNotFoundException"),
        (("ecs", "list-attributes", "--target-type", "container-instance"), "UnsupportedFeatureException"),
        (("elbv2", "describe-rules", "--rule-arns", "nothing"), "RuleNotFound"),
        (("logs", "list-anomalies"), "NotImplemented"),
    ]:
        done = scene.run("aws", *command)
        assert done.returncode != 0
        assert f"({code})" in done.stderr


def test_the_cli_makes_a_stack_and_waits_for_it(scene: Scene, stacks: Stacks, tmp_path: Path) -> None:
    template = tmp_path / "template.yml"
    template.write_text(TEMPLATE)
    named = ("--stack-name", "by-cli")
    scene.aws("cloudformation", "create-stack", *named, "--template-body", f"file://{template}")
    scene.aws("cloudformation", "wait", "stack-create-complete", *named)
    deploy = scene.run(
        "aws", "cloudformation", "deploy", *named, "--template-file", str(template), "--parameter-overrides", "Days=30"
    )
    assert deploy.returncode == 0, deploy.stderr
    assert "Successfully created/updated stack - by-cli" in deploy.stdout
    found = scene.aws("cloudformation", "describe-stacks", *named)["Stacks"][0]
    assert found["StackStatus"] == "UPDATE_COMPLETE"
    group = found["Outputs"][0]["OutputValue"]
    described = client(scene.cloud, "logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
    assert described["retentionInDays"] == 30
    scene.aws("cloudformation", "delete-stack", *named)
    scene.aws("cloudformation", "wait", "stack-delete-complete", *named)


def test_ecs_deploy_rolls_out_an_image(scene: Scene) -> None:
    scene.service("deployed")
    done = scene.run("ecs", "deploy", "demo", "deployed", "-i", "app", "better", "--timeout", "60")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Deployment successful" in done.stdout
    assert scene.images("deployed") == ["better", "better"]
    # It cleans up behind itself.
    old = scene.ecs.describe_task_definition(taskDefinition="deployed:1")["taskDefinition"]
    assert old["status"] == "INACTIVE"


def test_ecs_deploy_sees_that_a_service_does_not_get_ready(scene: Scene) -> None:
    scene.service("undeployed")
    done = scene.run("ecs", "deploy", "demo", "undeployed", "-i", "app", "sick", "--timeout", "1", "--rollback")
    assert done.returncode == 1
    assert "Deployment failed" in done.stderr
    until(lambda: scene.images("undeployed") == ["good", "good"], "it is as it was")


def test_ecs_deploy_scales_and_runs(scene: Scene) -> None:
    scene.service("scaled")
    done = scene.run("ecs", "scale", "demo", "scaled", "1", "--timeout", "60")
    assert done.returncode == 0, done.stdout + done.stderr
    until(lambda: scene.images("scaled") == ["good"], "one is left")
    network = ("--subnet", "subnet-1", "--securitygroup", "sg-1")
    done = scene.run("ecs", "run", "demo", "scaled", "1", "--launchtype", "FARGATE", *network)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_waiter_of_boto3_fails_as_it_does_on_aws(scene: Scene) -> None:
    with pytest.raises(WaiterError, match="terminal failure"):
        scene.ecs.get_waiter("services_stable").wait(cluster="demo", services=["nothing"])
