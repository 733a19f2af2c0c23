"""A scheduler with made-up processes and targets, whose time passes only when a test says so.

world = World()
world.service("web", "good", count=2)
world.advance(30)
assert world.shown("web")["runningCount"] == 2

How a task fares is said by its image: `good` gets healthy, `sick` runs and never does, `crash` ends at once,
`missing` cannot be pulled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.interfaces import ContainerState, Health, Launch, TargetAddress
from ecs_emulator.scheduler.operations import OPERATIONS
from ecs_emulator.scheduler.scheduler import Scheduler
from emulator.simulation.shapes import check_answer

if TYPE_CHECKING:
    from mypy_boto3_elbv2.literals import TargetHealthStateEnumType

GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/73e2d6bc24d8a067"
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


@dataclass
class MadeUpRun:
    launch: Launch
    address: str
    states: dict[str, ContainerState]
    stops_at_once: bool = True
    told_to_stop: int = 0

    @property
    def image(self) -> str:
        image: str = self.launch.definition["containerDefinitions"][0]["image"]
        return image

    def port(self, container_port: int) -> int:
        return container_port + 1000

    def containers(self) -> list[ContainerState]:
        return list(self.states.values())

    def stop(self) -> None:
        self.told_to_stop += 1
        if self.stops_at_once:
            self.end(143)

    def execute(self, container: str, words: list[str]) -> Any:
        if self.states[container].status != "RUNNING":
            return None
        return {
            "sessionId": f"ecs-execute-command-{container}",
            "streamUrl": "ws://here",
            "tokenValue": " ".join(words),
        }

    def end(self, exit_code: int, container: str | None = None) -> None:
        for name, state in self.states.items():
            if container in (None, name) and state.status != "STOPPED":
                self.states[name] = ContainerState(name, "STOPPED", exit_code, None)


class MadeUpRunner:
    def __init__(self) -> None:
        self.runs: list[MadeUpRun] = []

    def start(self, launch: Launch) -> MadeUpRun:
        names = [container["name"] for container in launch.definition["containerDefinitions"]]
        run = MadeUpRun(
            launch,
            f"127.17.214.{len(self.runs) + 1}",
            {name: ContainerState(name, "PENDING", None, None) for name in names},
        )
        self.runs.append(run)
        return run

    def go_on(self) -> None:
        for run in self.runs:
            for name, state in run.states.items():
                if state.status == "RUNNING" and run.image == "crash":
                    run.states[name] = ContainerState(name, "STOPPED", 1, None)
                elif state.status == "PENDING" and run.image == "missing":
                    run.states[name] = ContainerState(name, "STOPPED", None, "CannotPullContainerError: not found")
                elif state.status == "PENDING":
                    run.states[name] = ContainerState(name, "RUNNING", None, None)


class MadeUpTargets:
    """Checked after 5 seconds, and after 10 more when they leave; a test may overrule the checks in `said`."""

    def __init__(self, runner: MadeUpRunner) -> None:
        self._runner = runner
        self.now = 0.0
        self.balanced = {GROUP}
        self.since: dict[tuple[str, TargetAddress], float] = {}
        self.leaving: dict[tuple[str, TargetAddress], float] = {}
        self.said: dict[str, TargetHealthStateEnumType] = {}  # address to state
        self.delays: dict[str, float] = {}  # seconds that leaving takes, by group; 10 where nothing else is said
        self.history: list[str] = []

    def register(self, group_arn: str, target: TargetAddress) -> None:
        self.since[group_arn, target] = self.now
        self.history.append(f"+{target.id}")

    def deregister(self, group_arn: str, target: TargetAddress) -> None:
        self.leaving.setdefault((group_arn, target), self.now)
        self.history.append(f"-{target.id}")

    def set_fault(self, group_arn: str, target: TargetAddress, fault: str | None) -> None:
        if fault:
            self.said[target.id] = "unhealthy"
        elif self.said.get(target.id) == "unhealthy":
            del self.said[target.id]

    def health(self, group_arn: str, target: TargetAddress) -> Health | None:
        key = (group_arn, target)
        if key not in self.since or self.now >= self.leaving.get(key, self.now + 1) + self.delays.get(group_arn, 10):
            return None
        if key in self.leaving:
            return Health("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
        if target.id in self.said:
            return self._checked(self.said[target.id])
        if self.now < self.since[key] + 5:
            return Health("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
        image = next(run.image for run in self._runner.runs if run.address == target.id)
        return self._checked("unhealthy" if image == "sick" else "healthy")

    def is_balanced(self, group_arn: str) -> bool:
        return group_arn in self.balanced

    def _checked(self, state: TargetHealthStateEnumType) -> Health:
        if state != "unhealthy":
            return Health(state)
        return Health(state, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]")


@dataclass
class World:
    speed: float = 1.0
    startup: float = 0.0
    now: float = 1000.0
    runner: MadeUpRunner = field(default_factory=MadeUpRunner)

    def __post_init__(self) -> None:
        self.targets = MadeUpTargets(self.runner)
        self.scheduler = Scheduler(self.runner, self.targets, Clock(self.speed, startup=self.startup))
        self.call("CreateCluster", clusterName="demo")

    def call(self, operation: str, **asked: Any) -> dict[str, Any]:
        """An operation's answer, checked against botocore's shape of it; None asks nothing. Raises AwsError."""
        given = {key: value for key, value in asked.items() if value is not None}
        answer = OPERATIONS[operation](self.scheduler, given)
        check_answer(operation, answer)
        return answer

    def advance(self, seconds: float, step: float = 0.5) -> None:
        """Let time pass."""
        until = self.now + seconds
        while self.now < until - 1e-9:
            self.now += step
            self.targets.now = self.now
            self.runner.go_on()
            self.scheduler.tick(self.now)

    def definition(self, image: str = "good", family: str = "web", **more: Any) -> str:
        """Register a revision that serves on port 8080; its ARN."""
        container = {"name": "app", "image": image, "portMappings": [{"containerPort": 8080}]}
        asked = {
            "family": family,
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [container],
        }
        arn: str = self.call("RegisterTaskDefinition", **(asked | more))["taskDefinition"]["taskDefinitionArn"]
        return arn

    def service(
        self, name: str = "web", image: str = "good", count: int = 2, balanced: bool = True, **more: Any
    ) -> dict[str, Any]:
        asked = {
            "cluster": "demo",
            "serviceName": name,
            "taskDefinition": self.definition(image),
            "desiredCount": count,
            "launchType": "FARGATE",
            "networkConfiguration": NETWORK,
            "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "app", "containerPort": 8080}],
        }
        if not balanced:
            del asked["loadBalancers"]
        service: dict[str, Any] = self.call("CreateService", **(asked | more))["service"]
        return service

    def steady(self, name: str = "web", image: str = "good", count: int = 2, **more: Any) -> None:
        """A service that has got where it wanted to."""
        self.service(name, image, count, **more)
        self.advance(60)
        assert self.shown(name)["deployments"][0]["rolloutState"] == "COMPLETED"

    def update(self, name: str = "web", **more: Any) -> dict[str, Any]:
        service: dict[str, Any] = self.call("UpdateService", cluster="demo", service=name, **more)["service"]
        return service

    def roll(self, image: str, name: str = "web", **more: Any) -> None:
        """Begin a deployment of a revision with another image."""
        self.update(name, taskDefinition=self.definition(image), **more)

    def shown(self, name: str = "web") -> dict[str, Any]:
        service: dict[str, Any] = self.call("DescribeServices", cluster="demo", services=[name])["services"][0]
        return service

    def events(self, name: str = "web") -> list[str]:
        """What the service has said, the oldest first."""
        return [event["message"] for event in self.shown(name)["events"]][::-1]

    def course(self, name: str = "web") -> dict[str, Any]:
        """The newest service deployment."""
        listed = self.call("ListServiceDeployments", cluster="demo", service=name)["serviceDeployments"]
        arns = [listed[0]["serviceDeploymentArn"]]
        deployment: dict[str, Any]
        deployment = self.call("DescribeServiceDeployments", serviceDeploymentArns=arns)["serviceDeployments"][0]
        return deployment

    def tasks(self, **asked: Any) -> list[dict[str, Any]]:
        """Running ones unless `desiredStatus` says otherwise, the oldest first."""
        arns = self.call("ListTasks", cluster="demo", **asked)["taskArns"]
        tasks: list[dict[str, Any]] = self.call("DescribeTasks", cluster="demo", tasks=arns)["tasks"] if arns else []
        return tasks

    def running(self) -> list[MadeUpRun]:
        """The runs of tasks that are there and were not told to stop."""
        wanted = {task["taskArn"] for task in self.tasks()}
        return [run for run in self.runner.runs if run.launch.task_arn in wanted]
