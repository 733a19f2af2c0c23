"""Identifiers of stubs, in the form that those of their types have: the same for the same name, and nobody's.

What `Ref` returns: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from ecs_emulator.local import ACCOUNT
from ecs_emulator.stacks.resources.provider import Properties

# What identifiers of 17 hexadecimal digits begin with.
_PREFIXES = {
    "AWS::EC2::EgressOnlyInternetGateway": "eigw",
    "AWS::EC2::FlowLog": "fl",
    "AWS::EC2::Instance": "i",
    "AWS::EC2::InternetGateway": "igw",
    "AWS::EC2::LaunchTemplate": "lt",
    "AWS::EC2::NatGateway": "nat",
    "AWS::EC2::NetworkAcl": "acl",
    "AWS::EC2::NetworkInterface": "eni",
    "AWS::EC2::RouteTable": "rtb",
    "AWS::EC2::SecurityGroup": "sg",
    "AWS::EC2::SecurityGroupEgress": "sgr",
    "AWS::EC2::SecurityGroupIngress": "sgr",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::SubnetCidrBlock": "subnet-cidr-assoc",
    "AWS::EC2::SubnetNetworkAclAssociation": "aclassoc",
    "AWS::EC2::SubnetRouteTableAssociation": "rtbassoc",
    "AWS::EC2::VPC": "vpc",
    "AWS::EC2::VPCCidrBlock": "vpc-cidr-assoc",
    "AWS::EC2::VPCEndpoint": "vpce",
    "AWS::EC2::Volume": "vol",
    "AWS::EFS::AccessPoint": "fsap",
    "AWS::EFS::FileSystem": "fs",
    "AWS::EFS::MountTarget": "fsmt",
    "AWS::ServiceDiscovery::HttpNamespace": "ns",
    "AWS::ServiceDiscovery::PrivateDnsNamespace": "ns",
    "AWS::ServiceDiscovery::PublicDnsNamespace": "ns",
    "AWS::ServiceDiscovery::Service": "srv",
}
# Letters and digits that are as good as random: what they begin with, and how many they are in all.
_CODES = {
    "AWS::ApiGateway::RestApi": ("", 10),
    "AWS::ApiGatewayV2::Api": ("", 10),
    "AWS::CloudFront::Distribution": ("E", 14),
    "AWS::CloudFront::OriginAccessControl": ("E", 14),
    "AWS::Route53::HostedZone": ("Z", 21),
}
_UUIDS = ("AWS::CloudFront::CachePolicy", "AWS::CloudFront::ResponseHeadersPolicy")


def uuid_of(type_name: str, name: str) -> UUID:
    """The UUID of a stub, by its type and its name."""
    return uuid5(NAMESPACE_URL, f"{type_name}/{name}")


def identifier(region: str, type_name: str, name: str, properties: Properties) -> str:
    """Value of `Ref` of a stub: of a type that is not known here, its name."""
    own = uuid_of(type_name, name)
    if type_name in _PREFIXES:
        return f"{_PREFIXES[type_name]}-{own.hex[:17]}"
    if type_name in _CODES:
        first, length = _CODES[type_name]
        return (first + own.hex.upper())[:length] if first else own.hex[:length]
    if type_name in _UUIDS:
        return str(own)
    return _combined(region, type_name, name, properties, own) or name


def _combined(region: str, type_name: str, name: str, properties: Properties, own: UUID) -> str:
    """An identifier that is made of several things; empty for a type whose is not, or where one is missing."""

    def given(*names: str) -> str:
        values: list[Any] = [properties.get(name) for name in names]
        return "|".join(map(str, values)) if None not in values else ""

    match type_name:
        case "AWS::ApplicationAutoScaling::ScalableTarget":
            return given("ResourceId", "ScalableDimension", "ServiceNamespace")
        case "AWS::ApplicationAutoScaling::ScalingPolicy" if "PolicyName" in properties:
            where = f"resource/ecs/{properties.get('ResourceId', 'service')}"
            arn = f"arn:aws:autoscaling:{region}:{ACCOUNT}:scalingPolicy:{own}"
            return f"{arn}:{where}:policyName/{properties['PolicyName']}"
        case "AWS::EC2::EIP":
            # Of RFC 5737: addresses for documentation.
            return f"203.0.113.{own.int % 254 + 1}"
        case "AWS::EC2::Route":
            destinations = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
            return next((found for each in destinations if (found := given("RouteTableId", each))), "")
        case "AWS::EC2::VPCGatewayAttachment" if "VpcId" in properties:
            return f"{'VGW' if 'VpnGatewayId' in properties else 'IGW'}|{properties['VpcId']}"
        case "AWS::Cognito::UserPool":
            return f"{region}_{own.hex[:9]}"
        case "AWS::Route53::RecordSet":
            return given("Name")
        case "AWS::WAFv2::WebACL":
            return f"{properties.get('Name', name)}|{own}|{properties.get('Scope', 'REGIONAL')}"
        case "AWS::WAFv2::WebACLAssociation":
            return given("WebACLArn", "ResourceArn")
    return ""
