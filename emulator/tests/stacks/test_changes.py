"""A changed template or parameter changes what is there, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.stacks.changes import NoUpdates
from ecs_emulator.stacks.plan import ResourceChange
from ecs_emulator.stacks.resources.registry import EMULATED, known
from ecs_emulator.stacks.resources.stubs import REPLACED_BY
from ecs_emulator.stacks.templates import TemplateError, parsed_template
from emulator.tests.stacks.stage import Stage
from emulator.tests.stacks.templates import BALANCED, SERVICE

LOGS = """
Parameters: {Days: {Type: Number, Default: 7}, Group: {Type: String, Default: ''}}
Conditions: {HasName: !Not [!Equals [!Ref Group, '']]}
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      RetentionInDays: !Ref Days
      LogGroupName: !If [HasName, !Ref Group, !Ref AWS::NoValue]
Outputs: {Group: {Value: !Ref Logs}}
"""


def retention(stage: Stage, group: str) -> list[int | None]:
    groups = stage.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return [each.get("retentionInDays") for each in groups]


def planned(stage: Stage, name: str, text: str, **parameters: Any) -> list[ResourceChange]:
    stack = stage.stacks.named(name)
    assert stack is not None
    return stage.stacks.plan(stack, stage.stacks.desired_state(parsed_template(text, "t.yml"), parameters)).changes


FIREWALL = """
Parameters: {Most: {Type: Number, Default: 10}}
Resources:
  Firewall:
    Type: AWS::WAFv2::WebACL
    Properties:
      Scope: REGIONAL
      DefaultAction: {Allow: {}}
      VisibilityConfig: {CloudWatchMetricsEnabled: true, MetricName: all, SampledRequestsEnabled: true}
      Description: !Ref Most
"""


def test_a_firewall_that_is_made_or_changed_says_in_the_events_that_it_is_not_emulated(stage: Stage, name: str) -> None:
    for verb, most in (("CREATE", 10), ("UPDATE", 20)):
        stage.deploy(name, FIREWALL, Most=most)
        events = stage.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        made = next(event for event in events if event["ResourceStatus"] == f"{verb}_COMPLETE" and _is_firewall(event))
        assert made["ResourceStatusReason"] == "Not emulated here: nobody is counted, nobody refused."


def _is_firewall(event: Any) -> bool:
    return bool(event["LogicalResourceId"] == "Firewall")


def test_what_changes_in_place_keeps_its_name(stage: Stage, name: str) -> None:
    before = stage.deploy(name, LOGS)
    assert retention(stage, before["Group"]) == [7]
    [change] = planned(stage, name, LOGS, Days=30)
    assert (change.action, change.replacement, change.scope) == ("Modify", "False", ["Properties"])
    [detail] = change.details
    assert (detail.name, detail.recreation, detail.source, detail.cause) == (
        "RetentionInDays",
        "Never",
        "ParameterReference",
        "Days",
    )
    assert stage.deploy(name, LOGS, Days=30) == before
    assert retention(stage, before["Group"]) == [30]


def test_what_cannot_change_in_place_is_made_anew_before_the_old_one_goes(stage: Stage, name: str) -> None:
    before = stage.deploy(name, LOGS)
    [change] = planned(stage, name, LOGS, Group=f"{name}-own")
    assert (change.action, change.replacement) == ("Modify", "True")
    after = stage.deploy(name, LOGS, Group=f"{name}-own")
    assert after["Group"] == f"{name}-own"
    assert retention(stage, before["Group"]) == []
    assert stage.statuses(name)[-6:] == [
        ("Logs", "UPDATE_IN_PROGRESS"),
        ("Logs", "UPDATE_COMPLETE"),
        (name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("Logs", "DELETE_IN_PROGRESS"),
        ("Logs", "DELETE_COMPLETE"),
        (name, "UPDATE_COMPLETE"),
    ]


def test_a_replacement_without_a_name_of_its_own_gets_another_name(stage: Stage, name: str) -> None:
    text = f"Resources:\n{BALANCED}\nOutputs: {{Group: {{Value: !GetAtt Group.TargetGroupName}}}}"
    before = stage.deploy(name, text)
    after = stage.deploy(name, text.replace("Port: 8080", "Port: 9090"))
    assert (before["Group"], after["Group"]) == (f"{name}-Group", f"{name}-Group-2")
    elbv2 = stage.client("elbv2")
    groups = elbv2.describe_target_groups()["TargetGroups"]
    assert [group["Port"] for group in groups if group["TargetGroupName"].startswith(f"{name}-")] == [9090]


def test_what_has_a_name_of_its_own_cannot_be_replaced_under_it(stage: Stage, name: str) -> None:
    text = f"Resources:\n{BALANCED}".replace("{VpcId: !Ref Vpc, ", f"{{Name: {name}, VpcId: !Ref Vpc, ")
    stage.deploy(name, text)
    with pytest.raises(TemplateError, match=f"Rename {name} and update the stack again"):
        stage.deploy(name, text.replace("Port: 8080", "Port: 9090"))


def test_who_refers_to_a_replaced_resource_may_have_to_be_replaced(stage: Stage, name: str) -> None:
    stage.deploy(name, SERVICE, Count=0)
    changes = {change.logical_id: change for change in planned(stage, name, SERVICE, Image="other", Count=0)}
    assert changes.keys() == {"Task", "Service"}
    assert changes["Task"].replacement == "True"
    assert changes["Service"].replacement == "False"
    [detail] = changes["Service"].details
    assert (detail.name, detail.is_static, detail.source, detail.cause) == (
        "TaskDefinition",
        False,
        "ResourceReference",
        "Task",
    )
    renamed = SERVICE.replace(
        "Cluster: {Type: AWS::ECS::Cluster}", "Cluster: {Type: AWS::ECS::Cluster, Properties: {ClusterName: x}}"
    )
    changes = {change.logical_id: change for change in planned(stage, name, renamed, Count=0)}
    assert changes["Service"].replacement == "Conditional"


def test_what_the_template_no_longer_has_goes_unless_it_is_to_stay(stage: Stage, name: str) -> None:
    two = """
        Resources:
          Kept: {Type: AWS::Logs::LogGroup, DeletionPolicy: Retain}
          Gone: {Type: AWS::Logs::LogGroup}
          Other: {Type: AWS::Logs::LogGroup}
    """
    stage.deploy(name, two)
    only = "Resources: {Other: {Type: AWS::Logs::LogGroup}}"
    assert [(each.action, each.logical_id) for each in planned(stage, name, only)] == [
        ("Remove", "Gone"),
        ("Remove", "Kept"),
    ]
    stage.deploy(name, only)
    groups = stage.client("logs").describe_log_groups(logGroupNamePrefix=f"{name}-")["logGroups"]
    assert [group["logGroupName"] for group in groups] == [f"{name}-Kept", f"{name}-Other"]
    assert ("Kept", "DELETE_SKIPPED") in stage.statuses(name)


def test_a_replaced_resource_may_stay_as_well(stage: Stage, name: str) -> None:
    kept = LOGS.replace("Type: AWS::Logs::LogGroup", "Type: AWS::Logs::LogGroup\n    UpdateReplacePolicy: Retain")
    before = stage.deploy(name, kept)
    stage.deploy(name, kept, Group=f"{name}-own")
    assert retention(stage, before["Group"]) == [7]


def test_a_bucket_has_one_policy_and_the_old_one_goes_after_the_new_one_is_made(stage: Stage, name: str) -> None:
    """https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1068"""

    def site(policy: str, action: str) -> str:
        statement = f'{{Effect: Allow, Principal: "*", Action: "{action}", Resource: !Sub "${{Site.Arn}}/*"}}'
        return f"""
            Resources:
              Site: {{Type: AWS::S3::Bucket}}
              {policy}:
                Type: AWS::S3::BucketPolicy
                Properties:
                  Bucket: !Ref Site
                  PolicyDocument: {{Version: "2012-10-17", Statement: [{statement}]}}
            Outputs: {{Bucket: {{Value: !Ref Site}}}}
        """

    bucket = stage.deploy(name, site("Before", "s3:GetObject"))["Bucket"]
    s3 = stage.client("s3")
    with pytest.raises(TemplateError, match=f"The bucket policy already exists on bucket {bucket}.* AlreadyExists"):
        stage.deploy(name, site("After", "s3:PutObject"))
    assert stage.statuses(name)[-1][1] == "UPDATE_ROLLBACK_COMPLETE"
    assert "s3:GetObject" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    stage.deploy(name, site("Before", "s3:PutObject"))
    assert "s3:PutObject" in s3.get_bucket_policy(Bucket=bucket)["Policy"]


def test_a_port_has_one_listener_and_the_old_one_goes_after_the_new_one_is_made(stage: Stage, name: str) -> None:
    def balanced(listener: str) -> str:
        return f"Resources:\n{BALANCED}".replace("  Listener:", f"  {listener}:")

    stage.deploy(name, balanced("Before"))
    with pytest.raises(TemplateError, match="A listener already exists on this port for this load balancer '80'"):
        stage.deploy(name, balanced("After"))
    assert stage.statuses(name)[-1][1] == "UPDATE_ROLLBACK_COMPLETE"


def test_nothing_to_change_is_said(stage: Stage, name: str) -> None:
    stage.deploy(name, LOGS)
    with pytest.raises(NoUpdates, match="No updates are to be performed"):
        stage.deploy(name, LOGS)
    events = stage.statuses(name)
    stage.stacks.deploy_document(name, parsed_template(LOGS, "t.yml"), {})
    assert stage.statuses(name) == events


def test_an_output_alone_is_a_change(stage: Stage, name: str) -> None:
    stage.deploy(name, LOGS)
    assert stage.deploy(name, LOGS.replace("!Ref Logs}}", "!Ref Logs}, More: {Value: here}}"))["More"] == "here"


def test_a_failed_update_takes_back_what_it_did(stage: Stage, name: str) -> None:
    before = stage.deploy(name, LOGS)
    broken = LOGS.replace(
        "Outputs:",
        "  More: {Type: AWS::Logs::LogGroup, DependsOn: Logs}\n"
        "  Bad: {Type: AWS::Logs::LogGroup, DependsOn: More, Properties: {Colour: red}}\nOutputs:",
    )
    with pytest.raises(TemplateError, match="Bad: AWS::Logs::LogGroup has no Colour"):
        stage.deploy(name, broken, Days=60)
    assert retention(stage, before["Group"]) == [7]
    assert retention(stage, f"{name}-More") == []
    stack = stage.stacks.named(name)
    assert stack is not None
    assert (stack.status, list(stack.resources)) == ("UPDATE_ROLLBACK_COMPLETE", ["Logs"])
    assert stage.deploy(name, LOGS, Days=14) == before


def test_a_resource_never_becomes_another_type(stage: Stage, name: str) -> None:
    stage.deploy(name, LOGS)
    with pytest.raises(TemplateError, match="Update of resource type is not permitted"):
        stage.deploy(name, "Resources: {Logs: {Type: AWS::S3::Bucket}}")


def test_a_table_does_not_change_its_keys(stage: Stage, name: str) -> None:
    text = """
        Resources:
          Rows:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              KeySchema: [{AttributeName: Id, KeyType: HASH}]
              AttributeDefinitions: [{AttributeName: Id, AttributeType: S}]
    """
    stage.deploy(name, text)
    events = stage.statuses(name)
    with pytest.raises(TemplateError, match="KeySchema cannot change here"):
        stage.deploy(name, text.replace("Id,", "Other,"))
    assert stage.statuses(name) == events
    assert stage.client("dynamodb").describe_table(TableName=f"{name}-Rows")["Table"]["TableStatus"] == "ACTIVE"


def test_a_table_changes_all_else_in_place(stage: Stage, name: str) -> None:
    text = """
        Resources:
          Rows:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              KeySchema: [{AttributeName: Id, KeyType: HASH}]
              AttributeDefinitions: [{AttributeName: Id, AttributeType: S}, {AttributeName: Age, AttributeType: N}]
              GlobalSecondaryIndexes:
                - IndexName: ByAge
                  KeySchema: [{AttributeName: Age, KeyType: HASH}]
                  Projection: {ProjectionType: ALL}
    """
    dynamodb = stage.client("dynamodb")
    stage.deploy(name, text)
    dynamodb.put_item(TableName=f"{name}-Rows", Item={"Id": {"S": "one"}, "Age": {"N": "1"}})
    more = text.replace(
        "BillingMode: PAY_PER_REQUEST",
        "BillingMode: PAY_PER_REQUEST\n              DeletionProtectionEnabled: true\n"
        "              TimeToLiveSpecification: {AttributeName: Until, Enabled: true}\n"
        "              PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}",
    ).replace("ByAge", "ByYears")
    stage.deploy(name, more)
    table = dynamodb.describe_table(TableName=f"{name}-Rows")["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["ByYears"]
    assert table["DeletionProtectionEnabled"]
    assert dynamodb.describe_time_to_live(TableName=f"{name}-Rows")["TimeToLiveDescription"]["AttributeName"] == "Until"
    assert dynamodb.scan(TableName=f"{name}-Rows")["Count"] == 1

    stage.stacks.delete(name)
    stack = stage.stacks.named(name)
    assert stack is not None
    assert stack.status == "DELETE_FAILED"
    assert "can't be deleted while DeletionProtectionEnabled" in str(stack.resources["Rows"].reason)


def test_a_protected_load_balancer_is_not_deleted(stage: Stage, name: str) -> None:
    attributes = "LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: %s}, "
    text = f"Resources:\n{BALANCED}".replace("LoadBalancerAttributes: [", attributes)
    stage.deploy(name, text % "true")
    stage.stacks.delete(name)
    stack = stage.stacks.named(name)
    assert stack is not None
    assert stack.status == "DELETE_FAILED"
    assert "deletion protection is enabled" in str(stack.resources["Balancer"].reason)


def test_what_somebody_else_has_deleted_is_gone(stage: Stage, name: str) -> None:
    group = stage.deploy(name, LOGS)["Group"]
    stage.client("logs").delete_log_group(logGroupName=group)
    stage.stacks.delete(name)
    assert stage.statuses(name)[-1] == (name, "DELETE_COMPLETE")


def test_what_is_imported_stays_as_it_is(stage: Stage, name: str) -> None:
    exporter, importer = f"{name}-out", f"{name}-in"
    out = "Resources: {}\nOutputs: {Out: {Value: %s, Export: {Name: !Sub '${AWS::StackName}-Den'}}}"
    stage.deploy(exporter, out % "7")
    stage.deploy(importer, f"Resources: {{}}\nOutputs: {{In: {{Value: !ImportValue {exporter}-Den}}}}")
    in_use = f"Export {exporter}-Den cannot be %s as it is in use by {importer}"
    with pytest.raises(TemplateError, match=in_use % "updated"):
        stage.deploy(exporter, out % "8")
    with pytest.raises(TemplateError, match=in_use % "deleted"):
        stage.deploy(exporter, "Resources: {}\nOutputs: {Other: {Value: 1}}")
    with pytest.raises(TemplateError, match=in_use % "deleted"):
        stage.stacks.delete(exporter)
    with pytest.raises(TemplateError, match=f"Export with name {exporter}-Den is already exported by stack {exporter}"):
        stage.deploy(
            f"{name}-twin", f"Resources: {{}}\nOutputs: {{Out: {{Value: 1, Export: {{Name: {exporter}-Den}}}}}}"
        )
    stage.stacks.delete(importer)
    stage.stacks.delete(exporter)
    assert stage.stacks.named(exporter) is None


def test_what_would_be_replaced_and_is_imported_stays_as_it_is(stage: Stage, name: str) -> None:
    """A description is enough: the group would be another one, and its export another value."""
    text = """
        Resources: {Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: %s}}}
        Outputs: {Group: {Value: !Ref Group, Export: {Name: !Sub '${AWS::StackName}-Group'}}}
    """
    stage.deploy(f"{name}-out", text % "one")
    stage.deploy(f"{name}-in", f"Resources: {{}}\nOutputs: {{In: {{Value: !ImportValue {name}-out-Group}}}}")
    in_use = f"Export {name}-out-Group cannot be updated as it is in use by {name}-in"
    with pytest.raises(TemplateError, match=in_use):
        stage.deploy(f"{name}-out", text % "other")
    stage.stacks.delete(f"{name}-in")
    stage.deploy(f"{name}-out", text % "other")


def test_what_is_stubbed_under_a_name_of_its_own_cannot_be_replaced_either(stage: Stage, name: str) -> None:
    policy = "{Statement: [{Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: 'sts:AssumeRole'}]}"
    role = f"{{RoleName: {name}, AssumeRolePolicyDocument: {policy}, Path: %s}}"
    text = f"Resources: {{Role: {{Type: AWS::IAM::Role, Properties: {role}}}}}"
    stage.deploy(name, text % "/one/")
    with pytest.raises(TemplateError, match="cannot update a stack when a custom-named resource requires replacing"):
        stage.deploy(name, text % "/other/")


def test_a_change_is_found_out_without_working_out_what_is_not_known(stage: Stage, name: str) -> None:
    text = """
        Resources:
          Files: {Type: AWS::S3::Bucket}
          Logs:
            Type: AWS::Logs::LogGroup
            Properties: {LogGroupName: !Join ['-', [!Select [5, !Split [':', !GetAtt Files.Arn]], !Ref AWS::StackName]]}
        Outputs: {Group: {Value: !Ref Logs}}
    """
    assert stage.deploy(name, text)["Group"] == f"{name}-files-{name}"


@pytest.mark.parametrize("type_name", sorted({*EMULATED, *REPLACED_BY}))
def test_what_needs_a_replacement_is_what_the_registry_of_cloudformation_says(type_name: str) -> None:
    schema_of = pytest.importorskip("cfnlint.schema").PROVIDER_SCHEMA_MANAGER.get_resource_schema
    schema = schema_of("us-east-1", type_name).schema
    said = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
    names = {path.split("/")[2] for path in said} - {
        # What nobody may give here is nobody's to change.
        "BucketNamePrefix",
        "BucketNamespace",
        "ImportSourceSpecification",
    }
    # Of the indexes beside the keys the registry is silent, the reference is not.
    assert known(tasks_run=True)[type_name].replaced_by - {"LocalSecondaryIndexes"} == names
