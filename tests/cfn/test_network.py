"""Who is in which subnet, and who may talk to whom."""

from __future__ import annotations

import ipaddress

import pytest

from tests.cfn.platforms import Platform


def _subnets(platform: Platform, kind: str) -> list[str]:
    """Those that the network exports, `Public` or `Private`."""
    outputs = platform.stack("network").outputs
    return [value for name, value in outputs.items() if name.endswith(f"{kind}Subnet")]


def test_the_load_balancer_is_in_the_public_subnets(platform: Platform) -> None:
    balancer = platform.stack("cluster").resources["LoadBalancer"]["Properties"]
    assert balancer["Subnets"] == _subnets(platform, "Public")
    assert balancer["Scheme"] == "internet-facing"


def test_the_tasks_are_in_the_private_subnets_without_public_addresses(platform: Platform) -> None:
    for service in platform.of_type("AWS::ECS::Service").values():
        network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
        assert network["Subnets"] == _subnets(platform, "Private")
        assert network["AssignPublicIp"] == "DISABLED"


def test_only_the_public_subnets_have_a_route_to_the_internet_gateway(platform: Platform) -> None:
    resources = platform.stack("network").resources
    gateway = "mysfits-network-InternetGateway"
    tables = {
        route["RouteTableId"]
        for route in platform.of_type("AWS::EC2::Route").values()
        if route.get("GatewayId") == gateway
    }
    assert tables == {"mysfits-network-PublicRoutes"}
    public = set(_subnets(platform, "Public"))
    there = {
        each["Properties"]["SubnetId"]
        for each in resources.values()
        if each["Type"].endswith("SubnetRouteTableAssociation") and each["Properties"]["RouteTableId"] in tables
    }
    assert there == public


def test_the_tasks_admit_only_the_load_balancer(platform: Platform) -> None:
    balancer = platform.stack("cluster").outputs["LoadBalancerGroup"]
    for name, service in platform.services.items():
        (rule,) = service.resources["Tasks"]["Properties"]["SecurityGroupIngress"]
        assert {key: value for key, value in rule.items() if key != "Description"} == {
            "IpProtocol": "tcp",
            "FromPort": 8080,
            "ToPort": 8080,
            "SourceSecurityGroupId": balancer,
        }, name
        added = service.of_type("AWS::EC2::SecurityGroupIngress")
        assert not added


def test_the_tasks_reach_the_world_by_https_only(platform: Platform) -> None:
    for service in platform.services.values():
        (rule,) = service.resources["Tasks"]["Properties"]["SecurityGroupEgress"]
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)


def test_the_load_balancer_reaches_the_tasks_and_nothing_else(platform: Platform) -> None:
    group = platform.stack("cluster").resources["LoadBalancerGroup"]["Properties"]
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["127.0.0.1/32"]
    rules = platform.of_type("AWS::EC2::SecurityGroupEgress")
    assert len(rules) == len(platform.services)
    for rule in rules.values():
        assert rule["GroupId"] == platform.stack("cluster").outputs["LoadBalancerGroup"]
        assert rule["DestinationSecurityGroupId"].endswith("-Tasks")
        assert (rule["FromPort"], rule["ToPort"]) == (8080, 8080)


def test_the_load_balancer_admits_the_world_on_its_listeners_ports(platform: Platform) -> None:
    rules = platform.stack("cluster").of_type("AWS::EC2::SecurityGroupIngress").values()
    listeners = platform.stack("cluster").of_type("AWS::ElasticLoadBalancingV2::Listener").values()
    assert {rule["FromPort"] for rule in rules} == {listener["Port"] for listener in listeners}
    assert {rule["CidrIp"] for rule in rules} == {"0.0.0.0/0"}


def test_the_subnets_share_no_address_and_no_zone_with_their_kind(platform: Platform) -> None:
    subnets = platform.stack("network").of_type("AWS::EC2::Subnet")
    blocks = [ipaddress.ip_network(subnet["CidrBlock"]) for subnet in subnets.values()]
    for number, block in enumerate(blocks):
        assert not any(block.overlaps(other) for other in blocks[number + 1 :])
    for kind in ("PublicSubnet", "PrivateSubnet"):
        zones = [subnet["AvailabilityZone"] for name, subnet in subnets.items() if name.endswith(kind)]
        assert len(set(zones)) == len(zones) >= 2


def test_rows_and_image_layers_do_not_pass_the_nat(platform: Platform) -> None:
    network = platform.stack("network")
    private = set(network.of_type("AWS::EC2::RouteTable")) - {"PublicRoutes"}
    gateways = [
        endpoint
        for endpoint in network.of_type("AWS::EC2::VPCEndpoint").values()
        if endpoint["VpcEndpointType"] == "Gateway"
    ]
    assert {endpoint["ServiceName"].rsplit(".", 1)[1] for endpoint in gateways} == {"dynamodb", "s3"}
    for endpoint in gateways:
        assert set(endpoint["RouteTableIds"]) == {f"mysfits-network-{table}" for table in private}


@pytest.mark.parametrize(("kind", "nats"), [("smallest", 1), ("production", 3), ("split", 0)])
def test_the_way_out_has_as_many_nats_as_egress_says(kind: str, nats: int, request: pytest.FixtureRequest) -> None:
    platform: Platform = request.getfixturevalue(kind)
    assert len(platform.of_type("AWS::EC2::NatGateway")) == nats
    routes = platform.of_type("AWS::EC2::Route").values()
    assert len({route["NatGatewayId"] for route in routes if "NatGatewayId" in route}) == nats


def test_without_a_nat_there_are_endpoints_of_all_that_starts_a_task(split: Platform) -> None:
    endpoints = split.of_type("AWS::EC2::VPCEndpoint").values()
    services = {endpoint["ServiceName"].removeprefix("com.amazonaws.us-east-1.") for endpoint in endpoints}
    assert services == {"dynamodb", "s3", "ecr.api", "ecr.dkr", "logs"}
    assert all(each["PrivateDnsEnabled"] for each in endpoints if each["VpcEndpointType"] == "Interface")
