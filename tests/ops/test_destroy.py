"""Only what the stacks made is deleted, and what stays is said with its price."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.commands import options
from ecs_emulator.ops.outcomes import Outcome
from ecs_emulator.ops.target import Target
from emulator.tests.ops.fake_aws import FakeAws, Input
from ops.stacks import listing
from tests.ops.conftest import Clock, Mysfits
from tests.ops.stacks_aws import Formation, on_aws

TEMPLATE = """
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Repository: {Type: AWS::ECR::Repository}
  Table: {Type: AWS::DynamoDB::Table, DeletionPolicy: Retain}
  LoadBalancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
"""


@pytest.fixture
def formation(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Formation:
    """One stack with something of each kind."""
    (tmp_path / "service.yml").write_text(TEMPLATE)
    (tmp_path / "stacks.yml").write_text("stacks: [{name: mysfits-service, template: service.yml}]")
    monkeypatch.setattr(listing, "LISTING", tmp_path / "stacks.yml")
    aws = FakeAws()
    formation = Formation(aws)
    formation.made = {
        "AWS::S3::Bucket": "bucket",
        "AWS::ECR::Repository": "images",
        "AWS::DynamoDB::Table": "mysfits",
        "AWS::ElasticLoadBalancingV2::LoadBalancer": "arn:lb",
    }
    versions: list[dict[str, Any]] = [{"Key": "a", "VersionId": "1"}, {"Key": "a", "VersionId": "2"}]
    aws.operations |= {
        "dynamodb.describe_table": lambda _: {"Table": {"TableSizeBytes": 2_000_000_000}},
        "s3.list_object_versions": lambda _: {"Versions": versions, "DeleteMarkers": [{"Key": "b", "VersionId": "3"}]},
        "s3.delete_objects": lambda _: {},
        "ecr.list_images": lambda _: {"imageIds": [{"imageTag": "one"}]},
        "ecr.batch_delete_image": lambda given: {"imageIds": given["imageIds"]},
        "elbv2.modify_load_balancer_attributes": lambda _: {"Attributes": []},
    }
    target = Target(aws.session(), {})
    monkeypatch.setattr(options, "local", lambda *_: target)
    monkeypatch.setattr(options, "aws", lambda outputs: on_aws(target))
    return formation


def test_buckets_and_repositories_are_emptied_and_what_is_kept_is_priced(
    operate: Mysfits, formation: Formation
) -> None:
    result = operate("destroy", "--yes")
    assert result.exit_code == 0, result.output
    (deleted,) = formation.aws.inputs("s3.delete_objects")
    assert [each["VersionId"] for each in deleted["Delete"]["Objects"]] == ["1", "2", "3"]
    assert formation.aws.inputs("ecr.batch_delete_image")[0]["imageIds"] == [{"imageTag": "one"}]
    assert formation.aws.calls["elbv2.modify_load_balancer_attributes"] == 1
    assert formation.status == "DELETE_COMPLETE"
    assert "Kept: mysfits (AWS::DynamoDB::Table) is kept: 2.000 GB, about $0.90 a month." in result.output
    assert "dynamodb.delete_table" not in formation.aws.calls


def test_a_dry_run_says_the_same_and_deletes_nothing(operate: Mysfits, formation: Formation) -> None:
    result = operate("destroy", "--dry-run", "--json")
    assert result.exit_code == 0
    [stack] = json.loads(result.stdout)["stacks"]
    assert (stack["empties"], stack["keeps"][0]["dollars_a_month"]) == (["bucket", "images"], 0.9)
    deleting = {"cloudformation.delete_stack", "s3.delete_objects", "ecr.batch_delete_image"}
    assert not deleting & formation.aws.calls.keys()


@pytest.mark.parametrize(("said", "cli"), [((), "ecs-emulator env -- aws"), (("--aws",), "aws")])
def test_what_is_typed_to_delete_the_rest_means_the_same_target(
    operate: Mysfits, formation: Formation, said: tuple[str, ...], cli: str
) -> None:
    result = operate("destroy", "--dry-run", *said)
    assert (
        f"`{cli} dynamodb update-table --no-deletion-protection-enabled --table-name mysfits && "
        f"{cli} dynamodb delete-table --table-name mysfits` deletes it" in result.output
    )


def test_nothing_is_typed_to_delete_what_is_not_there(operate: Mysfits, formation: Formation) -> None:
    formation.aws.refuse("dynamodb.describe_table", "ResourceNotFoundException")
    result = operate("destroy", "--dry-run")
    assert "mysfits (AWS::DynamoDB::Table) is kept: 0.000 GB, about $0.00 a month.\n" in result.output


def test_nothing_is_deleted_unless_somebody_says_yes(operate: Mysfits, formation: Formation) -> None:
    result = operate("destroy")
    assert result.exit_code == Outcome.USAGE
    assert "Nobody can be asked here: say --yes." in result.output
    assert formation.status == "UPDATE_COMPLETE"


def test_what_somebody_else_still_uses_is_not_deleted(operate: Mysfits, formation: Formation) -> None:
    formation.aws.operations["cloudformation.list_imports"] = lambda _: {"Imports": ["somebody-elses"]}
    result = operate("destroy", "--yes")
    assert result.exit_code == Outcome.FAILED
    assert "somebody-elses still uses x-ServiceName of mysfits-service" in result.output
    assert formation.status == "UPDATE_COMPLETE"


def test_a_stack_that_cannot_be_deleted_says_why(operate: Mysfits, formation: Formation) -> None:
    formation.failures = [("Bucket", "AWS::S3::Bucket", "The bucket is not empty.")]
    result = operate("destroy", "--yes")
    assert result.exit_code == Outcome.FAILED
    assert "is DELETE_FAILED. It began with Bucket: The bucket is not empty." in result.output


def test_what_is_not_there_any_more_needs_no_emptying(operate: Mysfits, formation: Formation) -> None:
    formation.aws.refuse("s3.list_object_versions", "NoSuchBucket")
    formation.aws.refuse("ecr.list_images", "RepositoryNotFoundException")
    assert operate("destroy", "--yes").exit_code == 0


def test_without_stacks_there_is_nothing_to_do(operate: Mysfits, formation: Formation) -> None:
    formation.status = None
    result = operate("destroy", "--yes")
    assert (result.exit_code, result.output) == (0, "None of the stacks is there.\n")


def test_lacking_permission_to_weigh_is_no_reason_to_stop(operate: Mysfits, formation: Formation) -> None:
    formation.aws.refuse("dynamodb.describe_table", "AccessDeniedException")
    result = operate("destroy", "--dry-run")
    assert result.exit_code == 0
    assert "mysfits (AWS::DynamoDB::Table) is kept: of unknown size." in result.output


def test_lacking_permission_to_delete_is_a_denial(operate: Mysfits, formation: Formation) -> None:
    def refused(_: Input) -> dict[str, Any]:
        raise AssertionError

    formation.aws.operations["cloudformation.delete_stack"] = refused
    formation.aws.refuse("s3.delete_objects", "AccessDenied")
    assert operate("destroy", "--yes").exit_code == Outcome.DENIED


def test_buckets_and_repositories_that_are_kept_are_weighed(
    operate: Mysfits, formation: Formation, tmp_path: Path
) -> None:
    kept = TEMPLATE.replace("Bucket}", "Bucket, DeletionPolicy: Retain}").replace("ry}", "ry, DeletionPolicy: Retain}")
    (tmp_path / "service.yml").write_text(kept)
    formation.aws.operations |= {
        "s3.list_objects_v2": lambda _: {"Contents": [{"Size": 10**9}, {"Size": 10**9}]},
        "ecr.describe_images": lambda _: {"imageDetails": [{"imageSizeInBytes": 3 * 10**9}]},
    }
    result = operate("destroy", "--yes")
    assert result.exit_code == 0, result.output
    assert "bucket (AWS::S3::Bucket) is kept: 2.000 GB, about $0.05 a month." in result.output
    assert "images (AWS::ECR::Repository) is kept: 3.000 GB, about $0.30 a month." in result.output
    assert "ecr.batch_delete_image" not in formation.aws.calls


def test_what_stays_in_a_bucket_is_said_and_ends_it(operate: Mysfits, formation: Formation) -> None:
    refused = {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "Access Denied"}]}
    formation.aws.operations["s3.delete_objects"] = lambda _: refused
    result = operate("destroy", "--yes")
    assert result.exit_code == Outcome.FAILED
    assert "bucket: a stays. AccessDenied: Access Denied" in result.output
    assert formation.status == "UPDATE_COMPLETE"


def test_the_parts_of_an_image_index_go_after_it(operate: Mysfits, formation: Formation) -> None:
    there: list[dict[str, Any]] = [{"imageDigest": "part"}, {"imageTag": "one"}]

    def delete(given: Input) -> dict[str, Any]:
        has_index = {"imageTag": "one"} in there
        gone = [each for each in given["imageIds"] if "imageTag" in each or not has_index]
        there[:] = [each for each in there if each not in gone]
        kept = [each for each in given["imageIds"] if each not in gone]
        why = {"failureCode": "ImageReferencedByManifestList", "failureReason": "an index refers to it"}
        return {"imageIds": gone, "failures": [{"imageId": each, **why} for each in kept]}

    formation.aws.operations |= {
        "ecr.list_images": lambda _: {"imageIds": list(there)},
        "ecr.batch_delete_image": delete,
    }
    result = operate("destroy", "--yes")
    assert (result.exit_code, there) == (0, []), result.output
    assert "images: 2 things deleted." in result.output


def test_images_that_stay_end_it(operate: Mysfits, formation: Formation) -> None:
    failure = {"imageId": {"imageTag": "one"}, "failureCode": "KmsError", "failureReason": "no key"}
    formation.aws.operations["ecr.batch_delete_image"] = lambda _: {"failures": [failure]}
    result = operate("destroy", "--yes")
    assert result.exit_code == Outcome.FAILED
    assert "images: 1 images stay. KmsError: no key" in result.output


def test_what_a_change_set_left_behind_that_nobody_executed_is_deleted(operate: Mysfits, formation: Formation) -> None:
    formation.status, formation.made = "REVIEW_IN_PROGRESS", {}
    result = operate("destroy", "--yes")
    assert result.exit_code == 0, result.output
    assert formation.status == "DELETE_COMPLETE"
