"""Roles, users, groups and policies of a stack are in IAM, and follow it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.stacks.effects import foreign_policies
from ecs_emulator.stacks.errors import TemplateError
from emulator.tests.stacks.stage import Stage

_TRUST = '{Statement: [{Effect: Allow, Principal: {Service: %s.amazonaws.com}, Action: "sts:AssumeRole"}]}'
_DOCUMENT = 'PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "%s", Resource: "*"}]}'
_EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def role_of(
    stage: Stage, name: str, properties: str = "", service: str = "ecs-tasks", more: str = ""
) -> dict[str, str]:
    """Deploy a stack with a role; its outputs."""
    text = f"""
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {_TRUST % service}
      {properties}
{more}
Outputs:
  Name: {{Value: !Ref Role}}
  Arn: {{Value: !GetAtt Role.Arn}}
  Id: {{Value: !GetAtt Role.RoleId}}
"""
    return stage.deploy(name, text)


def test_a_role_is_in_iam_as_the_template_says(stage: Stage, name: str) -> None:
    properties = ("Path: /team/", "Description: d", "MaxSessionDuration: '7200'", "Tags: [{Key: a, Value: b}]")
    made = role_of(stage, name, "\n      ".join(properties))
    role = stage.client("iam").get_role(RoleName=made["Name"])["Role"]
    assert (role["RoleName"], role["Arn"], role["RoleId"]) == (made["Name"], made["Arn"], made["Id"])
    assert role["Arn"] == f"arn:aws:iam::123456789012:role/team/{name}-Role"
    assert (role["Description"], role["MaxSessionDuration"], role["Tags"]) == ("d", 7200, [{"Key": "a", "Value": "b"}])
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{}", "Syntax errors in policy."),
        ('{"Version": "2012-10-17", "Statement": []}', "Syntax errors in policy."),
        ("[]", "Syntax errors in policy."),
        ("{", "Syntax errors in policy."),
        ('{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}', "Missing required field Principal"),
        (
            '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}}',
            "Has prohibited field Resource",
        ),
    ],
)
def test_a_role_has_a_trust_policy(stage: Stage, name: str, document: str, message: str) -> None:
    iam = stage.client("iam")
    with pytest.raises(ClientError) as error:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    told = error.value.response["Error"]
    assert (told["Code"], told["Message"]) == ("MalformedPolicyDocument", message)
    assert name not in [each["RoleName"] for each in iam.list_roles()["Roles"]]
    role = role_of(stage, name)["Name"]
    with pytest.raises(ClientError, match=message):
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=document)


def test_a_role_follows_its_stack_and_goes_with_it(stage: Stage, name: str) -> None:
    iam = stage.client("iam")
    inline = f"Policies: [{{PolicyName: %s, {_DOCUMENT % 's3:GetObject'}}}]"
    role = role_of(stage, name, f"ManagedPolicyArns: ['{_EXECUTION}']\n      {inline % 'one'}")["Name"]
    assert attached(iam, role) == [_EXECUTION]
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["one"]
    reader = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    role_of(stage, name, f"ManagedPolicyArns: ['{reader}']\n      {inline % 'two'}", service="ec2")
    assert attached(iam, role) == [reader]
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["two"]
    trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    stage.stacks.delete(name)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName=role)


def test_a_role_that_somebody_uses_beyond_its_stack_stays(stage: Stage, name: str) -> None:
    role = role_of(stage, name)["Name"]
    iam = stage.client("iam")
    iam.attach_role_policy(RoleName=role, PolicyArn=_EXECUTION)
    stage.stacks.delete(name)
    stack = stage.stacks.named(name)
    assert stack
    assert stack.status == "DELETE_FAILED"
    assert "Cannot delete entity, must detach all policies first." in (stack.resources["Role"].reason or "")
    iam.detach_role_policy(RoleName=role, PolicyArn=_EXECUTION)
    stage.stacks.delete(name)
    assert stage.stacks.named(name) is None


def test_a_policy_that_aws_does_not_have_is_refused_in_its_words(stage: Stage, name: str) -> None:
    with pytest.raises(TemplateError, match=r"policy/AmazonECSTaskExecution does not exist or is not attachable"):
        role_of(stage, name, "ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonECSTaskExecution']")


def test_a_role_without_a_name_has_one_of_at_most_64_characters(stage: Stage) -> None:
    role = role_of(stage, "emulated-" + "long" * 20)["Name"]
    assert len(role) == 64
    assert stage.client("iam").get_role(RoleName=role)


_POLICIES = f"""
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties: {{Roles: [!Ref Role], {_DOCUMENT}}}
  Policy:
    Type: AWS::IAM::Policy
    Properties: {{PolicyName: named, Roles: [!Ref Role], Users: [!Ref User], {_DOCUMENT}}}
  OfRole:
    Type: AWS::IAM::RolePolicy
    Properties: {{PolicyName: own, RoleName: !Ref Role, {_DOCUMENT}}}
  User: {{Type: AWS::IAM::User}}
  Profile:
    Type: AWS::IAM::InstanceProfile
    Properties: {{Roles: [!Ref Role]}}
"""


def test_policies_and_profiles_are_attached_changed_and_taken_away(stage: Stage, name: str) -> None:
    iam = stage.client("iam")
    role = role_of(stage, name, more=_POLICIES % (("s3:GetObject",) * 3))["Name"]
    [arn] = attached(iam, role)
    resources = stage.stacks.named(name).resources  # type: ignore[union-attr]
    assert resources["Managed"].physical_id == arn
    assert sorted(iam.list_role_policies(RoleName=role)["PolicyNames"]) == ["named", "own"]
    assert iam.list_user_policies(UserName=f"{name}-User")["PolicyNames"] == ["named"]
    [profile] = iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"]
    assert profile["InstanceProfileName"] == resources["Profile"].physical_id
    role_of(stage, name, more=_POLICIES % (("s3:PutObject",) * 3))
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Action"] == "s3:PutObject"
    assert len(iam.list_policy_versions(PolicyArn=arn)["Versions"]) == 1
    assert iam.get_role_policy(RoleName=role, PolicyName="own")["PolicyDocument"] == document
    role_of(stage, name)
    assert attached(iam, role) == []
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == []
    assert iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"] == []


def test_a_policy_of_nobody_here_is_refused(stage: Stage, name: str) -> None:
    policy = f"Type: AWS::IAM::Policy, Properties: {{PolicyName: p, Roles: [somebody], {_DOCUMENT % '*'}}}"
    with pytest.raises(TemplateError, match=r"somebody.*HandlerErrorCode: NotFound"):
        stage.deploy(name, f"Resources: {{Policy: {{{policy}}}}}")


def test_a_policy_of_an_account_that_is_not_here_is_left_out_and_told(stage: Stage, name: str) -> None:
    theirs = "arn:aws:iam::111122223333:policy/boundary"
    role = role_of(stage, name, f"ManagedPolicyArns: ['{theirs}']")["Name"]
    assert attached(stage.client("iam"), role) == []
    assert theirs in foreign_policies(stage.stacks)


def attached(iam: Any, role: str) -> list[str]:
    return [each["PolicyArn"] for each in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]]


_KEY = """
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties: {Description: %s, Enabled: %s, EnableKeyRotation: true, PendingWindowInDays: 7}
  Alias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: "alias/%s", TargetKeyId: !Ref Key}
Outputs:
  Key: {Value: !Ref Key}
  Arn: {Value: !GetAtt Key.Arn}
  Alias: {Value: !Ref Alias}
"""


def test_a_key_and_its_alias_are_in_kms_and_follow_their_stack(stage: Stage, name: str) -> None:
    kms = stage.client("kms")
    made = stage.deploy(name, _KEY % ("one", "true", name))
    assert made["Alias"] == f"alias/{name}"
    key = kms.describe_key(KeyId=made["Alias"])["KeyMetadata"]
    assert (key["KeyId"], key["Arn"], key["Enabled"]) == (made["Key"], made["Arn"], True)
    assert kms.get_key_rotation_status(KeyId=made["Key"])["KeyRotationEnabled"]
    assert (
        kms.decrypt(CiphertextBlob=kms.encrypt(KeyId=made["Key"], Plaintext=b"x")["CiphertextBlob"])["Plaintext"]
        == b"x"
    )
    stage.deploy(name, _KEY % ("two", "false", name))
    key = kms.describe_key(KeyId=made["Key"])["KeyMetadata"]
    assert (key["Description"], key["Enabled"]) == ("two", False)
    stage.stacks.delete(name)
    assert kms.describe_key(KeyId=made["Key"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert made["Alias"] not in [each["AliasName"] for each in kms.list_aliases()["Aliases"]]


_RULE = """
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: %(name)s}}
  Queue: {Type: AWS::SQS::Queue}
  Daily:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 day), Targets: [{Id: queue, Arn: !GetAtt Queue.Arn}]}
  Orders:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [%(source)s]}
      Targets: [{Id: queue, Arn: !GetAtt Queue.Arn}]
Outputs:
  Daily: {Value: !Ref Daily}
  Arn: {Value: !GetAtt Daily.Arn}
  Orders: {Value: !Ref Orders}
  Queue: {Value: !Ref Queue}
"""


def test_rules_of_events_are_kept_and_what_puts_an_event_reaches_a_queue(stage: Stage, name: str) -> None:
    events, sqs = stage.client("events"), stage.client("sqs")
    made = stage.deploy(name, _RULE % {"name": name, "source": "shop"})
    rule = events.describe_rule(Name=made["Daily"])
    assert (rule["Arn"], rule["ScheduleExpression"], rule["State"]) == (made["Arn"], "rate(1 day)", "ENABLED")
    assert made["Orders"] == f"{name}|{name}-Orders"
    entry = {"Source": "shop", "DetailType": "order", "Detail": "{}", "EventBusName": name}
    events.put_events(Entries=[entry])
    [message] = sqs.receive_message(QueueUrl=made["Queue"])["Messages"]
    assert json.loads(message["Body"])["source"] == "shop"
    stage.deploy(name, _RULE % {"name": name, "source": "till"})
    assert json.loads(events.describe_rule(Name=f"{name}-Orders", EventBusName=name)["EventPattern"]) == {
        "source": ["till"]
    }
    described = _RULE.replace("{Name: %(name)s}", "{Name: %(name)s, Description: Of orders.}")
    with pytest.raises(TemplateError, match=r"EventBus\.Description cannot be changed here"):
        stage.deploy(name, described % {"name": name, "source": "till"})
    stage.stacks.delete(name)
    assert events.list_rules(NamePrefix=name)["Rules"] == []
    assert name not in [each["Name"] for each in events.list_event_buses()["EventBuses"]]
