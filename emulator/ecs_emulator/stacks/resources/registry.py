"""Registry of the resource types: emulated, or stubbed."""

from __future__ import annotations

from collections.abc import Mapping

from ecs_emulator.stacks.resources.balancers import LOAD_BALANCER, TARGET_GROUP
from ecs_emulator.stacks.resources.buckets import BUCKET, BUCKET_POLICY
from ecs_emulator.stacks.resources.listeners import LISTENER, LISTENER_RULE
from ecs_emulator.stacks.resources.logs import LOG_GROUP
from ecs_emulator.stacks.resources.provider import Provider
from ecs_emulator.stacks.resources.services import SERVICE
from ecs_emulator.stacks.resources.stubs import stub
from ecs_emulator.stacks.resources.tables import TABLE
from ecs_emulator.stacks.resources.tasks import CLUSTER, TASK_DEFINITION
from ecs_emulator.stacks.resources.watching import ALARM, DASHBOARD

# What needs a scheduler and a load balancer behind the endpoint.
WITH_TASKS: dict[str, Provider] = {
    "AWS::ECS::Cluster": CLUSTER,
    "AWS::ECS::Service": SERVICE,
    "AWS::ECS::TaskDefinition": TASK_DEFINITION,
    "AWS::ElasticLoadBalancingV2::Listener": LISTENER,
    "AWS::ElasticLoadBalancingV2::ListenerRule": LISTENER_RULE,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": LOAD_BALANCER,
    "AWS::ElasticLoadBalancingV2::TargetGroup": TARGET_GROUP,
}

EMULATED: dict[str, Provider] = {
    "AWS::CloudWatch::Alarm": ALARM,
    "AWS::CloudWatch::Dashboard": DASHBOARD,
    "AWS::DynamoDB::Table": TABLE,
    "AWS::Logs::LogGroup": LOG_GROUP,
    "AWS::S3::Bucket": BUCKET,
    "AWS::S3::BucketPolicy": BUCKET_POLICY,
    **WITH_TASKS,
}

# A visitor would feel these on AWS, so whoever makes one is told at once.
UNGUARDED = {
    "AWS::CloudFront::Distribution": "Not emulated here: nothing answers at its address.",
    "AWS::WAFv2::WebACL": "Not emulated here: nobody is counted, nobody refused.",
    "AWS::WAFv2::WebACLAssociation": "Not emulated here: nobody is counted, nobody refused.",
}

# Real on AWS, without effect on what a visitor or a client of the API sees here.
STUBBED = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CertificateManager::Certificate",
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
    "AWS::ECR::Repository",
    "AWS::ECS::CapacityProvider",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::ElasticLoadBalancingV2::ListenerCertificate",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::ServiceLinkedRole",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Logs::MetricFilter",
    "AWS::Route53::HostedZone",
    "AWS::Route53::RecordSet",
    "AWS::Route53::RecordSetGroup",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SecretsManager::Secret",
    "AWS::ServiceDiscovery::HttpNamespace",
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::PublicDnsNamespace",
    "AWS::ServiceDiscovery::Service",
    *UNGUARDED,
}


def known(*, tasks_run: bool) -> Mapping[str, Provider]:
    """The known types; those that need a scheduler and a load balancer are stubbed where tasks do not run."""
    providers = {name: stub(name, UNGUARDED.get(name)) for name in STUBBED} | EMULATED
    return providers if tasks_run else providers | {name: stub(name) for name in WITH_TASKS}


def grouped(types: set[str]) -> str:
    """Types in few words: `EC2 (Subnet, VPC), IAM (Role)`."""
    services: dict[str, list[str]] = {}
    for each in sorted(types):
        _, service, resource = each.split("::", 2)
        services.setdefault(service, []).append(resource)
    return ", ".join(f"{service} ({', '.join(resources)})" for service, resources in services.items())
