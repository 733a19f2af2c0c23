"""Characters, lengths and counts that AWS refuses are refused here in its words."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.resources.constraints import check
from ecs_emulator.stacks.values import UNKNOWN

_SET = "are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
_RULE, _GROUP = f"Invalid rule description. Valid descriptions {_SET}", "Invalid security group description. Valid "
_ROLE, _POLICY = "AWS::IAM::Role", {"Version": "2012-10-17", "Statement": [{"Sid": "s" * 6_200}]}


@pytest.mark.parametrize(
    ("type_name", "properties", "message"),
    [
        ("AWS::EC2::SecurityGroup", {"GroupDescription": "The tasks' own"}, _GROUP),
        ("AWS::EC2::SecurityGroup", {"SecurityGroupIngress": [{"Description": "the port's"}]}, _RULE),
        ("AWS::EC2::SecurityGroup", {"SecurityGroupEgress": {"Description": "é"}}, _RULE),
        (
            "AWS::EC2::SecurityGroup",
            {"SecurityGroupIngress": [{"Description": "one"}] * 61},
            "The maximum number of rules per security group has been reached.",
        ),
        ("AWS::EC2::SecurityGroupIngress", {"Description": "a" * 256}, _RULE),
        ("AWS::EC2::SecurityGroupEgress", {"Description": "the port > 80"}, _RULE),
        (_ROLE, {"ManagedPolicyArns": ["arn"] * 11}, "Cannot exceed quota for PoliciesPerRole: 10"),
        (_ROLE, {"AssumeRolePolicyDocument": _POLICY}, "Cannot exceed quota for ACLSizePerRole: 2048"),
        (
            _ROLE,
            {"Policies": [{"PolicyDocument": _POLICY}, {"PolicyDocument": _POLICY}]},
            "Maximum policy size of 10240 bytes exceeded for role",
        ),
        ("AWS::IAM::ManagedPolicy", {"PolicyDocument": _POLICY}, "Cannot exceed quota for PolicySize: 6144"),
        (
            "AWS::ApplicationAutoScaling::ScalableTarget",
            {"MinCapacity": 4, "MaxCapacity": "2"},
            "Maximum capacity cannot be less than minimum capacity",
        ),
        ("AWS::ECR::Repository", {"RepositoryName": "Images"}, "Invalid parameter at 'repositoryName' failed to"),
        ("AWS::ECR::Repository", {"RepositoryName": "a" * 257}, "Invalid parameter at 'repositoryName' failed to"),
    ],
)
def test_what_aws_refuses_is_refused_in_its_words(type_name: str, properties: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError) as refused:
        check(type_name, properties)
    assert str(refused.value).startswith(f'Resource handler returned message: "{message}')


@pytest.mark.parametrize(
    ("type_name", "properties"),
    [
        ("AWS::EC2::SecurityGroup", {"GroupDescription": "The tasks", "SecurityGroupIngress": [{"Description": "!"}]}),
        ("AWS::EC2::SecurityGroup", {"GroupDescription": f"{UNKNOWN}'s"}),
        (_ROLE, {"ManagedPolicyArns": ["arn"] * 10, "Policies": [{"PolicyDocument": _POLICY}]}),
        ("AWS::ECR::Repository", {"RepositoryName": "team/web-1"}),
        ("AWS::ECR::Repository", {}),
        ("AWS::ApplicationAutoScaling::ScalableTarget", {"MinCapacity": 0, "MaxCapacity": 0}),
        ("AWS::EC2::VPC", {"Description": "it's"}),
        # What is of the wrong kind is for others to say.
        ("AWS::EC2::SecurityGroup", {"SecurityGroupIngress": "text"}),
        (_ROLE, {"Policies": ["text"]}),
        ("AWS::ApplicationAutoScaling::ScalableTarget", {"MinCapacity": "few", "MaxCapacity": []}),
    ],
)
def test_what_aws_takes_is_taken(type_name: str, properties: dict[str, Any]) -> None:
    check(type_name, properties)
