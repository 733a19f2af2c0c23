"""One ECS service behind a load balancer, as far as the verbs ask for it: its deployments go as the test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud.server import WebServer
from ecs_emulator.ops.conventions import Conventions
from ecs_emulator.ops.target import Target
from emulator.tests.ops.fake_aws import FakeAws, Input, Refused

CLUSTER = "Cluster-shop"
SERVICE = "shop-web-WebService-a1b2"
FAMILY = "shop-web"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/1"
LOAD_BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/l/1"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/l/1/2"
REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def arn(kind: str, name: str) -> str:
    return f"arn:aws:ecs:us-east-1:123456789012:{kind}/{name}"


def revision(number: int) -> str:
    return arn("task-definition", f"{FAMILY}:{number}")


class World:
    """`fate` is what becomes of the next deployment: a ServiceDeployment status, or IN_PROGRESS for ever."""

    def __init__(self) -> None:
        self.aws = FakeAws()
        self.fate = "SUCCESSFUL"
        self.reason = ""
        self.looks = 2  # how often a deployment is looked at before its fate comes
        self.interrupt: Callable[[], None] = lambda: None  # happens at the first look
        self.afterwards: Callable[[], object] = lambda: None  # happens once ECS calls it a success
        self.primary = 1
        self.runs = [1, 1]  # the revision number of each running task
        self.answers: Callable[[], str | None] = lambda: f"{FAMILY}:{self.runs[0]}"
        self.stopped: list[dict[str, Any]] = []
        self.definitions: dict[int, dict[str, Any]] = {1: self._definition(1, f"{REPOSITORY}:one")}
        self.deployments: list[dict[str, Any]] = []
        self.rules: list[dict[str, Any]] = [
            {
                "RuleArn": f"{LISTENER}/rule",
                "Priority": "1000",
                "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
                "Actions": [{"Type": "forward", "TargetGroupArn": GROUP}],
            },
            {"RuleArn": f"{LISTENER}/default", "Priority": "default", "Conditions": [], "Actions": []},
        ]
        self.listener = {"Protocol": "HTTP", "Port": 80}
        self.states: list[str] = []  # of the targets; healthy where nothing else is said
        self.balancer_state = {"Code": "active"}
        self.desired = 2
        self.circuit_breaker = True
        self.images = ["one", "two"]  # tags in ECR
        self.events: list[dict[str, Any]] = []
        self._deploy(1, "SUCCESSFUL")
        for name in dir(self):
            if name.startswith(("ecr_", "ecs_", "elbv2_", "logs_")):
                service, _, operation = name.partition("_")
                self.aws.operations[f"{service}.{operation}"] = getattr(self, name)

    @contextmanager
    def target(self) -> Iterator[Target]:
        server = WebServer(self._serve, 0, threads=2)
        outputs = {"ClusterName": CLUSTER, "ApiUrl": server.url, "ImageRepository": REPOSITORY}
        try:
            yield Target(self.aws.session(), outputs, conventions=Conventions(probe="/version", names_revision=True))
        finally:
            server.close()

    def _serve(self, environ: dict[str, Any], start: Any) -> Any:
        said = self.answers()
        headers = {"X-Service-Revision": said} if said else {}
        assert Request(environ).path == "/version"
        return Response(json.dumps({"version": "1"}), headers=headers)(environ, start)

    @staticmethod
    def _definition(number: int, image: str, **more: Any) -> dict[str, Any]:
        container: dict[str, Any] = {
            "name": "web",
            "image": image,
            "cpu": 0,
            "essential": True,
            "environment": [{"name": "FEATURES", "value": "all"}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": "logs",
                    "awslogs-region": "us-east-1",
                    "awslogs-stream-prefix": "service",
                },
            },
        }
        return {
            "taskDefinitionArn": revision(number),
            "family": FAMILY,
            "revision": number,
            "status": "ACTIVE",
            "registeredAt": NOW,
            "compatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "networkMode": "awsvpc",
            "containerDefinitions": [container],
            **more,
        }

    def _deploy(self, number: int, status: str) -> None:
        place = len(self.deployments) + 1
        self.deployments.insert(
            0,
            {
                "serviceDeploymentArn": arn("service-deployment", f"c/s/{place}"),
                "targetServiceRevisionArn": arn("service-revision", f"c/s/{number}"),
                "status": status,
                "createdAt": datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=place),
                "looks": 0,
                "number": number,
                "from": self.primary,
            },
        )

    def _look(self, deployment: dict[str, Any]) -> None:
        if deployment["status"] not in ("PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED"):
            return
        deployment["looks"] += 1
        if deployment["looks"] == 1:
            self.interrupt()
        if deployment["looks"] < self.looks:
            return
        deployment["status"] = self.fate
        if self.fate == "SUCCESSFUL":
            self.runs = [deployment["number"]] * self.desired
            self.afterwards()
        elif self.fate.startswith("ROLLBACK_S"):
            self.primary = deployment["from"]
            self.runs = [self.primary] * self.desired

    # ECR
    def ecr_describe_images(self, given: Input) -> dict[str, Any]:
        """Two images, the second one pushed later."""
        for each in given.get("imageIds", []):
            if each.get("imageTag") not in self.images:
                raise Refused("ImageNotFoundException")
        images = [
            {"imageTags": [tag], "imagePushedAt": NOW + timedelta(place)} for place, tag in enumerate(self.images)
        ]
        return {"imageDetails": images}

    def ecr_describe_repositories(self, _: Input) -> dict[str, Any]:
        return {"repositories": [{"repositoryName": "shop"}]}

    # ECS
    def ecs_list_services(self, _: Input) -> dict[str, Any]:
        return {"serviceArns": [arn("service", f"{CLUSTER}/{SERVICE}")]}

    def ecs_describe_services(self, given: Input) -> dict[str, Any]:
        assert given == {"cluster": CLUSTER, "services": [SERVICE]}
        going = self.deployments[0]["status"] in ("PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED")
        service = {
            "serviceArn": arn("service", f"{CLUSTER}/{SERVICE}"),
            "serviceName": SERVICE,
            "status": "ACTIVE",
            "desiredCount": self.desired,
            "runningCount": len(self.runs),
            "pendingCount": 0,
            "launchType": "FARGATE",
            "taskDefinition": revision(self.primary),
            "deployments": [
                {
                    "id": "ecs-svc/1",
                    "status": "PRIMARY",
                    "taskDefinition": revision(self.primary),
                    "rolloutState": "IN_PROGRESS" if going else "COMPLETED",
                    "desiredCount": self.desired,
                    "runningCount": self.runs.count(self.primary),
                    "pendingCount": 0,
                    "failedTasks": 0,
                }
            ],
            "events": self.events,
            "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": self.circuit_breaker, "rollback": True}},
            "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 8080}],
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}},
        }
        return {"services": [service], "failures": []}

    def ecs_describe_task_definition(self, given: Input) -> dict[str, Any]:
        number = int(given["taskDefinition"].rpartition(":")[2])
        if number not in self.definitions:
            raise Refused("ClientException", "Unable to describe task definition.")
        return {"taskDefinition": self.definitions[number], "tags": [{"key": "team", "value": "shop"}]}

    def ecs_register_task_definition(self, given: Input) -> dict[str, Any]:
        number = max(self.definitions) + 1
        added = {"taskDefinitionArn": revision(number), "revision": number, "status": "ACTIVE", "registeredAt": NOW}
        self.definitions[number] = {name: value for name, value in given.items() if name != "tags"} | added
        return {"taskDefinition": self.definitions[number]}

    def ecs_list_task_definitions(self, given: Input) -> dict[str, Any]:
        assert (given["familyPrefix"], given["sort"]) == (FAMILY, "DESC")
        return {"taskDefinitionArns": [revision(number) for number in sorted(self.definitions, reverse=True)]}

    def ecs_update_service(self, given: Input) -> dict[str, Any]:
        if "desiredCount" in given:
            self.desired = given["desiredCount"]
            self.runs = [self.primary] * self.desired
        if "taskDefinition" in given:
            number = int(given["taskDefinition"].rpartition(":")[2])
            self._deploy(number, "IN_PROGRESS")
            self.primary = number
        return {"service": {}}

    def ecs_list_service_deployments(self, _: Input) -> dict[str, Any]:
        """In no order that anybody could rely on: the API promises none."""
        brief = ("serviceDeploymentArn", "targetServiceRevisionArn", "status", "createdAt")
        found = [{name: each[name] for name in brief} for each in self.deployments]
        return {"serviceDeployments": [*found[1::2], *found[::2]]}

    def ecs_describe_service_deployments(self, given: Input) -> dict[str, Any]:
        (found,) = [
            each for each in self.deployments if each["serviceDeploymentArn"] == given["serviceDeploymentArns"][0]
        ]
        self._look(found)
        target = {
            "arn": found["targetServiceRevisionArn"],
            "requestedTaskCount": 2,
            "runningTaskCount": 1,
            "pendingTaskCount": 1,
        }
        return {
            "serviceDeployments": [
                {
                    "serviceDeploymentArn": found["serviceDeploymentArn"],
                    "status": found["status"],
                    "statusReason": self.reason,
                    "targetServiceRevision": target,
                    "sourceServiceRevisions": [],
                    "deploymentCircuitBreaker": {"status": "MONITORING", "failureCount": 0, "threshold": 3},
                }
            ]
        }

    def ecs_describe_service_revisions(self, given: Input) -> dict[str, Any]:
        number = int(given["serviceRevisionArns"][0].rpartition("/")[2])
        return {"serviceRevisions": [{"taskDefinition": revision(number)}]}

    def ecs_stop_service_deployment(self, given: Input) -> dict[str, Any]:
        assert given["stopType"] == "ROLLBACK"
        self.deployments[0]["status"] = "ROLLBACK_REQUESTED"
        self.fate = "ROLLBACK_SUCCESSFUL"
        return {}

    def ecs_list_tasks(self, given: Input) -> dict[str, Any]:
        if given["desiredStatus"] == "STOPPED":
            return {"taskArns": [task["taskArn"] for task in self.stopped]}
        return {"taskArns": [arn("task", f"c/running{place}") for place in range(len(self.runs))]}

    def ecs_describe_tasks(self, given: Input) -> dict[str, Any]:
        running = [
            {
                "taskArn": arn("task", f"c/running{place}"),
                "taskDefinitionArn": revision(number),
                "lastStatus": "RUNNING",
                "startedAt": NOW,
                "attachments": [{"details": [{"name": "privateIPv4Address", "value": f"10.0.0.{place}"}]}],
            }
            for place, number in enumerate(self.runs)
        ]
        return {"tasks": [task for task in [*running, *self.stopped] if task["taskArn"] in given["tasks"]]}

    def dies(self, number: int, name: str = "dead1", **more: Any) -> None:
        """A task of a revision has stopped."""
        self.stopped.append(
            {
                "taskArn": arn("task", f"c/{name}"),
                "taskDefinitionArn": revision(number),
                "lastStatus": "STOPPED",
                "stopCode": "EssentialContainerExited",
                "stoppedReason": "Essential container in task exited",
                "stoppedAt": NOW,
                "containers": [{"name": "web", "exitCode": 1}],
                **more,
            }
        )

    def loops(self, number: int, times: int) -> None:
        """So many tasks of a revision have stopped, all for the same reason."""
        for place in range(times):
            self.dies(number, f"dead{place}")

    # The load balancer and the log
    def elbv2_describe_target_health(self, _: Input) -> dict[str, Any]:
        return {
            "TargetHealthDescriptions": [
                {
                    "Target": {"Id": f"10.0.0.{place}", "Port": 8080},
                    "TargetHealth": {"State": (self.states[place:] or ["healthy"])[0]},
                }
                for place in range(max(len(self.runs), len(self.states)))
            ]
        }

    def elbv2_describe_target_groups(self, _: Input) -> dict[str, Any]:
        return {"TargetGroups": [{"TargetGroupArn": GROUP, "Protocol": "HTTP", "LoadBalancerArns": [LOAD_BALANCER]}]}

    def elbv2_describe_load_balancers(self, given: Input) -> dict[str, Any]:
        assert given == {"LoadBalancerArns": [LOAD_BALANCER]}
        return {
            "LoadBalancers": [{"LoadBalancerArn": LOAD_BALANCER, "LoadBalancerName": "l", "State": self.balancer_state}]
        }

    def elbv2_describe_listeners(self, _: Input) -> dict[str, Any]:
        return {"Listeners": [{"ListenerArn": LISTENER, "LoadBalancerArn": LOAD_BALANCER, **self.listener}]}

    def elbv2_describe_rules(self, _: Input) -> dict[str, Any]:
        return {"Rules": self.rules}

    def logs_get_log_events(self, given: Input) -> dict[str, Any]:
        assert given["logGroupName"] == "logs"
        return {"events": [{"timestamp": 1, "message": f"last words in {given['logStreamName']}"}]}
