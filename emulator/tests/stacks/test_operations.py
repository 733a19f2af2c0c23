"""The CloudFormation API answers standard clients as AWS does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.stacks.stage import Stage
from emulator.tests.stacks.templates import SERVICE
from emulator.tests.support.waiting import PATIENCE, until

LOGS = """
Description: Logs that are kept for some days.
Parameters:
  Days: {Type: Number, Default: 7, Description: How long., AllowedValues: [7, 14]}
  Word: {Type: String, NoEcho: true}
Resources:
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !Ref Days}, Metadata: {Kind: plain}}
Outputs: {Group: {Value: !Ref Logs, Description: The group., Export: {Name: !Sub '${AWS::StackName}-Group'}}}
"""
ROLE = "Resources: {Role: {Type: AWS::IAM::Role, Properties: {%s}}}"
WORD = {"ParameterKey": "Word", "ParameterValue": "secret"}
SAME_WORD = {"ParameterKey": "Word", "UsePreviousValue": True}


@pytest.fixture(scope="module")
def cloudformation(stage: Stage) -> Any:
    return stage.client("cloudformation")


def days(value: int) -> dict[str, str]:
    return {"ParameterKey": "Days", "ParameterValue": str(value)}


def make(cloudformation: Any, name: str) -> str:
    """A stack of LOGS; its id."""
    answer = cloudformation.create_stack(StackName=name, TemplateBody=LOGS, Parameters=[WORD])
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    return str(answer["StackId"])


def status_of(cloudformation: Any, name: str) -> str:
    return str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


def test_a_stack_is_described(cloudformation: Any, name: str) -> None:
    own_id = make(cloudformation, name)
    [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert own_id == stack["StackId"]
    assert own_id.startswith(f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/")
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["Description"] == "Logs that are kept for some days."
    assert {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]} == {
        "Days": "7",
        "Word": "****",
    }
    assert stack["Outputs"] == [
        {
            "OutputKey": "Group",
            "OutputValue": f"{name}-Logs",
            "Description": "The group.",
            "ExportName": f"{name}-Group",
        }
    ]
    assert cloudformation.describe_stacks(StackName=own_id)["Stacks"] == [stack]
    assert name in [each["StackName"] for each in cloudformation.describe_stacks()["Stacks"]]
    assert cloudformation.get_template(StackName=name)["TemplateBody"].strip() == LOGS.strip()


def test_resources_and_events_are_told(cloudformation: Any, name: str) -> None:
    make(cloudformation, name)
    [resource] = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert (resource["LogicalResourceId"], resource["PhysicalResourceId"]) == ("Logs", f"{name}-Logs")
    assert resource["ResourceStatus"] == "CREATE_COMPLETE"
    detail = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Logs")["StackResourceDetail"]
    assert detail["Metadata"] == '{"Kind": "plain"}'
    [found] = cloudformation.describe_stack_resources(PhysicalResourceId=f"{name}-Logs")["StackResources"]
    assert (found["StackName"], found["ResourceType"]) == (name, "AWS::Logs::LogGroup")
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    assert [(event["LogicalResourceId"], event["ResourceStatus"]) for event in events] == [
        (name, "CREATE_COMPLETE"),
        ("Logs", "CREATE_COMPLETE"),
        ("Logs", "CREATE_IN_PROGRESS"),
        (name, "CREATE_IN_PROGRESS"),
    ]


def test_what_failed_is_in_the_events_of_a_stack_that_went_back(cloudformation: Any, name: str) -> None:
    cloudformation.create_stack(
        StackName=name, TemplateBody=SERVICE, Parameters=[{"ParameterKey": "Image", "ParameterValue": "crash"}]
    )
    until(lambda: status_of(cloudformation, name) == "ROLLBACK_COMPLETE", "the stack went back")
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    assert [event["LogicalResourceId"] for event in failed] == ["Service"]
    assert "ECS Deployment Circuit Breaker was triggered" in failed[0]["ResourceStatusReason"]


def test_a_stack_has_one_operation_at_a_time(cloudformation: Any, stage: Stage, name: str) -> None:
    image = {"ParameterKey": "Image", "ParameterValue": "gated"}
    own_id = cloudformation.create_stack(StackName=name, TemplateBody=SERVICE, Parameters=[image])["StackId"]
    until(lambda: ("Service", "CREATE_IN_PROGRESS") in stage.statuses(name), "the service is being made")
    assert status_of(cloudformation, name) == "CREATE_IN_PROGRESS"
    busy = f"Stack:{own_id} is in CREATE_IN_PROGRESS state and can not be "
    with pytest.raises(ClientError) as refused:
        cloudformation.update_stack(StackName=name, TemplateBody=SERVICE, Parameters=[image])
    assert refusal(refused) == ("ValidationError", f"{busy}updated.")
    with pytest.raises(ClientError) as refused:
        cloudformation.delete_stack(StackName=name)
    assert refusal(refused) == ("ValidationError", f"{busy}deleted.")
    stage.gate.set()
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def test_an_update_keeps_what_it_is_told_to_keep(cloudformation: Any, name: str) -> None:
    make(cloudformation, name)
    cloudformation.update_stack(StackName=name, UsePreviousTemplate=True, Parameters=[days(14), SAME_WORD])
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}["Days"] == "14"
    with pytest.raises(ClientError) as refused:
        cloudformation.update_stack(StackName=name, UsePreviousTemplate=True, Parameters=[days(14), SAME_WORD])
    assert refusal(refused) == ("ValidationError", "No updates are to be performed.")


def test_a_deleted_stack_is_found_by_its_id_alone(cloudformation: Any, name: str) -> None:
    own_id = make(cloudformation, name)
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    with pytest.raises(ClientError) as refused:
        cloudformation.describe_stacks(StackName=name)
    assert refusal(refused) == ("ValidationError", f"Stack with id {name} does not exist")
    assert cloudformation.describe_stacks(StackName=own_id)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"
    listed = cloudformation.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert own_id in [each["StackId"] for each in listed]
    cloudformation.delete_stack(StackName=name)
    assert make(cloudformation, name) != own_id


def test_a_change_set_tells_first_and_is_executed_then(cloudformation: Any, name: str) -> None:
    given = {"StackName": name, "ChangeSetName": "first", "TemplateBody": LOGS, "Parameters": [WORD]}
    own_id = cloudformation.create_change_set(**given, ChangeSetType="CREATE")["Id"]
    assert cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    told = cloudformation.describe_change_set(ChangeSetName="first", StackName=name)
    # The stack has none yet.
    assert cloudformation.get_template(ChangeSetName=own_id)["TemplateBody"] == given["TemplateBody"]
    assert "TemplateBody" not in cloudformation.get_template(StackName=name)
    assert (told["Status"], told["ExecutionStatus"], told["ChangeSetId"]) == ("CREATE_COMPLETE", "AVAILABLE", own_id)
    assert told["Changes"][0]["ResourceChange"]["Action"] == "Add"
    cloudformation.execute_change_set(ChangeSetName=own_id)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})

    given |= {"ChangeSetName": "second", "Parameters": [days(14), SAME_WORD]}
    cloudformation.create_change_set(**given)
    [change] = cloudformation.describe_change_set(ChangeSetName="second", StackName=name)["Changes"]
    assert change["ResourceChange"] == {
        "Action": "Modify",
        "LogicalResourceId": "Logs",
        "PhysicalResourceId": f"{name}-Logs",
        "ResourceType": "AWS::Logs::LogGroup",
        "Replacement": "False",
        "Scope": ["Properties"],
        "Details": [
            {
                "Target": {"Attribute": "Properties", "Name": "RetentionInDays", "RequiresRecreation": "Never"},
                "Evaluation": "Static",
                "ChangeSource": "ParameterReference",
                "CausingEntity": "Days",
            }
        ],
    }
    cloudformation.execute_change_set(ChangeSetName="second", StackName=name)
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert cloudformation.list_change_sets(StackName=name)["Summaries"] == []


def test_an_executed_change_set_tells_how_it_went(cloudformation: Any, name: str) -> None:
    make(cloudformation, name)
    given = {"StackName": name, "ChangeSetName": "same", "TemplateBody": LOGS}
    for parameters in ([days(14), SAME_WORD], [days(7), SAME_WORD]):
        own_id = cloudformation.create_change_set(**given, Parameters=parameters)["Id"]
        cloudformation.execute_change_set(ChangeSetName=own_id)
        cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        until_executed(cloudformation, "EXECUTE_COMPLETE", ChangeSetName=own_id)
        with pytest.raises(ClientError) as refused:
            cloudformation.execute_change_set(ChangeSetName=own_id)
        assert refusal(refused) == (
            "InvalidChangeSetStatus",
            f"ChangeSet [{own_id}] cannot be executed in its current execution status of [EXECUTE_COMPLETE]",
        )
    twice = LOGS.replace(
        "Outputs:", "  Twice: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Logs}}\nOutputs:"
    )
    given |= {"ChangeSetName": "bad", "TemplateBody": twice}
    cloudformation.create_change_set(**given, Parameters=[SAME_WORD])
    cloudformation.execute_change_set(ChangeSetName="bad", StackName=name)
    until_executed(cloudformation, "EXECUTE_FAILED", ChangeSetName="bad", StackName=name)


def until_executed(cloudformation: Any, status: str, **change_set: str) -> None:
    until(lambda: cloudformation.describe_change_set(**change_set)["ExecutionStatus"] == status, status)


def test_a_change_set_without_changes_fails(cloudformation: Any, name: str) -> None:
    make(cloudformation, name)
    cloudformation.create_change_set(StackName=name, ChangeSetName="none", TemplateBody=LOGS, Parameters=[SAME_WORD])
    told = cloudformation.describe_change_set(ChangeSetName="none", StackName=name)
    assert told["Status"] == "FAILED"
    assert told["StatusReason"] == (
        "The submitted information didn't contain changes. Submit different information to create a change set."
    )
    with pytest.raises(ClientError) as refused:
        cloudformation.execute_change_set(ChangeSetName="none", StackName=name)
    assert refusal(refused)[0] == "InvalidChangeSetStatus"
    cloudformation.delete_change_set(ChangeSetName="none", StackName=name)
    # A second time too, and one that never was: `cdk deploy` asks for it every time.
    cloudformation.delete_change_set(ChangeSetName="none", StackName=name)
    cloudformation.delete_change_set(ChangeSetName="never-was", StackName=name)
    with pytest.raises(cloudformation.exceptions.ChangeSetNotFoundException):
        cloudformation.describe_change_set(ChangeSetName="none", StackName=name)


def test_a_template_tells_what_it_needs(cloudformation: Any) -> None:
    summary = cloudformation.get_template_summary(TemplateBody=LOGS)
    assert summary["ResourceTypes"] == ["AWS::Logs::LogGroup"]
    [about_days] = [each for each in summary["Parameters"] if each["ParameterKey"] == "Days"]
    assert about_days["ParameterConstraints"] == {"AllowedValues": ["7", "14"]}
    assert cloudformation.validate_template(TemplateBody=LOGS)["Parameters"][1]["NoEcho"] is True
    assert cloudformation.validate_template(TemplateBody=ROLE % "")["Capabilities"] == ["CAPABILITY_IAM"]


@pytest.mark.parametrize(
    ("properties", "given", "needed"),
    [
        ("", [], "CAPABILITY_IAM"),
        ("RoleName: own", ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
    ],
)
def test_roles_need_a_word_of_consent(
    cloudformation: Any, name: str, properties: str, given: list[str], needed: str
) -> None:
    body = ROLE % properties
    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack(StackName=name, TemplateBody=body, Capabilities=given)
    assert refusal(refused) == ("InsufficientCapabilitiesException", f"Requires capabilities : [{needed}]")
    cloudformation.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])


def test_exports_and_their_users_are_listed(cloudformation: Any, name: str) -> None:
    own_id = make(cloudformation, name)
    exports = {each["Name"]: each for each in cloudformation.list_exports()["Exports"]}
    assert exports[f"{name}-Group"] == {"ExportingStackId": own_id, "Name": f"{name}-Group", "Value": f"{name}-Logs"}
    with pytest.raises(ClientError) as refused:
        cloudformation.list_imports(ExportName=f"{name}-Group")
    assert refusal(refused) == ("ValidationError", f"Export '{name}-Group' is not imported by any stack.")
    body = f"Resources: {{Jobs: {{Type: AWS::SQS::Queue}}}}\nOutputs: {{In: {{Value: !ImportValue {name}-Group}}}}"
    cloudformation.create_stack(StackName=f"{name}-in", TemplateBody=body)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=f"{name}-in", WaiterConfig={"Delay": 1})
    assert cloudformation.list_imports(ExportName=f"{name}-Group")["Imports"] == [f"{name}-in"]
    with pytest.raises(ClientError) as refused:
        cloudformation.delete_stack(StackName=name)
    assert refusal(refused)[1] == f"Export {name}-Group cannot be deleted as it is in use by {name}-in"


def test_a_template_in_s3_may_be_larger(cloudformation: Any, stage: Stage, name: str) -> None:
    body = LOGS + f"Metadata: {{Long: {'x' * 60_000}}}\n"
    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack(StackName=name, TemplateBody=body, Parameters=[WORD])
    assert "less than or equal to 51200" in refusal(refused)[1]
    s3 = stage.client("s3")
    s3.create_bucket(Bucket=f"{name}-templates")
    s3.put_object(Bucket=f"{name}-templates", Key="t.yml", Body=body.encode())
    url = f"https://{name}-templates.s3.us-east-1.amazonaws.com/t.yml"
    cloudformation.create_stack(StackName=name, TemplateURL=url, Parameters=[WORD])
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def test_a_protected_stack_is_not_deleted(cloudformation: Any, name: str) -> None:
    make(cloudformation, name)
    cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=True)
    with pytest.raises(ClientError) as refused:
        cloudformation.delete_stack(StackName=name)
    assert "TerminationProtection is enabled" in refusal(refused)[1]


def test_a_failed_stack_may_be_left_as_it_is(cloudformation: Any, name: str) -> None:
    body = LOGS.replace(
        "Outputs:", "  Bad: {Type: AWS::Logs::LogGroup, DependsOn: Logs, Properties: {Colour: 1}}\nOutputs:"
    )
    cloudformation.create_stack(StackName=name, TemplateBody=body, Parameters=[WORD], OnFailure="DO_NOTHING")
    statuses = {"Logs": "CREATE_COMPLETE", "Bad": "CREATE_FAILED"}
    until(lambda: status_of(cloudformation, name) == "CREATE_FAILED", "the stack failed")
    resources = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert {each["LogicalResourceId"]: each["ResourceStatus"] for each in resources} == statuses


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"TemplateBody": "Resources: ["}, "ValidationError", "Template format error"),
        ({"TemplateBody": "Description: x"}, "ValidationError", "At least one Resources member must be defined."),
        ({"TemplateBody": "Resources: {}"}, "ValidationError", "At least one Resources member must be defined."),
        (
            {
                "TemplateBody": "Resources: {A: {Type: AWS::SQS::Queue}}\nOutputs: {B: {Value: !GetAtt A.Arnn}}",
            },
            "ValidationError",
            "Template error: resource A does not support attribute type Arnn in Fn::GetAtt",
        ),
        ({}, "ValidationError", "Either Template URL or Template Body must be specified."),
        ({"TemplateBody": LOGS}, "ValidationError", "Parameters: [Word] must have values"),
        (
            {"TemplateBody": LOGS, "Parameters": [WORD, {"ParameterKey": "Dais", "ParameterValue": "7"}]},
            "ValidationError",
            "Parameters: [Dais] do not exist in the template",
        ),
        (
            {"TemplateBody": LOGS, "Parameters": [WORD, days(8)]},
            "ValidationError",
            "Days is '8'; it should be one of 7, 14.",
        ),
        ({"TemplateBody": LOGS, "Parameters": [SAME_WORD]}, "ValidationError", "Cannot specify usePreviousValue"),
        ({"TemplateBody": "Resources: {A: {Type: AWS::Zoo::Cage}}"}, "ValidationError", "AWS::Zoo::Cage is not known"),
    ],
)
def test_nonsense_is_refused_in_aws_s_own_codes(
    cloudformation: Any, name: str, given: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack(StackName=name, **given)
    assert refusal(refused)[0] == code
    assert message in refusal(refused)[1]
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName=name)


def test_what_is_not_there_is_said(cloudformation: Any, name: str) -> None:
    for call, more in (
        (cloudformation.describe_stack_events, {}),
        (cloudformation.update_stack, {"TemplateBody": LOGS}),
        (cloudformation.create_change_set, {"TemplateBody": LOGS, "ChangeSetName": "x"}),
        (cloudformation.get_template, {}),
    ):
        with pytest.raises(ClientError) as refused:
            call(StackName=name, **more)
        assert refusal(refused)[0] == "ValidationError"
        assert "does not exist" in refusal(refused)[1]
    make(cloudformation, name)
    with pytest.raises(cloudformation.exceptions.AlreadyExistsException):
        cloudformation.create_stack(StackName=name, TemplateBody=LOGS, Parameters=[WORD])
    with pytest.raises(ClientError, match="Resource Nobody does not exist for stack"):
        cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Nobody")


def test_the_aws_cli_deploys_as_it_does_on_aws(cloudformation: Any, name: str, tmp_path: Path) -> None:
    template = tmp_path / "t.yml"
    template.write_text(LOGS)

    def deploy(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["cloudformation", "deploy", "--stack-name", name, "--template-file", str(template), *arguments]
        return subprocess.run(
            [sys.executable, "-m", "awscli", *command],
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )

    first = deploy("--parameter-overrides", "Word=secret")
    assert (first.returncode, first.stderr) == (0, "")
    assert f"Successfully created/updated stack - {name}" in first.stdout
    again = deploy("--no-fail-on-empty-changeset")
    assert again.returncode == 0
    assert "No changes to deploy" in again.stdout
    unknown = deploy("--parameter-overrides", "Days=8")
    assert unknown.returncode != 0
    assert "it should be one of" in unknown.stderr
