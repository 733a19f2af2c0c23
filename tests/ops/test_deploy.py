"""Stacks are deployed by change set: shown first, followed, and honest about their end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.commands import options
from ecs_emulator.ops.outcomes import INTERRUPTED, Outcome
from ecs_emulator.ops.target import Target, patient_session
from emulator.tests.ops.fake_aws import Input
from emulator.tests.ops.world import CLUSTER, REPOSITORY, SERVICE, World, arn, revision
from ops.stacks import listing
from ops.stacks.events import first_cause
from ops.stacks.listing import Setting, StackListing, parameters, settings
from tests.ops.conftest import Mysfits
from tests.ops.stacks_aws import ARN, Formation, on_aws, write_listing


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a list of one stack."""
    monkeypatch.setattr(listing, "LISTING", write_listing(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def formation(world: World) -> Formation:
    made = Formation(world.aws)
    made.made = {"AWS::ECS::Service": arn("service", f"{CLUSTER}/{SERVICE}"), "AWS::ECS::TaskDefinition": revision(1)}
    return made


def test_the_changes_are_shown_and_the_events_follow(operate: Mysfits, formation: Formation) -> None:
    result = operate("deploy", "--set", "ImageTag=one")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "mysfits-service:",
        "  ~ TaskDefinition (AWS::ECS::TaskDefinition): Cpu  ! replaced",
        "  03:04:05  UPDATE_IN_PROGRESS       mysfits-service",
        "  03:04:05  UPDATE_COMPLETE          mysfits-service",
    ]


def test_what_is_not_said_keeps_its_value(operate: Mysfits, formation: Formation) -> None:
    assert operate("deploy", "--set", "service.Cpu=512").exit_code == 0
    (given,) = formation.aws.inputs("cloudformation.create_change_set")
    assert given["Parameters"] == [
        {"ParameterKey": "ImageTag", "UsePreviousValue": True},
        {"ParameterKey": "Cpu", "ParameterValue": "512"},
        {"ParameterKey": "DataStack", "ParameterValue": "mysfits-data"},
    ]
    assert (given["ChangeSetType"], given["Capabilities"]) == ("UPDATE", ["CAPABILITY_IAM"])


def test_a_new_stack_is_created_with_the_defaults_of_its_template(operate: Mysfits, formation: Formation) -> None:
    formation.status = None
    formation.becomes = "CREATE_COMPLETE"
    assert operate("deploy").exit_code == 0
    (given,) = formation.aws.inputs("cloudformation.create_change_set")
    assert given["ChangeSetType"] == "CREATE"
    assert given["Parameters"] == [{"ParameterKey": "DataStack", "ParameterValue": "mysfits-data"}]


@pytest.fixture
def account(formation: Formation, monkeypatch: pytest.MonkeyPatch) -> Formation:
    """The same on AWS, in an account that is ready."""
    here = options.local()
    monkeypatch.setattr(options, "aws", lambda outputs: on_aws(here))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    formation.aws.operations |= {
        "sts.get_caller_identity": lambda _: {"Account": "1", "Arn": "arn:aws:iam::1:user/me"},
        "ec2.describe_regions": lambda _: {"Regions": [{"OptInStatus": "opted-in"}]},
    }
    return formation


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_on_an_account_that_is_not_ready_nothing_is_begun(
    operate: Mysfits, account: Formation, more: tuple[str, ...]
) -> None:
    account.aws.operations["ec2.describe_regions"] = lambda _: {"Regions": [{"OptInStatus": "not-opted-in"}]}
    result = operate("deploy", "--aws", *more)
    assert result.exit_code == Outcome.FAILED
    assert "✗  region: us-east-1 is not turned on for this account.\n     → aws account enable-region" in result.output
    assert "Nothing was begun; `--anyway` begins all the same.\nError: Not ready: region.\n" in result.output
    assert "cloudformation.create_change_set" not in account.aws.calls
    assert operate("deploy", "--aws", "--anyway").exit_code == 0


def test_without_credentials_nothing_is_begun_on_aws(operate: Mysfits, account: Formation) -> None:
    account.aws.refuse("sts.get_caller_identity", "ExpiredToken")
    result = operate("deploy", "--aws", "--json")
    assert (result.exit_code, json.loads(result.stdout)["outcome"]) == (Outcome.DENIED, "denied")
    assert set(account.aws.calls) == {"sts.get_caller_identity"}


def test_on_aws_the_outputs_are_written(operate: Mysfits, account: Formation, folder: Path) -> None:
    assert operate("deploy", "--aws").exit_code == 0
    assert json.loads((folder / "cfn-output.json").read_text()) == {"ServiceName": "mysfits-service-1"}


def test_in_the_rehearsal_no_file_is_written_that_would_be_taken_for_that_of_aws(
    operate: Mysfits, formation: Formation, folder: Path
) -> None:
    assert operate("deploy").exit_code == 0
    assert not (folder / "cfn-output.json").exists()


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information to create a change set.",
        "No updates are to be performed.",
    ],
)
def test_a_stack_without_changes_is_left_alone(operate: Mysfits, formation: Formation, reason: str) -> None:
    formation.refusal = reason
    result = operate("deploy")
    assert (result.exit_code, result.output) == (0, "mysfits-service: nothing changes.\n")
    assert formation.aws.calls["cloudformation.delete_change_set"] == 1
    assert formation.aws.calls["cloudformation.execute_change_set"] == 0


def test_a_dry_run_changes_nothing_and_leaves_nothing_behind(operate: Mysfits, formation: Formation) -> None:
    assert operate("deploy", "--dry-run").exit_code == 0
    assert formation.aws.calls["cloudformation.delete_change_set"] == 1
    formation.status = None
    result = operate("deploy", "--dry-run")
    assert "  + Role (AWS::IAM::Role)" in result.output
    assert formation.aws.calls["cloudformation.create_change_set"] == 1
    assert formation.aws.calls["cloudformation.execute_change_set"] == 0


@pytest.mark.parametrize(
    ("becomes", "outcome"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", Outcome.ROLLED_BACK),
        ("ROLLBACK_COMPLETE", Outcome.ROLLED_BACK),
        ("UPDATE_ROLLBACK_FAILED", Outcome.FAILED),
        ("CREATE_FAILED", Outcome.FAILED),
    ],
)
def test_a_failure_is_told_by_its_first_cause(
    operate: Mysfits, formation: Formation, becomes: str, outcome: Outcome
) -> None:
    formation.becomes = becomes
    formation.failures = [
        ("Alarm", "AWS::CloudWatch::Alarm", "Resource update cancelled"),
        ("Bucket", "AWS::S3::Bucket", "The bucket is gone."),
        ("Role", "AWS::IAM::Role", "Resource update cancelled"),
        ("mysfits-service", "AWS::CloudFormation::Stack", "The following resource(s) failed: [Bucket]"),
    ]
    result = operate("deploy", "--json")
    assert result.exit_code == outcome
    told = json.loads(result.stdout)
    assert (told["resource"], told["reason"], told["status"]) == ("Bucket", "The bucket is gone.", becomes)
    assert "It began with Bucket (AWS::S3::Bucket): The bucket is gone." in result.stderr.splitlines()[-1]


def test_what_the_stack_itself_fails_of_is_told(operate: Mysfits, formation: Formation) -> None:
    """An export that others use is no resource, and only the stack's own event says so."""
    formation.becomes = "UPDATE_ROLLBACK_COMPLETE"
    formation.why = "Export x-ServiceName cannot be updated as it is in use by somebody-elses"
    result = operate("deploy")
    assert result.exit_code == Outcome.ROLLED_BACK
    assert result.stderr.splitlines()[-1].endswith(formation.why)


def test_a_service_that_fails_shows_its_dead_tasks(operate: Mysfits, formation: Formation, world: World) -> None:
    world.definitions[2] = world._definition(2, f"{REPOSITORY}:one")
    world.dies(2, "dead2")
    formation.becomes = "UPDATE_ROLLBACK_COMPLETE"
    execute = formation.cf_execute_change_set

    def failing(given: Input) -> dict[str, object]:
        formation.happen("TaskDefinition", "AWS::ECS::TaskDefinition", "UPDATE_COMPLETE", physical=revision(2))
        service = arn("service", f"{CLUSTER}/{SERVICE}")
        reason = "ECS Deployment Circuit Breaker was triggered."
        formation.happen("MythicalMonolithService", "AWS::ECS::Service", "UPDATE_FAILED", reason, service)
        return execute(given)

    formation.aws.operations["cloudformation.execute_change_set"] = failing
    result = operate("deploy")
    assert result.exit_code == Outcome.ROLLED_BACK
    assert "Circuit Breaker was triggered." in result.output
    assert "    | last words in service/web/dead2" in result.output


def test_of_mere_consequences_the_first_has_to_do() -> None:
    assert first_cause([]) is None
    only: Any = {"ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "Resource creation cancelled"}
    assert first_cause([only]) == only


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("ROLLBACK_COMPLETE", "destroy mysfits-service`"),
        ("DELETE_FAILED", "has to be deleted before"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_IN_PROGRESS", "is being changed already (UPDATE_IN_PROGRESS)"),
        ("DELETE_IN_PROGRESS", "is being changed already"),
    ],
)
def test_a_stack_that_cannot_be_deployed_says_what_to_do(
    operate: Mysfits, formation: Formation, status: str, said: str
) -> None:
    formation.status = status
    result = operate("deploy")
    assert result.exit_code == Outcome.FAILED
    assert said in result.output
    assert formation.aws.calls["cloudformation.create_change_set"] == 0


def test_an_old_image_never_comes_back_without_a_word(operate: Mysfits, formation: Formation, world: World) -> None:
    assert operate("update", "--image", "two").exit_code == 0
    result = operate("deploy", "--set", "Cpu=512")
    assert result.exit_code == Outcome.FAILED
    assert "would bring back the tag one. Say which image is meant: --set mysfits-service.ImageTag=two" in result.output
    assert formation.aws.calls["cloudformation.execute_change_set"] == 0
    assert formation.aws.calls["cloudformation.delete_change_set"] == 1
    assert operate("deploy", "--set", "Cpu=512", "--set", "ImageTag=two").exit_code == 0
    # Who says the old one means it.
    assert operate("deploy", "--set", "ImageTag=one").exit_code == 0


def test_what_does_not_concern_the_service_is_deployed_whatever_runs(
    operate: Mysfits, formation: Formation, world: World
) -> None:
    assert operate("update", "--image", "two").exit_code == 0
    formation.changes = [formation.change("Role", "AWS::IAM::Role")]
    assert operate("deploy").exit_code == 0


def test_settings_made_by_update_are_said_to_go(operate: Mysfits, formation: Formation) -> None:
    assert operate("update", "--env", "LOG=loud").exit_code == 0
    result = operate("deploy")
    assert result.exit_code == 0
    assert "  ! web.environment.LOG: 'loud' is new (made past CloudFormation, and gone" in result.output


def test_ctrl_c_says_that_cloudformation_goes_on(operate: Mysfits, formation: Formation) -> None:
    def interrupt(_: Input) -> dict[str, object]:
        if formation.aws.calls["cloudformation.execute_change_set"]:
            raise KeyboardInterrupt
        return {"StackEvents": []}

    formation.aws.operations["cloudformation.describe_stack_events"] = interrupt
    result = operate("deploy")
    assert result.exit_code == INTERRUPTED
    assert "CloudFormation goes on with mysfits-service." in result.output


def test_credentials_that_are_lost_in_the_middle_are_a_denial(operate: Mysfits, formation: Formation) -> None:
    formation.aws.refuse("cloudformation.describe_stack_events", "ExpiredToken", after=1)
    result = operate("deploy")
    assert result.exit_code == Outcome.DENIED
    assert "CloudFormation goes on with mysfits-service." in result.output


def test_a_stack_that_is_not_ready_in_time_goes_on(operate: Mysfits, formation: Formation) -> None:
    formation.becomes = "UPDATE_IN_PROGRESS"
    assert operate("deploy", "--timeout", "30").exit_code == Outcome.TIMED_OUT


@pytest.mark.parametrize(
    ("arguments", "outcome", "said"),
    [
        (["nothing"], Outcome.NOT_FOUND, "No stack nothing is listed. There are: mysfits-service."),
        (["--assembly", "split"], Outcome.NOT_FOUND, "There is no assembly split. There are: monolith."),
        (["--set", "Cpu"], Outcome.USAGE, "'Cpu' sets nothing; write NAME=VALUE."),
        (["--set", "Memory=1"], Outcome.USAGE, "There is no parameter Memory in mysfits-service."),
        (["--set", "other.Cpu=1"], Outcome.NOT_FOUND, "No stack other is listed."),
    ],
)
def test_a_wrong_command_line_says_what_there_is(
    operate: Mysfits, formation: Formation, arguments: list[str], outcome: Outcome, said: str
) -> None:
    result = operate("deploy", *arguments)
    assert result.exit_code == outcome
    assert said in result.output


def test_what_names_a_stack_wins_over_what_does_not() -> None:
    [stack] = StackListing().meant
    said = settings({"mysfits-service.Cpu": "1", "Cpu": "2", "ImageTag": "a.b=c"}, [stack])
    assert said[2] == Setting(None, "ImageTag", "a.b=c")
    assert {"ParameterKey": "Cpu", "ParameterValue": "1"} in parameters(stack, said, [])


BUCKET = "Parameters: {Kind: {Type: String, Default: a}}\nResources: {Bucket: {Type: AWS::S3::Bucket}, Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Kind}}}\n"  # noqa: E501


def test_moto_takes_it_too(operate: Mysfits, cloud: Cloud, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There and back: made, unchanged, changed, and deleted with what is in its bucket."""
    (folder / "a.yml").write_text(BUCKET)
    (folder / "stacks.yml").write_text("stacks: [{name: mysfits-moto, template: a.yml}]")
    target = Target(patient_session(), {})
    monkeypatch.setattr(options, "local", lambda *_: target)
    for arguments, last in (
        (["deploy"], "CREATE_COMPLETE"),
        (["deploy"], "nothing changes."),
        (["deploy", "--set", "Kind=b"], "UPDATE_COMPLETE"),
    ):
        result = operate(*arguments)
        assert result.exit_code == 0, result.output
        assert last in result.output.splitlines()[-1]
    [bucket] = [
        each["PhysicalResourceId"]
        for each in target.cloudformation.describe_stack_resources(StackName="mysfits-moto")["StackResources"]
        if each["ResourceType"] == "AWS::S3::Bucket"
    ]
    boto3.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    result = operate("destroy", "--yes")
    assert result.exit_code == 0, result.output
    assert f"{bucket}: 1 things deleted." in result.output
    assert operate("destroy", "--yes").output == "None of the stacks is there.\n"


def test_the_events_of_a_deployment_are_those_of_its_stack_alone(operate: Mysfits, formation: Formation) -> None:
    """A nested stack that has come to rest is not the stack itself."""
    formation.becomes = "UPDATE_IN_PROGRESS"
    formation.happen("Nested", "AWS::CloudFormation::Stack", "UPDATE_COMPLETE", physical=f"{ARN}-nested")
    assert operate("deploy", "--timeout", "5").exit_code == Outcome.TIMED_OUT
