"""What ELBv2's own API holds is read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from ecs_emulator.balancer.store import read
from ecs_emulator.cloud.endpoint import Cloud
from emulator.tests.cloud.wire import session_of

if TYPE_CHECKING:
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client

Clients = Callable[[str], Any]

NAME = f"lb-{uuid4().hex[:8]}"


@pytest.fixture
def clients() -> Iterator[Clients]:
    """A client of a cloud, by the name of its service."""
    with closing(Cloud(0)) as cloud:
        session: Any = session_of(cloud.key)
        yield lambda service: session.client(service, endpoint_url=cloud.url)


@pytest.fixture
def elbv2(clients: Clients) -> Iterator[ElasticLoadBalancingv2Client]:
    ec2 = clients("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for cidr, zone in (("10.0.0.0/24", "us-east-1a"), ("10.0.1.0/24", "us-east-1b"))
    ]
    client = clients("elbv2")
    arn = client.create_load_balancer(Name=NAME, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    group = client.create_target_group(Name=NAME, VpcId=vpc, Protocol="HTTP", Port=8080, TargetType="ip")
    [made] = group["TargetGroups"]
    yield client
    client.delete_load_balancer(LoadBalancerArn=arn)
    client.delete_target_group(TargetGroupArn=made["TargetGroupArn"])


def test_listeners_rules_groups_attributes_and_certificates_are_read(
    elbv2: ElasticLoadBalancingv2Client, clients: Clients
) -> None:
    [group] = elbv2.describe_target_groups(Names=[NAME])["TargetGroups"]
    [balancer] = elbv2.describe_load_balancers(Names=[NAME])["LoadBalancers"]
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"], Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "55"}]
    )
    elbv2.modify_target_group_attributes(
        TargetGroupArn=group["TargetGroupArn"],
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}],
    )
    listener = elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )["Listeners"][0]["ListenerArn"]
    elbv2.create_rule(
        ListenerArn=listener,
        Priority=7,
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^.*%.*$"]}}],
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )
    acm = clients("acm")
    names = ["shop.example", "www.shop.example"]
    own, more = (
        acm.request_certificate(DomainName=each[0], SubjectAlternativeNames=each)["CertificateArn"]
        for each in (names, ["*.example.org"])
    )
    secure = elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Port=443,
        Protocol="HTTPS",
        Certificates=[{"CertificateArn": own}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]["ListenerArn"]
    elbv2.add_listener_certificates(ListenerArn=secure, Certificates=[{"CertificateArn": more}])
    store = read(elbv2, acm)
    [found_listener] = [
        each for made in store.load_balancers for each in made["Listeners"] if each["ListenerArn"] == secure
    ]
    assert found_listener["ServerCertificates"] == [tuple(names), ("*.example.org",)]
    [found] = [each for each in store.target_groups if each["TargetGroupName"] == NAME]
    assert found["Attributes"]["deregistration_delay.timeout_seconds"] == "30"
    # Other tests of this process may have made one before.
    [first, *_] = store.load_balancers
    if first["LoadBalancerName"] == NAME:
        assert first["Attributes"]["idle_timeout.timeout_seconds"] == "55"
        [[rule, default]] = [each["Rules"] for each in first["Listeners"] if each["Port"] == 80]
        assert rule["Conditions"][0]["PathPatternConfig"]["RegexValues"] == ["^.*%.*$"]
        assert (rule["Priority"], default["IsDefault"]) == ("7", True)
