"""The policies of a role are those that its stack, and any other, has given it."""

from __future__ import annotations

import pytest

from ecs_emulator.stacks.role_policies import role_policies
from emulator.tests.stacks.stage import Stage

_ROLE = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {AWS: '*'}, Action: 'sts:AssumeRole'}]
      %s
%s
Outputs:
  Role: {Value: !GetAtt Role.Arn}
"""
_INLINE = """
      Policies:
        - PolicyName: own
          PolicyDocument: {Statement: [{Sid: inline, Effect: Allow, Action: '*', Resource: '*'}]}
"""
_ATTACHED = """
  Policy:
    Type: AWS::IAM::Policy
    Properties: {PolicyName: more, Roles: [!Ref Role],
      PolicyDocument: {Statement: [{Sid: policy, Effect: Allow, Action: '*', Resource: '*'}]}}
  OfRole:
    Type: AWS::IAM::RolePolicy
    Properties: {PolicyName: one, RoleName: !Ref Role,
      PolicyDocument: {Statement: [{Sid: ofRole, Effect: Allow, Action: '*', Resource: '*'}]}}
  Somebody: {Type: AWS::IAM::User}
  Other:
    Type: AWS::IAM::Policy
    Properties: {PolicyName: other, Users: [!Ref Somebody],
      PolicyDocument: {Statement: [{Sid: other, Effect: Allow, Action: '*', Resource: '*'}]}}
"""
_MANAGED = """
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: [{Sid: managed, Effect: Allow, Action: '*', Resource: '*'}]}}
"""


@pytest.mark.parametrize(
    ("properties", "resources", "sids"),
    [
        ("Tags: []", "", []),
        (_INLINE, "", ["inline"]),
        ("Tags: []", _ATTACHED, ["policy", "ofRole"]),
        ("ManagedPolicyArns: [!Ref Managed]", _MANAGED, ["managed"]),
    ],
)
def test_a_role_has_its_policies(stage: Stage, name: str, properties: str, resources: str, sids: list[str]) -> None:
    arn = stage.deploy(name, _ROLE % (properties, resources))["Role"]
    found = role_policies(stage.stacks.all(), arn)
    assert found is not None
    assert [statement["Sid"] for document in found for statement in document["Statement"]] == sids


def test_the_policy_of_aws_for_this_role_is_known_and_no_other(stage: Stage, name: str) -> None:
    of_aws = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    arn = stage.deploy(name, _ROLE % (f"ManagedPolicyArns: [{of_aws}]", ""))["Role"]
    [document] = role_policies(stage.stacks.all(), arn) or []
    assert "ecr:BatchGetImage" in document["Statement"]["Action"]
    arn = stage.deploy(name, _ROLE % ("ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']", ""))["Role"]
    assert role_policies(stage.stacks.all(), arn) is None


def test_a_role_that_no_stack_has_made_is_not_known(stage: Stage) -> None:
    assert role_policies(stage.stacks.all(), "arn:aws:iam::123456789012:role/made-by-hand") is None
