"""Stubs: resource types that are real on AWS, and accepted without effect on what a client of the API sees here.

What a stub has for an identifier and for attributes has the form of a real one, and is nobody's: hosts end in
`.invalid`, which no resolver ever finds (RFC 2606).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecs_emulator.local import ACCOUNT
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.resources import constraints
from ecs_emulator.stacks.resources.provider import Context, PhysicalResource, Prepare, Properties, Provider
from ecs_emulator.stacks.resources.published import CUSTOM_RESOURCE, PublishedSchema, published
from ecs_emulator.stacks.resources.stub_ids import identifier, uuid_of
from ecs_emulator.stacks.values import is_unknown

_NAMED_BY = {
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
}

# Of which the resource references say "Update requires: Replacement": another id, and so another value of an export.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
REPLACED_BY = {
    "AWS::EC2::NatGateway": frozenset(
        {"AllocationId", "AvailabilityMode", "ConnectivityType", "PrivateIpAddress", "SubnetId", "VpcId"}
    ),
    "AWS::EC2::SecurityGroup": frozenset({"GroupDescription", "GroupName", "VpcId"}),
    "AWS::EC2::Subnet": frozenset(
        {
            "AvailabilityZone",
            "AvailabilityZoneId",
            "CidrBlock",
            "Ipv4IpamPoolId",
            "Ipv4NetmaskLength",
            "Ipv6CidrBlock",
            "Ipv6IpamPoolId",
            "Ipv6Native",
            "Ipv6NetmaskLength",
            "OutpostArn",
            "VpcId",
        }
    ),
    "AWS::EC2::VPC": frozenset(
        {"CidrBlock", "InstanceTenancy", "Ipv4IpamPoolId", "Ipv4NetmaskLength", "VpcEncryptionControl"}
    ),
}
_HOSTS = ("Address", "DNSName", "DnsName", "DomainName", "Endpoint", "HostName")
_NOTHING: Mapping[str, Any] = {"array": [], "boolean": False, "integer": 0, "number": 0, "object": {}}

_OWN_ID = {
    "AWS::EC2::InternetGateway": "InternetGatewayId",
    "AWS::EC2::NatGateway": "NatGatewayId",
    "AWS::EC2::RouteTable": "RouteTableId",
    "AWS::EC2::SecurityGroup": "GroupId",
    "AWS::EC2::Subnet": "SubnetId",
    "AWS::EC2::VPC": "VpcId",
    "AWS::CloudFront::Distribution": "Id",
    "AWS::CloudFront::OriginAccessControl": "Id",
    "AWS::Route53::HostedZone": "Id",
    "AWS::ServiceDiscovery::HttpNamespace": "Id",
    "AWS::ServiceDiscovery::PrivateDnsNamespace": "Id",
    "AWS::ServiceDiscovery::PublicDnsNamespace": "Id",
    "AWS::ServiceDiscovery::Service": "Id",
}


def stub_of(region: str, type_name: str, name: str, properties: Properties, ref: str | None = None) -> PhysicalResource:
    """A resource whose ARN has the form of a real one; its other attributes are its properties. `ref` is what it has
    been called before.
    """
    name = str(properties.get(_NAMED_BY.get(type_name, ""), name))
    ref = name if type_name in _NAMED_BY else ref or identifier(region, type_name, name, properties)
    here = f"{region}:{ACCOUNT}"
    own = _given(properties)
    if type_name in _OWN_ID:
        own[_OWN_ID[type_name]] = ref
    identity = str(uuid_of(type_name, name))
    match type_name:
        case "AWS::IAM::ManagedPolicy":
            arn = f"arn:aws:iam::{ACCOUNT}:policy{properties.get('Path', '/')}{name}"
            return PhysicalResource(arn, {**own, "PolicyArn": arn}, stubbed=True)
        case "AWS::SNS::Topic":
            arn = f"arn:aws:sns:{here}:{name}"
            return PhysicalResource(arn, {**own, "TopicArn": arn, "TopicName": name}, stubbed=True)
        case "AWS::SecretsManager::Secret":
            return PhysicalResource(f"arn:aws:secretsmanager:{here}:secret:{name}", own, stubbed=True)
        case "AWS::ECR::Repository":
            address = f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{name.lower()}"
            arn = f"arn:aws:ecr:{here}:repository/{name.lower()}"
            return PhysicalResource(name.lower(), {**own, "Arn": arn, "RepositoryUri": address}, stubbed=True)
        case "AWS::S3::Bucket":
            return PhysicalResource(name.lower(), {**own, "Arn": f"arn:aws:s3:::{name.lower()}"}, stubbed=True)
        case "AWS::EC2::VPC":
            blocks = {"Ipv6CidrBlocks": ["2001:db8::/56"]}
            return PhysicalResource(ref, {"CidrBlock": "10.0.0.0/16", **own, **blocks}, stubbed=True)
        case "AWS::EC2::EIP":
            allocation = f"eipalloc-{identity.replace('-', '')[:17]}"
            return PhysicalResource(ref, {**own, "AllocationId": allocation, "PublicIp": ref}, stubbed=True)
    arns = {
        "AWS::CodeBuild::Project": f"arn:aws:codebuild:{here}:project/{name}",
        "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{here}:table/{name}",
        "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role{properties.get('Path', '/')}{name}",
        "AWS::KMS::Key": f"arn:aws:kms:{here}:key/{identity}",
        "AWS::Logs::LogGroup": f"arn:aws:logs:{here}:log-group:{name}:*",
        "AWS::ServiceDiscovery::Service": f"arn:aws:servicediscovery:{here}:service/{ref}",
        "AWS::WAFv2::WebACL": f"arn:aws:wafv2:{here}:regional/webacl/{name}/{identity}",
    }
    return PhysicalResource(ref, {**own, "Arn": arns[type_name]} if type_name in arns else own, stubbed=True)


def stub(type_name: str, note: str | None = None) -> Provider:
    """A type whose resources are stubbed; `note` is what their events say."""

    def create(context: Context, name: str, properties: Properties) -> PhysicalResource:
        constraints.check(type_name, properties)
        return stub_of(context.region, type_name, name, properties)

    def update(
        context: Context, physical: PhysicalResource, _before: Properties, after: Properties
    ) -> PhysicalResource:
        constraints.check(type_name, after)
        new = stub_of(context.region, type_name, physical.ref, after, physical.ref)
        return PhysicalResource(physical.ref, {**physical.attributes, **new.attributes, **_arn(physical)}, stubbed=True)

    return Provider(
        create,
        update,
        lambda _context, _physical, _properties: None,
        replaced_by=REPLACED_BY.get(type_name, frozenset()),
        name=_NAMED_BY.get(type_name),
        stubbed=True,
        note=note,
        prepare=checked(type_name),
    )


def published_stub(schema: PublishedSchema, type_name: str) -> Provider:
    """A type of which nothing is known here but its published schema; `type_name` is as the template has it."""

    def create(context: Context, name: str, properties: Properties) -> PhysicalResource:
        return _made_up(context.region, schema, name, properties)

    def update(
        _context: Context, physical: PhysicalResource, _before: Properties, after: Properties
    ) -> PhysicalResource:
        return PhysicalResource(physical.ref, {**physical.attributes, **_given(after)}, stubbed=True)

    return Provider(
        create,
        update,
        lambda _context, _physical, _properties: None,
        replaced_by=schema.replaced_by,
        stubbed=True,
        prepare=checked(type_name),
    )


def attribute_of(type_name: str, physical: PhysicalResource, attribute: str) -> Any:
    """An attribute of a stub. Raises TemplateError where the type has none of that name."""
    if attribute in physical.attributes:
        return physical.attributes[attribute]
    name = f"{physical.ref}.{attribute}"
    schema = published(type_name)
    if schema is None or is_unknown(physical.ref) or attribute.startswith("Outputs."):
        return name
    if not schema.has_attribute(attribute):
        raise TemplateError(f"{type_name} has no attribute {attribute}.")
    return name


def check_names(type_name: str, properties: Properties) -> None:
    """Raises TemplateError for the first property whose name the type's published schema does not have, and for one
    that is required and not there.
    """
    if (schema := published(type_name)) and not is_unknown(properties):
        schema.check(properties)


def checked(type_name: str) -> Prepare:
    """Preparation of properties that holds their names against the published schema of the type."""

    def prepare(_context: Context, properties: Properties, _folder: Path | None) -> Properties:
        try:
            check_names(type_name, properties)
        except TemplateError as error:
            error.within("Properties")
            raise
        return properties

    return prepare


def _made_up(region: str, schema: PublishedSchema, name: str, properties: Properties) -> PhysicalResource:
    values = [_value(region, schema, each, name, properties) for each in schema.identifier] or [name]
    attributes = {each: _value(region, schema, each, name, properties) for each in sorted(schema.read_only)}
    return PhysicalResource("|".join(map(str, values)), attributes | _given(properties), stubbed=True)


def _given(properties: Properties) -> Properties:
    return {key: value for key, value in properties.items() if isinstance(value, str | int | float)}


def _value(region: str, schema: PublishedSchema, attribute: str, name: str, properties: Properties) -> Any:
    """Value of an attribute of a stub, in the form that its name and its JSON type tell."""
    if attribute in properties:
        return properties[attribute]
    _, service, kind = (*schema.type.split("::"), "")[:3]
    last = attribute.rpartition(".")[2]
    if (json_type := schema.kind(attribute)) in _NOTHING:
        return _NOTHING[json_type]
    if last.endswith("Arn"):
        own = name.rpartition("/")[2]
        return f"arn:aws:{service.lower()}:{region}:{ACCOUNT}:{kind.lower()}/{own}"
    host = f"{name.lower()}.{service.lower()}.{region}.invalid"
    if last.endswith(("Url", "URL", "Uri", "URI")):
        return f"https://{host}/"
    if last.endswith(_HOSTS):
        return host
    if last.endswith(("Port", "VersionNumber")):
        return "1" if last.endswith("Number") else "0"
    if last.endswith("Id") and schema.type != CUSTOM_RESOURCE:
        own = identifier(region, schema.type, name, properties)
        return own if own != name else f"{kind.lower()}-{uuid_of(schema.type, name).hex[:17]}"
    return name if attribute in schema.identifier else f"{name}.{attribute}"


def _arn(physical: PhysicalResource) -> dict[str, Any]:
    return {"Arn": physical.attributes["Arn"]} if "Arn" in physical.attributes else {}
