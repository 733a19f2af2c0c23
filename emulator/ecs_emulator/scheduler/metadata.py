"""Task metadata endpoint, version 4: what a container can ask about itself and its task.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.guard import Guard
from ecs_emulator.cloud.server import WebServer
from ecs_emulator.scheduler.container import Container
from ecs_emulator.scheduler.interfaces import Launch
from ecs_emulator.scheduler.log_options import stream_name

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from mypy_boto3_ecs.type_defs import LogConfigurationOutputTypeDef, TaskDefinitionTypeDef

Document = dict[str, Any]  # JSON
Answer = Callable[[], Document]
Response = Iterable[bytes]


class Metadata:
    """One server for all containers, each with a path of its own that nobody can guess."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, Answer] = {}
        self.guard = Guard("the task metadata")
        name = "The task metadata endpoint's server"
        self._server = WebServer(self._answer, port=0, threads=2, guard=self.guard, name=name)
        self.worker = self._server.worker

    def add(self, container_id: str, container: Answer, task: Answer) -> str:
        """Answer for a container; the address, which is its ECS_CONTAINER_METADATA_URI_V4."""
        path = f"/v4/{container_id}"
        self.serve(f"{path}/task", task)
        return self.serve(path, container)

    def serve(self, path: str, answer: Answer) -> str:
        """Answer at a path; its address."""
        with self._lock:
            self._answers[path] = answer
        return f"{self._server.url}{path}"

    def remove(self, container_id: str) -> None:
        self.withdraw(f"/v4/{container_id}", f"/v4/{container_id}/task")

    def withdraw(self, *paths: str) -> None:
        """Answer there no longer."""
        with self._lock:
            for path in paths:
                self._answers.pop(path, None)

    def close(self) -> None:
        self._server.close()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Response:
        with self._lock:
            answer = self._answers.get(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] in ("GET", "HEAD") else None
        if answer is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"404 page not found\n"]
        body = json.dumps(answer()).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def container_id(launch: Launch, name: str) -> str:
    """The task's id and a number, as on Fargate."""
    return f"{launch.task_id}-{zlib.crc32(name.encode()):010}"


def about_task(launch: Launch, ip: str, containers: list[Container], is_stopping: bool, zone: str) -> Document:
    """Document that `/task` answers."""
    definition = launch.definition
    started = min(each.created_at for each in containers)
    return {
        "Cluster": _cluster_arn(launch),
        "TaskARN": launch.task_arn,
        "Family": definition["family"],
        "Revision": str(definition["revision"]),
        "DesiredStatus": "STOPPED" if is_stopping else "RUNNING",
        "KnownStatus": known_status([each.state.status for each in containers]),
        **_limits(definition),
        "PullStartedAt": _time(started),
        "PullStoppedAt": _time(started),
        "AvailabilityZone": zone,
        "LaunchType": launch.launch_type,
        **({"ServiceName": launch.service} if launch.service else {}),
        "Containers": [about_container(launch, ip, each, is_stopping) for each in containers],
    }


def about_container(launch: Launch, ip: str, container: Container, is_stopping: bool) -> Document:
    """Document that a container's own path answers."""
    definition, family = container.definition, launch.definition["family"]
    revision = str(launch.definition["revision"])
    logging = definition.get("logConfiguration")
    times = {"CreatedAt": container.created_at, "StartedAt": container.started_at, "FinishedAt": container.finished_at}
    own_id = container_id(launch, container.name)
    return {
        "DockerId": own_id,
        "Name": container.name,
        "DockerName": container.name,
        "Image": definition["image"],
        "Labels": {
            "com.amazonaws.ecs.cluster": _cluster_arn(launch),
            "com.amazonaws.ecs.container-name": container.name,
            "com.amazonaws.ecs.task-arn": launch.task_arn,
            "com.amazonaws.ecs.task-definition-family": family,
            "com.amazonaws.ecs.task-definition-version": revision,
        },
        "DesiredStatus": "STOPPED" if is_stopping else "RUNNING",
        "KnownStatus": container.state.status,
        "Limits": {"CPU": definition.get("cpu") or 2},
        **({} if container.restarts is None else {"RestartCount": container.restarts}),
        **({} if container.state.exit_code is None else {"ExitCode": container.state.exit_code}),
        **{name: _time(time) for name, time in times.items() if time},
        "Type": "NORMAL",
        **(_log_options(logging, container.name, launch.task_id) if logging else {}),
        "ContainerARN": f"{launch.task_arn.replace(':task/', ':container/', 1)}/{own_id}",
        "Networks": [{"NetworkMode": launch.definition["networkMode"], "IPv4Addresses": [ip], **_interface(launch)}],
    }


def _interface(launch: Launch) -> Document:
    return {"AttachmentIndex": 0} if launch.definition["networkMode"] == "awsvpc" else {}


def known_status(statuses: list[str]) -> str:
    """A task's status by those of its containers."""
    if all(status == "STOPPED" for status in statuses):
        return "STOPPED"
    return "PENDING" if "PENDING" in statuses else "RUNNING"


def _log_options(logging: LogConfigurationOutputTypeDef, container: str, task_id: str) -> Document:
    options = logging.get("options", {})
    shown: dict[str, str] = {name: options[name] for name in ("awslogs-group", "awslogs-region") if name in options}
    if "awslogs-stream-prefix" in options:
        shown["awslogs-stream"] = stream_name(options["awslogs-stream-prefix"], container, task_id)
    return {"LogDriver": logging["logDriver"], "LogOptions": shown}


def _limits(definition: TaskDefinitionTypeDef) -> Document:
    """The task's own, in vCPUs and MiB."""
    limits: dict[str, float] = {}
    if definition.get("cpu"):
        limits["CPU"] = int(definition["cpu"]) / 1024
    if definition.get("memory"):
        limits["Memory"] = int(definition["memory"])
    return {"Limits": limits} if limits else {}


def _cluster_arn(launch: Launch) -> str:
    before, _ = launch.task_arn.split(":task/", 1)
    return f"{before}:cluster/{launch.cluster}"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
