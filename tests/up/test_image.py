"""The application runs from the snapshot that `mysfits push` takes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import boto3
import pytest

from ecs_emulator.scheduler.runner import TaskRunner
from ecs_emulator.stacks.templates import read_template
from emulator.tests.scheduler.launches import a_container, a_launch, awslogs, ended, statuses
from emulator.tests.scheduler.test_processes import ROLE, answer, processes, said
from ops.local.image import PLACEHOLDER, snapshots
from tests.platform_runner import ROOT, free_ports, until
from tests.up.test_up import ask

__all__ = ["processes", "said"]


_SERVICE = read_template(ROOT / "cfn" / "service.yml")
_CONTAINER = _SERVICE["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"][0]
_PLACEHOLDER: list[str] = _CONTAINER["Command"]["Fn::If"][1]


# A tool that exchanges only the image leaves the placeholder's command in the definition.
@pytest.mark.parametrize("command", [[], _PLACEHOLDER], ids=["its own", "the placeholder's"])
def test_the_application_itself_runs_from_its_snapshot(
    processes: TaskRunner, session: boto3.Session, table_name: str, tmp_path: Path, command: list[str]
) -> None:
    snapshots(tmp_path).push("real", ROOT)
    group = f"real-{uuid.uuid4()}"
    session.client("logs").create_log_group(logGroupName=group)
    definition = a_container(
        "mysfits:real",
        command=command,
        environment=[{"name": "DDB_TABLE_NAME", "value": table_name}, {"name": "FEATURES", "value": "catalog"}],
        portMappings=[{"containerPort": 8080}],
        logConfiguration=awslogs(group),
        stopTimeout=3000,
    )
    launch = a_launch(definition, taskRoleArn=ROLE)
    run = processes.start(launch)
    until(lambda: answer(run, 8080, "/health") or statuses(run) == ["STOPPED"], "it is healthy")
    assert json.loads(str(answer(run, 8080, "/mysfits"))) == {"mysfits": []}
    run.stop()
    assert ended(run) == [(0, None)]
    events = session.client("logs").filter_log_events(logGroupName=group)["events"]
    assert {event["logStreamName"] for event in events} == {f"test/web/{launch.task_id}"}
    [line] = [line for line in (json.loads(event["message"]) for event in events) if line.get("path") == "/mysfits"]
    # Which it has asked the metadata endpoint for.
    assert line["revision"] == "web:7"


def test_the_placeholder_answers_every_path_and_ends_when_it_is_told(tmp_path: Path) -> None:
    [port] = free_ports(1)
    environment = {"PATH": os.environ["PATH"], "PORT": str(port), "BIND_ADDRESS": "127.0.0.1"}
    command = [sys.executable, *_PLACEHOLDER[1:]]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL) as placeholder:
        try:
            until(lambda: _answers(port), "it answers")
            for path in ("/", "/health", "/mysfits?filter=Good"):
                answer = ask(f"http://127.0.0.1:{port}{path}")
                assert (answer.status, answer.body) == (200, b"The service runs, and waits for an image of its own.\n")
        finally:
            placeholder.send_signal(signal.SIGTERM)
        assert placeholder.wait(30) == 0


def test_the_placeholder_of_the_template_is_the_one_that_runs_here() -> None:
    image: str = _SERVICE["Parameters"]["PlaceholderImage"]["Default"]
    assert image.rpartition(":")[0] == PLACEHOLDER


def _answers(port: int) -> bool:
    try:
        return ask(f"http://127.0.0.1:{port}/").status == 200
    except OSError:
        return False
