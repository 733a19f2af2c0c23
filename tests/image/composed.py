"""The whole platform as compose.yaml describes it. `make image-test` runs this."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import pytest

from ecs_emulator.stacks.render import render
from ecs_emulator.stacks.stack import listed
from tests.conftest import TABLES
from tests.image.docker import ROOT, docker, inspect, journey, port_of

PROJECT = "mysfits-test"


@pytest.fixture(scope="module")
def composed() -> Iterator[str]:
    """The platform, up and healthy."""
    compose = ["compose", "--project-name", PROJECT]
    try:
        docker(*compose, "up", "--detach", "--no-build", "--wait", "--wait-timeout", "60")
        yield PROJECT
    finally:
        docker(*compose, "down", "--volumes", "--timeout", "15")


def test_the_platform_serves_the_journey_and_the_site(composed: str) -> None:
    api = f"http://127.0.0.1:{port_of(f'{composed}-api-1', 8080)}"
    journey(api)
    site = f"http://127.0.0.1:{port_of(f'{composed}-cloud-1', 8080)}"
    with urllib.request.urlopen(site, timeout=10) as page:
        assert "Mythical" in page.read().decode()


def test_the_log_line_arrives_in_cloudwatch(composed: str) -> None:
    command = (
        "import boto3, time\n"
        "logs = boto3.client('logs', endpoint_url='http://127.0.0.1:4566', region_name='us-east-1')\n"
        "find = lambda: logs.filter_log_events(logGroupName='mysfits-cluster-Logs',"
        " filterPattern='\"Like processed.\"')\n"
        "until = time.monotonic() + 15\n"
        "while not find()['events'] and time.monotonic() < until: pass\n"
        "print(len(find()['events']))\n"
    )
    credentials = ["--env", "AWS_SHARED_CREDENTIALS_FILE=/credentials/credentials"]
    assert int(docker("exec", *credentials, f"{composed}-cloud-1", "python", "-c", command)) >= 1


def test_every_container_is_without_rights(composed: str) -> None:
    for service in ("api", "cloud"):
        container = inspect(f"{composed}-{service}-1")
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"] is True
        assert host["CapDrop"] == ["ALL"]
        assert host["SecurityOpt"] == ["no-new-privileges"]
        assert container["Config"]["User"] == "10001:10001"


def test_the_names_in_compose_are_those_that_the_templates_make(composed: str) -> None:
    stacks = render(listed(ROOT / "cfn" / "stacks.yml"))
    settings = dict(each.split("=", 1) for each in inspect(f"{composed}-api-1")["Config"]["Env"])
    for setting, output in TABLES.items():
        assert settings[setting] == stacks["mysfits-data"].outputs[output]
    assert settings["LOG_GROUP"] == stacks["mysfits-cluster"].outputs["LogGroup"]
