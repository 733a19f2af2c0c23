"""Drift is what resources are beside what their templates state, and events tell of their operations."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.stacks.stage import Stage

TEMPLATE = """
Resources:
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: "7"}}
  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Port: 80, Protocol: HTTP, VpcId: vpc-1}}
  Word: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: hello}}
  Key: {Type: AWS::KMS::Key, Properties: {}}
"""


@pytest.fixture(scope="module")
def cloudformation(stage: Stage) -> Any:
    return stage.client("cloudformation")


@pytest.fixture
def stack(cloudformation: Any, name: str) -> str:
    cloudformation.create_stack(StackName=name, TemplateBody=TEMPLATE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    return name


def detected(cloudformation: Any, stack: str) -> tuple[str, int, dict[str, str]]:
    """Status of the stack, number of drifted resources, and the status of each that was checked."""
    own_id = cloudformation.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    status = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=own_id)
    assert status["DetectionStatus"] == "DETECTION_COMPLETE"
    drifts = cloudformation.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
    statuses = {each["LogicalResourceId"]: each["StackResourceDriftStatus"] for each in drifts}
    return status["StackDriftStatus"], status["DriftedStackResourceCount"], statuses


def test_what_nobody_has_touched_is_in_sync(cloudformation: Any, stack: str) -> None:
    status, count, drifts = detected(cloudformation, stack)
    assert (status, count) == ("IN_SYNC", 0)
    assert drifts == {"Logs": "IN_SYNC", "Group": "IN_SYNC", "Word": "IN_SYNC"}
    [told] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    assert told["DriftInformation"]["StackDriftStatus"] == "IN_SYNC"
    resources = cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    shown = {each["LogicalResourceId"]: each["DriftInformation"]["StackResourceDriftStatus"] for each in resources}
    assert shown == {**drifts, "Key": "NOT_CHECKED"}


def test_what_is_changed_or_deleted_by_hand_has_drifted(cloudformation: Any, stage: Stage, stack: str) -> None:
    stage.client("logs").put_retention_policy(logGroupName=f"{stack}-Logs", retentionInDays=14)
    word = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="Word")
    stage.client("ssm").delete_parameter(Name=word["StackResourceDetail"]["PhysicalResourceId"])
    status, count, drifts = detected(cloudformation, stack)
    assert (status, count) == ("DRIFTED", 2)
    assert drifts == {"Logs": "MODIFIED", "Group": "IN_SYNC", "Word": "DELETED"}
    found = cloudformation.detect_stack_resource_drift(StackName=stack, LogicalResourceId="Logs")["StackResourceDrift"]
    assert found["PropertyDifferences"] == [
        {
            "PropertyPath": "/RetentionInDays",
            "ExpectedValue": "7",
            "ActualValue": "14",
            "DifferenceType": "NOT_EQUAL",
        }
    ]


def test_a_type_that_nothing_is_asked_of_is_not_checked(cloudformation: Any, stack: str) -> None:
    with pytest.raises(ClientError, match="Drift detection is not supported for resource type AWS::KMS::Key"):
        cloudformation.detect_stack_resource_drift(StackName=stack, LogicalResourceId="Key")
    with pytest.raises(ClientError, match="Drift detection with id none does not exist"):
        cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId="none")


def test_events_are_those_of_operations(cloudformation: Any, stack: str) -> None:
    cloudformation.delete_stack(StackName=stack)
    [arn] = [each["StackId"] for each in cloudformation.list_stacks()["StackSummaries"] if each["StackName"] == stack]
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=arn, WaiterConfig={"Delay": 1})
    events = cloudformation.describe_events(StackName=arn)["OperationEvents"]
    assert [each["OperationType"] for each in events if each["EventType"] == "STACK_EVENT"] == [
        *["DELETE_STACK"] * 2,
        *["CREATE_STACK"] * 2,
    ]
    ended = events[0]
    assert (ended["OperationStatus"], ended["LogicalResourceId"]) == ("SUCCEEDED", stack)
    assert ended["StartTime"] <= ended["EndTime"]
    one = cloudformation.describe_events(OperationId=ended["OperationId"])["OperationEvents"]
    assert {each["OperationType"] for each in one} == {"DELETE_STACK"}
    assert {each["OperationId"] for each in cloudformation.describe_stack_events(StackName=arn)["StackEvents"]} == {
        each["OperationId"] for each in events
    }
    with pytest.raises(ClientError, match="must be specified"):
        cloudformation.describe_events()


def test_what_has_failed_is_found_alone(cloudformation: Any, stage: Stage, name: str) -> None:
    stage.client("logs").create_log_group(logGroupName=name)
    template = f"Resources: {{Logs: {{Type: AWS::Logs::LogGroup, Properties: {{LogGroupName: {name}}}}}}}"
    cloudformation.create_stack(StackName=name, TemplateBody=template)
    with pytest.raises(Exception, match="ROLLBACK_COMPLETE"):
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    [event] = cloudformation.describe_events(StackName=name, Filters={"FailedEvents": True})["OperationEvents"]
    assert (event["EventType"], event["LogicalResourceId"]) == ("PROVISIONING_ERROR", "Logs")


def test_no_hook_has_a_result(cloudformation: Any, stack: str) -> None:
    assert cloudformation.list_hook_results(TargetType="STACK", TargetId=stack)["HookResults"] == []
    with pytest.raises(ClientError, match="HookResultNotFound"):
        cloudformation.list_hook_results(TargetType="STACK", TargetId="none")
    more = [{"ParameterKey": "Unused", "ParameterValue": "1"}]
    body = "Parameters: {Unused: {Type: String}}\n" + TEMPLATE.replace("hello", "again")
    cloudformation.create_change_set(StackName=stack, ChangeSetName="one", TemplateBody=body, Parameters=more)
    assert cloudformation.describe_change_set_hooks(StackName=stack, ChangeSetName="one")["Hooks"] == []
    assert "again" in cloudformation.get_template(StackName=stack, ChangeSetName="one")["TemplateBody"]


QUEUE = 'Resources: {{Q: {{Type: "AWS::SQS::Queue", Properties: {{QueueName: {}}}}}}}'


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (QUEUE.format('!Sub "a-${aws:InstanceId}"'),
         "Template format error: Unresolved resource dependencies [aws:InstanceId] in the Resources block of the"),
        (QUEUE.format("!Ref Nope"),
         "Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template"),
        (QUEUE.format("!GetAtt Nope.Arn"), "Template error: instance of Fn::GetAtt references undefined resource Nope"),
        ("Resources: {Q: {Type: 'AWS::SQS::Queue', DependsOn: Nope}}",
         "Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template"),
        ("Resources: {Q: {Type: 'AWS::SQS::Queue'}}\nOutputs: {A: {Value: !Ref Nope}}",
         "Template format error: Unresolved resource dependencies [Nope] in the Outputs block of the template"),
        ("Resources: {Q: {Type: 'AWS::SQS::Queue', Condition: Nope}}",
         "Template format error: Unresolved condition dependency Nope in the Resources block of the template"),
        ("Resources: {Q: {Type: 'AWS::SQS::Queue', DependsOn: R}, R: {Type: 'AWS::SQS::Queue', DependsOn: Q}}",
         "Circular dependency between resources: [Q, R]"),
        (QUEUE.format("!FindInMap [A, b, c]"), "Template error: "),
        (QUEUE.format("!Join [a]"), "Template error: "),
        (QUEUE.format("!If [Nope, a, b]"), "Template error: "),
        (QUEUE.format('{"Fn::Nope": [a]}'), "Template error: "),
        (QUEUE.format("!ImportValue elsewhere"), ""),
        ("Parameters: {P: {Type: String}}\n" + QUEUE.format('!Sub "${P}-${AWS::Region}-${!kept.Arn}-${!kept}"'), ""),
    ],
)  # fmt: skip
def test_a_template_is_refused_for_what_creating_it_would_be_refused_for(
    cloudformation: Any, template: str, message: str
) -> None:
    told = ""
    try:
        cloudformation.validate_template(TemplateBody=template)
    except ClientError as error:
        told = error.response["Error"]["Message"]
    assert told.startswith(message) if message else not told
    if message:
        with pytest.raises(ClientError) as refused:
            cloudformation.create_stack(StackName="never", TemplateBody=template)
        # What a function is given may be told otherwise.
        assert refused.value.response["Error"]["Message"] == told or message == "Template error: "


def test_a_hundred_are_a_page(cloudformation: Any, name: str) -> None:
    groups = "\n".join(f"  G{number}: {{Type: 'AWS::Logs::LogGroup'}}" for number in range(101))
    cloudformation.create_stack(StackName=name, TemplateBody=f"Resources:\n{groups}")
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    first = cloudformation.list_stack_resources(StackName=name)
    assert len(first["StackResourceSummaries"]) == 100
    second = cloudformation.list_stack_resources(StackName=name, NextToken=first["NextToken"])
    assert len(second["StackResourceSummaries"]) == 1
    assert "NextToken" not in second
    with pytest.raises(ClientError, match="Invalid pagination token"):
        cloudformation.list_stack_resources(StackName=name, NextToken="none")
