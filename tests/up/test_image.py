"""The application runs from the snapshot that `mysfits push` takes."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import boto3

from ecs_emulator.scheduler.runner import TaskRunner
from emulator.tests.scheduler.launches import a_container, a_launch, awslogs, ended, statuses
from emulator.tests.scheduler.test_processes import ROLE, answer, processes, said
from ops.local.image import snapshots
from tests.platform_runner import ROOT, until

__all__ = ["processes", "said"]


def test_the_application_itself_runs_from_its_snapshot(
    processes: TaskRunner, session: boto3.Session, table_name: str, tmp_path: Path
) -> None:
    snapshots(tmp_path).push("real", ROOT)
    group = f"real-{uuid.uuid4()}"
    session.client("logs").create_log_group(logGroupName=group)
    definition = a_container(
        "mysfits:real",
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
