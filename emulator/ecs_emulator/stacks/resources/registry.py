"""Registry of the resource types: emulated, or stubbed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecs_emulator.stacks.resources.balancers import LOAD_BALANCER, TARGET_GROUP
from ecs_emulator.stacks.resources.buckets import BUCKET, BUCKET_POLICY
from ecs_emulator.stacks.resources.certificates import CERTIFICATE, LISTENER_CERTIFICATE
from ecs_emulator.stacks.resources.event_rules import EVENT_BUS, RULE
from ecs_emulator.stacks.resources.identities import GROUP, INSTANCE_PROFILE, ROLE, SERVICE_LINKED_ROLE, USER
from ecs_emulator.stacks.resources.keys import ALIAS, KEY
from ecs_emulator.stacks.resources.listeners import LISTENER, LISTENER_RULE
from ecs_emulator.stacks.resources.logs import LOG_GROUP
from ecs_emulator.stacks.resources.messaging import QUEUE, SUBSCRIPTION, TOPIC
from ecs_emulator.stacks.resources.policies import GROUP_POLICY, MANAGED_POLICY, POLICY, ROLE_POLICY, USER_POLICY
from ecs_emulator.stacks.resources.provider import Provider, StubSettings
from ecs_emulator.stacks.resources.published import published
from ecs_emulator.stacks.resources.repositories import REPOSITORY
from ecs_emulator.stacks.resources.secrets import PARAMETER, SECRET
from ecs_emulator.stacks.resources.services import SERVICE
from ecs_emulator.stacks.resources.stubs import published_stub, stub
from ecs_emulator.stacks.resources.tables import TABLE
from ecs_emulator.stacks.resources.tasks import ASSOCIATIONS, CLUSTER, TASK_DEFINITION
from ecs_emulator.stacks.resources.watching import ALARM, DASHBOARD

# What needs a scheduler and a load balancer behind the endpoint.
WITH_TASKS: dict[str, Provider] = {
    "AWS::ECS::Cluster": CLUSTER,
    "AWS::ECS::ClusterCapacityProviderAssociations": ASSOCIATIONS,
    "AWS::ECS::Service": SERVICE,
    "AWS::ECS::TaskDefinition": TASK_DEFINITION,
    "AWS::ElasticLoadBalancingV2::Listener": LISTENER,
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": LISTENER_CERTIFICATE,
    "AWS::ElasticLoadBalancingV2::ListenerRule": LISTENER_RULE,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": LOAD_BALANCER,
    "AWS::ElasticLoadBalancingV2::TargetGroup": TARGET_GROUP,
}

EMULATED: dict[str, Provider] = {
    "AWS::CertificateManager::Certificate": CERTIFICATE,
    "AWS::CloudWatch::Alarm": ALARM,
    "AWS::CloudWatch::Dashboard": DASHBOARD,
    "AWS::DynamoDB::Table": TABLE,
    "AWS::ECR::Repository": REPOSITORY,
    "AWS::Events::EventBus": EVENT_BUS,
    "AWS::Events::Rule": RULE,
    "AWS::IAM::Group": GROUP,
    "AWS::IAM::GroupPolicy": GROUP_POLICY,
    "AWS::IAM::InstanceProfile": INSTANCE_PROFILE,
    "AWS::IAM::ManagedPolicy": MANAGED_POLICY,
    "AWS::IAM::Policy": POLICY,
    "AWS::IAM::Role": ROLE,
    "AWS::IAM::RolePolicy": ROLE_POLICY,
    "AWS::IAM::ServiceLinkedRole": SERVICE_LINKED_ROLE,
    "AWS::IAM::User": USER,
    "AWS::IAM::UserPolicy": USER_POLICY,
    "AWS::KMS::Alias": ALIAS,
    "AWS::KMS::Key": KEY,
    "AWS::Logs::LogGroup": LOG_GROUP,
    "AWS::S3::Bucket": BUCKET,
    "AWS::S3::BucketPolicy": BUCKET_POLICY,
    "AWS::SNS::Subscription": SUBSCRIPTION,
    "AWS::SNS::Topic": TOPIC,
    "AWS::SQS::Queue": QUEUE,
    "AWS::SSM::Parameter": PARAMETER,
    "AWS::SecretsManager::Secret": SECRET,
    **WITH_TASKS,
}

# A visitor would feel these on AWS, so whoever makes one is told at once.
UNGUARDED = {
    "AWS::CloudFront::Distribution": "Not emulated here: nothing answers at its address.",
    "AWS::WAFv2::WebACL": "Not emulated here: nobody is counted, nobody refused.",
    "AWS::WAFv2::WebACLAssociation": "Not emulated here: nobody is counted, nobody refused.",
}

# The same of what somebody would wait for.
MISSED = {
    ("AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"): (
        "No service scales by itself here."
    ),
    ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"): "No alarm rings here: none is evaluated.",
    ("AWS::Events::Rule", "AWS::Scheduler::Schedule"): (
        "No schedule comes due here and no service sends an event: what PutEvents brings is all that a rule gets."
    ),
    ("AWS::CloudFront::Distribution",): "Nothing answers at the address of a CloudFront distribution here.",
    ("AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation"): "No request is refused by a web ACL here.",
    ("AWS::Lambda::Function",): "No function of Lambda runs here, nor the custom resources behind one.",
}

# Real on AWS, without effect on what a visitor or a client of the API sees here.
STUBBED = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::EC2::EIP",
    "AWS::EC2::EgressOnlyInternetGateway",
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetCidrBlock",
    "AWS::EC2::SubnetNetworkAclAssociation",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCCidrBlock",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::ECS::CapacityProvider",
    "AWS::Logs::MetricFilter",
    "AWS::Route53::HostedZone",
    "AWS::Route53::RecordSet",
    "AWS::Route53::RecordSetGroup",
    "AWS::SNS::TopicPolicy",
    "AWS::ServiceDiscovery::HttpNamespace",
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::PublicDnsNamespace",
    "AWS::ServiceDiscovery::Service",
    *UNGUARDED,
}


# They carry tasks or traffic of their own, and a stub would do neither.
_CARRY = ("AWS::AppRunner::Service", "AWS::ECS::", "AWS::ElasticLoadBalancing::", "AWS::ElasticLoadBalancingV2::")


class ResourceTypes(Mapping[str, Provider]):
    """Resource types by name: those that are known here, and unless `strict` as a stub every other one that AWS
    publishes a schema of, each when it is asked for.
    """

    def __init__(self, known: Mapping[str, Provider], *, strict: bool = False) -> None:
        self._known = dict(known)
        self._strict = strict

    def __getitem__(self, name: str) -> Provider:
        if name not in self._known:
            schema = None if self._strict or name.startswith(_CARRY) else published(name)
            if schema is None:
                raise KeyError(name)
            self._known[name] = published_stub(schema, name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def known(*, tasks_run: bool) -> Mapping[str, Provider]:
    """The known types; those that need a scheduler and a load balancer are stubbed where tasks do not run."""
    providers = {name: stub(name, UNGUARDED.get(name)) for name in STUBBED} | EMULATED
    return providers if tasks_run else providers | {name: stub(name) for name in WITH_TASKS}


def of_files(stubs: StubSettings) -> ResourceTypes:
    """The types that a template file may have where tasks run, nested stacks among them, to be judged by alone."""
    nested = stub("AWS::CloudFormation::Stack")
    return ResourceTypes({**known(tasks_run=True), "AWS::CloudFormation::Stack": nested}, strict=stubs.strict)


def why_unknown(name: str) -> str:
    """Sentence on a type that is none of `ResourceTypes`."""
    if name.startswith(_CARRY) and published(name):
        return f"{name} is not emulated here, and no stub could stand in: it carries tasks or traffic."
    if published(name):
        return f"{name} is not emulated here; without --strict a stub stands in."
    return f"{name} is not known here."


def grouped(types: set[str]) -> str:
    """Types in few words: `EC2 (Subnet, VPC), IAM (Role)`."""
    services: dict[str, list[str]] = {}
    for each in sorted(types):
        service, _, resource = each.removeprefix("AWS::").partition("::")
        services.setdefault(service, []).append(resource)
    return ", ".join(f"{service} ({', '.join(resources)})" for service, resources in services.items())
