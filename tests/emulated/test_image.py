"""The application as an image of the emulator."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import boto3

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.scheduler.images import Images
from emulator.tests.scheduler.launches import a_container, a_launch, awslogs, ended, statuses
from emulator.tests.scheduler.test_processes import ROLE, answer, running
from emulator.tests.support.waiting import until
from tests.platform_runner import ROOT


def test_the_application_itself_runs_from_its_snapshot(
    cloud: Cloud, session: boto3.Session, table_name: str, tmp_path: Path
) -> None:
    Images(tmp_path / "images").push("real", ROOT)
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
    with running(cloud, session, tmp_path, []) as processes:
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
