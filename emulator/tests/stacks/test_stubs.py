"""A type that nothing here emulates is a stub: of the right form, checked by its published schema, and said."""

from __future__ import annotations

import itertools
import re
from typing import Any

import boto3
import pytest

from ecs_emulator.local import REGION
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.held import held_by_containers
from ecs_emulator.stacks.provisioning import StackOutput
from ecs_emulator.stacks.resources.provider import Context, PhysicalResource, StubSettings
from ecs_emulator.stacks.resources.published import published
from ecs_emulator.stacks.resources.registry import EMULATED, STUBBED, ResourceTypes, grouped, known
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import parsed_template

_numbers = itertools.count(1)
TYPES = ResourceTypes(known(tasks_run=True))


def stubbed(type_name: str, **properties: Any) -> PhysicalResource:
    return TYPES[type_name].create(Context(boto3.Session(), REGION, 1), "web-Thing", properties)


@pytest.mark.parametrize(
    ("type_name", "properties", "ref", "attributes"),
    [
        (
            "AWS::RDS::DBInstance",
            {"DBInstanceIdentifier": "main"},
            "main",
            {"Endpoint.Address": "web-thing.rds.us-east-1.invalid", "Endpoint.Port": "0"},
        ),
        ("AWS::EC2::LaunchTemplate", {}, "lt-", {"LatestVersionNumber": "1"}),
        (
            "AWS::Lambda::Function",
            {},
            "web-Thing",
            {"Arn": "arn:aws:lambda:us-east-1:123456789012:function/web-Thing"},
        ),
        ("AWS::AutoScaling::AutoScalingGroup", {"MinSize": "1", "MaxSize": "2"}, "web-Thing", {}),
        ("AWS::CDK::Metadata", {"Analytics": "v2"}, "metadata-", {}),
        ("AWS::EC2::VPC", {"CidrBlock": "10.9.0.0/16"}, "vpc-", {"CidrBlock": "10.9.0.0/16"}),
        ("AWS::EC2::SecurityGroup", {"GroupDescription": "a"}, "sg-", {}),
        ("AWS::EC2::EIP", {}, "203.0.113.", {}),
        (
            "AWS::EC2::Route",
            {"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"},
            "rtb-1|0.0.0.0/0",
            {},
        ),
        ("AWS::EC2::VPCGatewayAttachment", {"VpcId": "vpc-1", "InternetGatewayId": "igw-1"}, "IGW|vpc-1", {}),
        ("AWS::EFS::FileSystem", {}, "fs-", {}),
        ("AWS::Route53::HostedZone", {"Name": "a.example"}, "Z", {}),
        ("AWS::CloudFront::Distribution", {"DistributionConfig": {}}, "E", {}),
        ("AWS::Cognito::UserPool", {}, "us-east-1_", {}),
        (
            "AWS::ApplicationAutoScaling::ScalableTarget",
            {"ResourceId": "service/a/b", "ScalableDimension": "ecs:service:DesiredCount", "ServiceNamespace": "ecs"},
            "service/a/b|ecs:service:DesiredCount|ecs",
            {},
        ),
        ("AWS::ServiceDiscovery::PrivateDnsNamespace", {"Name": "a.local", "Vpc": "vpc-1"}, "ns-", {}),
    ],
)
def test_a_stub_has_an_identifier_and_attributes_of_the_right_form(
    type_name: str, properties: dict[str, Any], ref: str, attributes: dict[str, str]
) -> None:
    stub = stubbed(type_name, **properties)
    assert stub.stubbed
    assert stub.ref.startswith(ref)
    assert attributes.items() <= stub.attributes.items()


def test_what_a_stub_says_of_its_own_id_is_what_ref_gives_and_stays_with_an_update() -> None:
    group = stubbed("AWS::EC2::SecurityGroup", GroupDescription="a")
    assert re.fullmatch("sg-[0-9a-f]{17}", group.ref)
    assert (group.attributes["GroupId"], stubbed("AWS::EC2::SecurityGroup", GroupDescription="b").ref) == (
        group.ref,
        group.ref,
    )
    context = Context(boto3.Session(), REGION, 1)
    after = TYPES["AWS::EC2::SecurityGroup"].update(context, group, {}, {"GroupDescription": "a", "Tags": []})
    assert (after.ref, after.attributes["GroupId"]) == (group.ref, group.ref)


def test_every_type_that_is_known_here_has_a_published_schema() -> None:
    assert [name for name in STUBBED | EMULATED.keys() if published(name) is None] == []


def test_a_type_of_a_custom_resource_is_one_whatever_it_is_called() -> None:
    assert stubbed("Custom::Certificate", ServiceToken="t").stubbed
    assert grouped({"Custom::Certificate", "AWS::RDS::DBInstance"}) == "RDS (DBInstance), Custom (Certificate)"


TASK = """
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: app
          Image: app
          Memory: 128
          Environment:
            - {Name: DATABASE, Value: !Sub "postgres://${Database.Endpoint.Address}:5432/app"}
            - {Name: ENGINE, Value: postgres}
            - {Name: ANSWER, Value: !GetAtt Own.Answer}
"""
TEMPLATE = f"""
Resources:
  Database: {{Type: AWS::RDS::DBInstance, Properties: {{DBInstanceClass: db.t3.micro, Engine: postgres}}}}
  Own: {{Type: Custom::Thing, Properties: {{ServiceToken: "arn:aws:lambda:us-east-1:123456789012:function:own"}}}}
{TASK}
Outputs:
  Host: {{Value: !GetAtt Database.Endpoint.Address}}
"""


def deployed(session: boto3.Session, stubs: StubSettings) -> tuple[Stacks, list[StackOutput]]:
    stacks = Stacks(session, REGION, stubs=stubs)
    stack = stacks.deploy(f"stubs-{next(_numbers)}", parsed_template(TEMPLATE, "t.yml"), {})
    return stacks, stack.outputs


def test_a_container_that_holds_a_value_of_a_stub_is_named_with_the_way_to_tell_the_true_one(
    session: boto3.Session,
) -> None:
    stacks, [host] = deployed(session, StubSettings())
    assert host.stubbed
    assert host.value.endswith("rds.us-east-1.invalid")
    assert list(held_by_containers(stacks.all())) == [
        "The container app has DATABASE of Database.Endpoint.Address, a stub of AWS::RDS::DBInstance: "
        "--set-attribute Database.Endpoint.Address=VALUE gives it the true one.",
        "The container app has ANSWER of Own.Answer, a stub of Custom::Thing: "
        "--set-attribute Own.Answer=VALUE gives it the true one.",
    ]


def test_a_stub_has_the_attributes_that_are_told(session: boto3.Session) -> None:
    told = {"Database.Endpoint.Address": "localhost", "Own.Answer": "42", "Own": "own-id"}
    stacks, [host] = deployed(session, StubSettings(attributes=told))
    assert host.value == "localhost"
    assert list(held_by_containers(stacks.all(), told)) == []
    [stack] = stacks.all()
    assert stack.resources["Own"].physical_id == "own-id"
    environment = stack.resources["Task"].properties["ContainerDefinitions"][0]["Environment"]
    assert environment[0]["Value"] == "postgres://localhost:5432/app"
    assert environment[2]["Value"] == "42"


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("Type: AWS::EC2::Volume, Properties: {Sice: 1}", "AWS::EC2::Volume has no Sice."),
        # It begins like a function, and is none.
        ("Type: AWS::EC2::Volume, Properties: {Reference: 1}", "AWS::EC2::Volume has no Reference."),
        ("Type: AWS::EC2::VPC, Properties: {CidrBlok: 10.0.0.0/16}", "AWS::EC2::VPC has no CidrBlok."),
        ("Type: AWS::EC2::Subnet", "AWS::EC2::Subnet needs VpcId."),
    ],
)
def test_a_typo_in_a_stub_is_refused_by_its_published_schema(
    session: boto3.Session, resource: str, message: str
) -> None:
    stacks = Stacks(session, REGION)
    with pytest.raises(TemplateError) as refused:
        stacks.deploy(f"stubs-{next(_numbers)}", parsed_template(f"Resources: {{One: {{{resource}}}}}", "t.yml"), {})
    assert str(refused.value).endswith(message)


WHOLE = {
    "SSM::Parameter": "Value: a",
    "ElastiCache::CacheCluster": "CacheNodeType: cache.t3.micro, Engine: redis",
}
VALUES = [
    ("RDS::DBInstance", "BackupRetentionPeriod: many", "expected type: Integer, found: String"),
    ("RDS::DBInstance", "AllocatedStorage: [20]", "expected type: String, found: JSONArray"),
    ("RDS::DBInstance", "MultiAZ: perhaps", "expected type: Boolean, found: String"),
    ("RDS::DBInstance", "BackupRetentionPeriod: 1.5", "expected type: Integer, found: Number"),
    ("RDS::DBInstance", "BackupRetentionPeriod: -1", "keyword [minimum]: 0"),
    ("RDS::DBInstance", "AllocatedStorage: a lot", "keyword [pattern]: ^[0-9]*$"),
    ("ElastiCache::CacheCluster", "NumCacheNodes: lots", "expected type: Integer, found: String"),
    ("IAM::Role", "RoleName: a b", r"keyword [pattern]: ^[\w+=,.@-]+$"),
    ("IAM::Role", "MaxSessionDuration: 5", "keyword [minimum]: 3600"),
    ("IAM::Role", "MaxSessionDuration: '50000'", "keyword [maximum]: 43200"),
    ("IAM::Role", f"RoleName: {'a' * 65}", "keyword [maxLength]: 64"),
    ("SSM::Parameter", "Policies: ''", "keyword [minLength]: 1"),
    ("IAM::Role", "Tags: [{Key: a, Value: {b: c}}]", "Tags.0.Value: expected type: String, found: JSONObject"),
    ("SSM::Parameter", "Type: Text", "keyword [enum]: ['String', 'StringList']"),
    ("S3::Bucket", "BucketName: Not_Valid", "keyword [pattern]: "),
    ("S3::Bucket", "VersioningConfiguration: Enabled", "expected type: JSONObject, found: String"),
    ("S3::Bucket", "VersioningConfiguration: {Status: enabled}", "Status: failed validation constraint for keyword"),
    ("Route53::HostedZone", f"HostedZoneTags: [{'{Key: a, Value: b}, ' * 3}{{Key: 1, Value: [2]}}]", "3.Value: exp"),
    ("KMS::Key", "BypassPolicyLockoutSafetyCheck: {a: b}", "expected type: Boolean, found: JSONObject"),
]


@pytest.mark.parametrize(("kind", "written", "message"), VALUES)
def test_a_value_that_the_published_schema_does_not_allow_is_refused(kind: str, written: str, message: str) -> None:
    assert [message in error for error in wrong_values(kind, written)] == [True]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("RDS::DBInstance", "{BackupRetentionPeriod: '7', AllocatedStorage: 20, MultiAZ: 'True'}"),
        ("RDS::DBInstance", "{BackupRetentionPeriod: !Ref Days, MultiAZ: {'Fn::If': [Large, yes, no]}}"),
        ("RDS::DBInstance", "{BackupRetentionPeriod: '{{resolve:ssm:/days}}', DBSecurityGroups: one}"),
        ("IAM::Role", "{RoleName: !Sub '${A} b', Description: 해태 of a b, AssumeRolePolicyDocument: '{}'}"),
        ("IAM::Role", "{AssumeRolePolicyDocument: {Version: 2012-10-17}, ManagedPolicyArns: [!Ref Policy]}"),
        ("Events::Rule", "{EventPattern: {source: [aws.ecs]}}"),
        ("AutoScaling::AutoScalingGroup", "{MinSize: 1, MaxSize: '2', Cooldown: 3}"),
        ("ECS::TaskDefinition", "{ContainerDefinitions: [{PortMappings: [{ContainerPort: 80, Protocol: http}]}]}"),
    ],
)
def test_a_value_that_cloudformation_takes_or_works_out_is_not_judged(kind: str, written: str) -> None:
    assert wrong_values(kind, written) == []


def wrong_values(kind: str, written: str) -> list[str]:
    """Sentences on the values of a resource as a template writes it."""
    properties = written if written.startswith("{") else f"{{{written}}}"
    text = f"Resources: {{One: {{Type: 'AWS::{kind}', Properties: {properties}}}}}"
    schema = published(f"AWS::{kind}")
    assert schema
    return [str(each) for each in schema.wrong_values(parsed_template(text, "t.yml")["Resources"]["One"]["Properties"])]


@pytest.mark.parametrize(("kind", "written", "message"), [each for each in VALUES if each[0] in WHOLE])
def test_a_stack_with_such_a_value_fails(session: boto3.Session, kind: str, written: str, message: str) -> None:
    text = f"Resources: {{One: {{Type: 'AWS::{kind}', Properties: {{{written}, {WHOLE[kind]}}}}}}}"
    stacks = Stacks(session, REGION)
    with pytest.raises(TemplateError) as refused:
        stacks.deploy(f"stubs-{next(_numbers)}", parsed_template(text, "t.yml"), {})
    assert "One.Properties." in str(refused.value)
    assert message in str(refused.value)


def test_an_attribute_that_no_stub_has_is_refused(session: boto3.Session) -> None:
    text = "Resources: {One: {Type: AWS::EC2::VPC}}\nOutputs: {Colour: {Value: !GetAtt One.Colour}}"
    with pytest.raises(TemplateError, match="AWS::EC2::VPC has no attribute Colour"):
        Stacks(session, REGION).deploy(f"stubs-{next(_numbers)}", parsed_template(text, "t.yml"), {})
