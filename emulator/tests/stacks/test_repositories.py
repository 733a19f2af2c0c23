"""A repository of a stack is in ECR, as every client of its API finds it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.stacks.errors import TemplateError
from emulator.tests.stacks.stage import Stage

LIFECYCLE = (
    '{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan",'
    ' "countNumber": 10}, "action": {"type": "expire"}}]}'
)
SETTINGS = f"""
      ImageTagMutability: IMMUTABLE
      ImageScanningConfiguration: {{ScanOnPush: true}}
      LifecyclePolicy: {{LifecyclePolicyText: '{LIFECYCLE}'}}
      RepositoryPolicyText:
        Version: "2012-10-17"
        Statement: [{{Effect: Allow, Principal: "*", Action: "ecr:BatchGetImage"}}]
      Tags: [{{Key: team, Value: shop}}]
"""


def template(name: str, settings: str) -> str:
    return f"""
Resources:
  Images:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: {name}
{settings}
Outputs:
  Name: {{Value: !Ref Images}}
  Arn: {{Value: !GetAtt Images.Arn}}
  Uri: {{Value: !GetAtt Images.RepositoryUri}}
"""


def described(ecr: Any, name: str) -> dict[str, Any]:
    [found] = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    return {each: found[each] for each in ("imageTagMutability", "imageScanningConfiguration")}


def test_a_repository_is_in_ecr_as_its_template_says_and_changes_with_it(stage: Stage, name: str) -> None:
    ecr, stack = stage.client("ecr"), name
    name = f"team/{stack}"
    told = stage.deploy(stack, template(name, SETTINGS))
    assert told["Uri"] == f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}"
    assert (told["Name"], told["Arn"]) == (name, f"arn:aws:ecr:us-east-1:123456789012:repository/{name}")
    assert described(ecr, name) == {
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
    }
    assert json.loads(ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]) == json.loads(LIFECYCLE)
    assert "ecr:BatchGetImage" in ecr.get_repository_policy(repositoryName=name)["policyText"]
    assert ecr.list_tags_for_resource(resourceArn=told["Arn"])["tags"] == [{"Key": "team", "Value": "shop"}]
    assert ecr.list_images(repositoryName=name)["imageIds"] == []

    stage.deploy(stack, template(name, ""))
    assert described(ecr, name) == {
        "imageTagMutability": "MUTABLE",
        "imageScanningConfiguration": {"scanOnPush": False},
    }
    assert ecr.list_tags_for_resource(resourceArn=told["Arn"])["tags"] == []
    for operation in (ecr.get_lifecycle_policy, ecr.get_repository_policy):
        with pytest.raises(ClientError, match="PolicyNotFound"):
            operation(repositoryName=name)

    stage.stacks.delete(stack)
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException):
        ecr.describe_repositories(repositoryNames=[name])


def test_a_repository_without_a_name_has_one_of_its_stack(stage: Stage, name: str) -> None:
    stage.deploy(name, "Resources: {Images: {Type: AWS::ECR::Repository}}")
    assert stage.client("ecr").describe_repositories(repositoryNames=[f"{name}-images"])["repositories"]


def test_a_repository_that_a_stack_has_kept_is_in_nobody_s_way(stage: Stage, name: str) -> None:
    kept = "Resources: {Images: {Type: AWS::ECR::Repository, DeletionPolicy: Retain}}"
    for _ in range(2):
        stage.deploy(name, kept)
        stage.stacks.delete(name)
    found = [each["repositoryName"] for each in stage.client("ecr").describe_repositories()["repositories"]]
    assert len([each for each in found if each.startswith(f"{name}-images")]) == 2


def test_a_name_that_ecr_does_not_take_is_refused_in_its_words(stage: Stage, name: str) -> None:
    text = "Parameters: {Name: {Type: String}}\n" + template("!Ref Name", "")
    with pytest.raises(TemplateError, match="Invalid parameter at 'repositoryName' failed to satisfy"):
        stage.deploy(name, text, Name="Images")
