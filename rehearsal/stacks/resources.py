"""The resource types that are played on this machine, each through the AWS API of the local cloud.

A property that cannot be honoured is refused: what plays here must not differ from AWS in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3

from rehearsal.stacks.templates import TemplateError

Properties = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """A resource: what `!Ref` gives of it, and what `!GetAtt` gives.

    An imagined one exists nowhere; any attribute of it is a text that says whose it would be.
    """

    ref: str
    attributes: dict[str, str] = field(default_factory=dict)
    imagined: bool = False


def fitted(client: Any, operation: str, properties: Properties) -> Properties:
    """`properties` as the input of an API operation: values of its types, nothing it does not know.

    CloudFormation takes '30' for 30 and 'true' for true; the APIs do not. Raises TemplateError.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    return _fit(shape, properties, operation)  # type: ignore[no-any-return]


def _fit(shape: Any, value: Any, where: str) -> Any:
    match shape.type_name:
        case "structure":
            for name in value:
                if name not in shape.members:
                    raise TemplateError(f"{where} has no {name}.")
            return {name: _fit(shape.members[name], each, f"{where}.{name}") for name, each in value.items()}
        case "list":
            return [_fit(shape.member, each, where) for each in value]
        case "map":
            return {name: _fit(shape.value, each, f"{where}.{name}") for name, each in value.items()}
        case "boolean":
            return value if isinstance(value, bool) else str(value).lower() == "true"
        case "integer" | "long":
            return int(value)
        case "string":
            return str(value)
        case _:
            return value


def _table(session: boto3.Session, name: str, properties: Properties) -> Made:
    dynamodb = session.client("dynamodb")
    name = properties.pop("TableName", name)
    recovery = properties.pop("PointInTimeRecoverySpecification", None)
    expiry = properties.pop("TimeToLiveSpecification", None)
    # CloudFormation says SSEEnabled where the API says Enabled.
    if encryption := properties.pop("SSESpecification", None):
        properties["SSESpecification"] = {"Enabled": encryption.pop("SSEEnabled"), **encryption}
    table = dynamodb.create_table(**fitted(dynamodb, "CreateTable", {"TableName": name, **properties}))
    if recovery:
        backups = {"TableName": name, "PointInTimeRecoverySpecification": recovery}
        dynamodb.update_continuous_backups(**fitted(dynamodb, "UpdateContinuousBackups", backups))
    if expiry:
        time_to_live = {"TableName": name, "TimeToLiveSpecification": expiry}
        dynamodb.update_time_to_live(**fitted(dynamodb, "UpdateTimeToLive", time_to_live))
    return Made(name, {"Arn": table["TableDescription"]["TableArn"]})


def _log_group(session: boto3.Session, name: str, properties: Properties) -> Made:
    logs = session.client("logs")
    name = properties.pop("LogGroupName", name)
    days = properties.pop("RetentionInDays", None)
    logs.create_log_group(**fitted(logs, "CreateLogGroup", {"logGroupName": name, **properties}))
    if days:
        logs.put_retention_policy(logGroupName=name, retentionInDays=int(days))
    group = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    return Made(name, {"Arn": group["arn"]})


def _bucket(session: boto3.Session, name: str, properties: Properties) -> Made:
    s3 = session.client("s3")
    name = properties.pop("BucketName", name.lower())
    s3.create_bucket(Bucket=name)
    if block := properties.pop("PublicAccessBlockConfiguration", None):
        s3.put_public_access_block(
            **fitted(s3, "PutPublicAccessBlock", {"Bucket": name, "PublicAccessBlockConfiguration": block})
        )
    if ownership := properties.pop("OwnershipControls", None):
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=ownership)
    if website := properties.pop("WebsiteConfiguration", None):
        configuration: Any = {"IndexDocument": {"Suffix": website.pop("IndexDocument")}}
        if error := website.pop("ErrorDocument", None):
            configuration["ErrorDocument"] = {"Key": error}
        if website:
            raise TemplateError(f"WebsiteConfiguration.{next(iter(website))} is not played here.")
        s3.put_bucket_website(Bucket=name, WebsiteConfiguration=configuration)
    if properties:
        raise TemplateError(f"AWS::S3::Bucket.{next(iter(properties))} is not played here.")
    domain = f"{name}.s3-website.{session.region_name}.amazonaws.com"
    return Made(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{session.region_name}.amazonaws.com",
            "WebsiteURL": f"http://{domain}",
        },
    )


def _bucket_policy(session: boto3.Session, _name: str, properties: Properties) -> Made:
    document = json.dumps(properties["PolicyDocument"])
    session.client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=document)
    return Made(properties["Bucket"])


PLAYED: dict[str, Callable[[boto3.Session, str, Properties], Made]] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
}

# Real on AWS, without effect on what a visitor or a client of the API sees here.
NOT_PLAYED = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::EC2::EIP",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::ECR::Repository",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
}


def played(session: boto3.Session, type_name: str, name: str, properties: Properties) -> Made:
    """Make a resource in the local cloud, or imagine it where it has no effect here. Raises TemplateError."""
    if type_name in NOT_PLAYED:
        return Made(name, imagined=True)
    if type_name not in PLAYED:
        raise TemplateError(f"{type_name} is not known here.")
    return PLAYED[type_name](session, name, properties)
