"""S0, steps 1 to 8, as somebody does them who has the AWS CLI and HTTP, and never heard of `mysfits`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.asking import call
from tests.platform_runner import PATIENCE, Platform, until

AWS = Path(sys.executable).parent / "aws"
GARY = "3f0f196c-4a7b-43af-9e29-6522a715342d"
# What describe-task-definition adds to what register-task-definition takes.
OF_ECS = {
    "taskDefinitionArn",
    "revision",
    "status",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "compatibilities",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A rehearsal right after the stacks were made: there is no image of ours yet."""
    with Platform(tmp_path_factory.mktemp("s0") / "local", options=["--placeholder", "--speed", "10"]) as platform:
        platform.line("Ready", within=2 * PATIENCE)
        yield platform
        assert platform.stop() == 0, platform.output()


def page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


class Cli:
    """The AWS CLI with an endpoint and a key in its environment, as for any other AWS."""

    def __init__(self, platform: Platform) -> None:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self._environment = mine | json.loads(platform.mysfits("env", "--json").stdout)

    def __call__(self, *arguments: str) -> Any:
        """What `aws ARGUMENTS` answers; None when that is nothing. Fails when it fails."""
        done = subprocess.run(
            [AWS, *arguments, "--output", "json"],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def output(self, stack: str, name: str) -> str:
        """The output `name` of a stack."""
        query = f"Stacks[0].Outputs[?OutputKey=='{name}'].OutputValue | [0]"
        return str(self("cloudformation", "describe-stacks", "--stack-name", stack, "--query", query))


@pytest.mark.timeout(900)
def test_from_the_placeholder_to_the_log_line(platform: Platform) -> None:
    aws = Cli(platform)

    # 1. The placeholder answers on the load balancer's address; the site is there, and has nobody to ask.
    api = f"http://{aws.output('mysfits-cluster', 'LoadBalancerDNS')}"
    assert api == platform.api_url
    assert "Placeholder" in page(f"{api}/")
    assert "Placeholder" in page(f"{api}/mysfits")

    # 2. A revision with the image, and the service is told to run it. What `docker push` brings, `push` brings here.
    repository = aws.output("mysfits-pipeline", "ImageRepository")
    pushed = platform.mysfits("push")
    assert pushed.returncode == 0, pushed.stderr
    cluster = aws.output("mysfits-cluster", "ClusterName")
    [arn] = aws("ecs", "list-services", "--cluster", cluster)["serviceArns"]
    assert "MythicalMonolithService" in arn
    of_service = ("--cluster", cluster, "--service", arn)
    of_services = ("--cluster", cluster, "--services", arn)

    def service() -> dict[str, Any]:
        found: dict[str, Any] = aws("ecs", "describe-services", *of_services)["services"][0]
        return found

    old = service()["taskDefinition"]
    definition = aws("ecs", "describe-task-definition", "--task-definition", old)["taskDefinition"]
    new = {name: value for name, value in definition.items() if name not in OF_ECS}
    new["containerDefinitions"][0]["image"] = f"{repository}:{pushed.stdout.strip()}"
    registered = aws("ecs", "register-task-definition", "--cli-input-json", json.dumps(new))["taskDefinition"]
    revision = registered["taskDefinitionArn"]
    assert registered["revision"] == definition["revision"] + 1
    assert service()["taskDefinition"] == old

    # 3. The rollout: both side by side, then the newest alone.
    updated = aws("ecs", "update-service", *of_service, "--task-definition", revision)["service"]["deployments"]
    assert [(each["status"], each["taskDefinition"]) for each in updated] == [("PRIMARY", revision), ("ACTIVE", old)]
    assert updated[0]["rolloutState"] == "IN_PROGRESS"

    def alone() -> dict[str, Any]:
        deployments = service()["deployments"]
        return deployments[0] if len(deployments) == 1 and deployments[0]["rolloutState"] == "COMPLETED" else {}

    assert until(alone, "the rollout is complete", within=2 * PATIENCE)["taskDefinition"] == revision
    # It looks every 15 s, of real time; the first look is enough now.
    aws("ecs", "wait", "services-stable", *of_services)
    arns = aws("ecs", "list-tasks", "--cluster", cluster)["taskArns"]
    tasks = aws("ecs", "describe-tasks", "--cluster", cluster, "--tasks", *arns)["tasks"]
    assert [task["taskDefinitionArn"] for task in tasks] == [revision] * 2
    short = revision.rpartition("/")[2]
    assert call("GET", f"{api}/version")[1]["revision"] == short

    # 4. The site fills: the bucket's page asks this API, whose list is there now and may be read from there.
    bucket = aws.output("mysfits-site", "SiteBucket")
    assert "index.html" in aws("s3api", "list-objects-v2", "--bucket", bucket, "--query", "Contents[].Key")
    assert f'href="{api}/mysfits"' in page(f"{platform.site_url}/")
    status, listed, headers = call("GET", f"{api}/mysfits", Origin=platform.site_url)
    assert (status, len(listed["mysfits"]), headers["Access-Control-Allow-Origin"]) == (200, 12, "*")

    # 5., 6., 7. View Profile, the heart, View Profile: one more.
    assert call("GET", f"{api}/mysfits/{GARY}")[1]["likes"] == 0
    status, answer, headers = call("POST", f"{api}/mysfits/{GARY}/like", Origin=platform.site_url)
    assert (status, answer["Update"]) == (200, "Success")
    assert call("GET", f"{api}/mysfits/{GARY}")[1]["likes"] == 1

    # 8. The log line, once.
    group = aws.output("mysfits-cluster", "LogGroup")
    grep = ("--log-group-name", group, "--filter-pattern", '"Like processed."', "--query", "events[].message")
    [event] = until(lambda: aws("logs", "filter-log-events", *grep), "the log line")
    facts = json.loads(event)
    assert facts["message"] == "Like processed."
    assert (facts["mysfit_id"], facts["request_id"], facts["revision"]) == (GARY, headers["X-Request-ID"], short)
