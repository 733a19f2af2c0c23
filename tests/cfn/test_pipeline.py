"""From a commit to a deployment."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from tests.cfn.platforms import Platform

BUILDSPEC = Path(__file__).parent.parent.parent / "buildspec.yml"


def _stages(platform: Platform) -> dict[str, list[dict[str, Any]]]:
    pipeline = platform.stack("pipeline").resources["Pipeline"]["Properties"]
    return {stage["Name"]: stage["Actions"] for stage in pipeline["Stages"]}


def test_an_image_is_scanned_never_overwritten_and_kept_for_a_rollback(platform: Platform) -> None:
    images = platform.stack("pipeline").resources["Images"]
    assert images["Properties"]["ImageTagMutability"] == "IMMUTABLE"
    assert images["Properties"]["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert images["DeletionPolicy"] == "Retain"
    rules = json.loads(images["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    assert {rule["action"]["type"] for rule in rules} == {"expire"}


def test_without_a_connection_there_is_the_repository_alone(smallest: Platform) -> None:
    assert smallest.stack("pipeline").resources.keys() == {"Images"}


def test_a_commit_is_tested_approved_and_deployed(production: Platform) -> None:
    assert list(_stages(production)) == ["Source", "TestAndBuild", "Approve", "Deploy"]


def test_one_image_is_deployed_to_every_service(split: Platform) -> None:
    stages = _stages(split)
    assert list(stages) == ["Source", "TestAndBuild", "Deploy"]
    services = [action["Configuration"]["ServiceName"].split("-")[1] for action in stages["Deploy"]]
    assert services == ["catalog", "likes", "adoptions"]


def test_the_deployment_reads_the_file_that_the_build_writes(production: Platform) -> None:
    buildspec = yaml.safe_load(BUILDSPEC.read_text())
    (deploy,) = _stages(production)["Deploy"]
    assert buildspec["artifacts"]["files"] == [deploy["Configuration"]["FileName"]]


def test_the_pipeline_passes_the_roles_of_its_services_to_ecs_only(production: Platform) -> None:
    policy = production.stack("pipeline").resources["DeployPolicy"]["Properties"]["PolicyDocument"]
    (statement,) = [each for each in policy["Statement"] if each["Action"] == "iam:PassRole"]
    assert statement["Resource"] == ["arn:aws:iam::123456789012:role/mysfits-service-*"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_a_build_has_the_time_for_all_tests_and_an_image_without_an_index(production: Platform) -> None:
    assert production.stack("pipeline").resources["Build"]["Properties"]["TimeoutInMinutes"] == 60
    phases = yaml.safe_load(BUILDSPEC.read_text())["phases"]
    # A zip keeps no permissions: https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html
    assert phases["pre_build"]["commands"][0] == "chmod +x tools/* .ci/run"
    [built] = [each for each in phases["build"]["commands"] if "docker build" in each]
    assert "docker build --provenance=false " in built


def test_the_base_comes_from_a_registry_without_a_limit_for_the_anonymous() -> None:
    [base] = re.findall(r"^ARG PYTHON_IMAGE=(.*)$", (BUILDSPEC.parent / "Dockerfile").read_text(), re.MULTILINE)
    assert base.startswith("public.ecr.aws/docker/library/python:")


def test_the_build_knows_what_its_instructions_ask_for(production: Platform) -> None:
    environment = production.stack("pipeline").resources["Build"]["Properties"]["Environment"]
    assert [each["Name"] for each in environment["EnvironmentVariables"]] == ["IMAGE_REPOSITORY"]
    assert "$IMAGE_REPOSITORY" in BUILDSPEC.read_text()
