"""The tests of the templates, tested: each property broken on purpose is noticed by the test that is about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest

from tests.cfn import (
    platforms,
    test_cluster,
    test_data,
    test_everywhere,
    test_firewall,
    test_network,
    test_pipeline,
    test_service,
    test_site,
)
from tests.cfn.platforms import Documents, Platform

Check = Callable[[Platform], None]


def _at(document: Any, path: str) -> Any:
    return reduce(lambda node, key: node[int(key) if isinstance(node, list) else key], path.split("/"), document)


def _set(template: str, path: str, value: Any) -> Callable[[Documents], None]:
    """Another value at a path below the `Resources` of a template."""

    def change(documents: Documents) -> None:
        parent, key = path.rsplit("/", 1)
        node = _at(documents[template]["Resources"], parent)
        node[int(key) if isinstance(node, list) else key] = value

    return change


_INGRESS = "Tasks/Properties/SecurityGroupIngress/0"
_CONTAINER = "TaskDefinition/Properties/ContainerDefinitions/0"
_ROLLOUT = "MythicalMonolithService/Properties/DeploymentConfiguration"
_LIMIT = "Firewall/Properties/Rules/0"
_ANY = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}

MUTATIONS: list[tuple[str, Callable[[Documents], None], str, Check]] = [
    (
        "the whole VPC may reach the tasks",
        _set(
            "service.yml",
            _INGRESS,
            {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "CidrIp": "10.0.0.0/16", "Description": "All"},
        ),
        "smallest",
        test_network.test_the_tasks_admit_only_the_load_balancer,
    ),
    (
        "tasks have public addresses",
        _set(
            "service.yml",
            "MythicalMonolithService/Properties/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp",
            "ENABLED",
        ),
        "smallest",
        test_network.test_the_tasks_are_in_the_private_subnets_without_public_addresses,
    ),
    (
        "a private subnet is routed to the internet gateway",
        _set("network.yml", "SecondPrivateSubnetRoutes/Properties/RouteTableId", {"Ref": "PublicRoutes"}),
        "smallest",
        test_network.test_only_the_public_subnets_have_a_route_to_the_internet_gateway,
    ),
    (
        "all NATs but one are forgotten",
        _set("network.yml", "ThirdPrivateToWorld/Properties/NatGatewayId", {"Ref": "FirstNat"}),
        "production",
        lambda platform: test_network.test_the_way_out_has_as_many_nats_as_egress_says(
            "production",
            3,
            _Fixtures(platform),  # type: ignore[arg-type]
        ),
    ),
    (
        "minimum healthy is 0 %",
        _set("service.yml", f"{_ROLLOUT}/MinimumHealthyPercent", 0),
        "smallest",
        test_service.test_a_rollout_never_has_less_than_all_tasks,
    ),
    (
        "the circuit breaker does not roll back",
        _set("service.yml", f"{_ROLLOUT}/DeploymentCircuitBreaker/Rollback", False),
        "smallest",
        test_service.test_a_failed_rollout_goes_back_by_itself,
    ),
    (
        "no alarm ends a rollout",
        _set("service.yml", f"{_ROLLOUT}/Alarms/Enable", False),
        "smallest",
        test_service.test_a_failed_rollout_goes_back_by_itself,
    ),
    (
        "one task is enough",
        _set("service.yml", "MythicalMonolithService/Properties/DesiredCount", 1),
        "smallest",
        test_service.test_a_service_that_is_not_stopped_has_two_tasks_or_more,
    ),
    (
        "one role starts the task and is the task",
        _set("service.yml", "TaskDefinition/Properties/TaskRoleArn", {"Fn::GetAtt": ["ExecutionRole", "Arn"]}),
        "smallest",
        test_service.test_starting_a_task_and_being_one_are_separate_roles,
    ),
    (
        "the container runs as root",
        _set("service.yml", f"{_CONTAINER}/User", "0"),
        "production",
        lambda platform: test_service.test_the_application_runs_without_rights_on_its_machine(platform, platform),
    ),
    (
        "the container's files can be written",
        _set("service.yml", f"{_CONTAINER}/ReadonlyRootFilesystem", False),
        "production",
        lambda platform: test_service.test_the_application_runs_without_rights_on_its_machine(platform, platform),
    ),
    (
        "a task is killed while its server still ends requests",
        _set("service.yml", f"{_CONTAINER}/StopTimeout", 10),
        "smallest",
        test_service.test_a_task_has_longer_to_stop_than_its_server_takes,
    ),
    (
        "every event arrives twice",
        _set("service.yml", f"{_CONTAINER}/Environment/0", {"Name": "LOG_GROUP", "Value": "a"}),
        "smallest",
        test_service.test_the_container_has_the_name_and_the_settings_that_the_application_knows,
    ),
    (
        "a task may fail on purpose",
        _set("service.yml", f"{_CONTAINER}/Environment/0", {"Name": "FAULTS_ALLOWED", "Value": "yes"}),
        "smallest",
        test_service.test_the_container_has_the_name_and_the_settings_that_the_application_knows,
    ),
    (
        "every task knows the table of the users",
        _set("service.yml", f"{_CONTAINER}/Environment/2", {"Name": "USERS_TABLE_NAME", "Value": "mysfits-data-Users"}),
        "split",
        test_service.test_a_task_knows_the_tables_of_its_features_and_no_others,
    ),
    (
        "connections are cut and not drained",
        _set("service.yml", "TargetGroup/Properties/TargetGroupAttributes/0/Value", "0"),
        "smallest",
        test_service.test_connections_drain_before_a_task_stops,
    ),
    (
        "the health check asks for the data store",
        _set("service.yml", "TargetGroup/Properties/HealthCheckPath", "/mysfits"),
        "smallest",
        test_service.test_traffic_goes_to_healthy_tasks_by_their_address,
    ),
    (
        "the load balancer keeps idle connections for longer than the application",
        _set("cluster.yml", "LoadBalancer/Properties/LoadBalancerAttributes/0/Value", "60"),
        "smallest",
        test_cluster.test_the_load_balancer_gives_up_an_idle_connection_before_the_application_does,
    ),
    (
        "HTTP serves beside HTTPS",
        _set("cluster.yml", "HttpListener/Properties/DefaultActions/0/Fn::If/1/Type", "forward"),
        "production",
        test_cluster.test_with_a_certificate_http_only_redirects,
    ),
    (
        "a service's rule comes before the one that closes fulfill-like",
        _set("cluster.yml", "FulfillLikeNotFromWorld/Properties/Priority", 50_000),
        "smallest",
        lambda platform: test_cluster.test_fulfill_like_cannot_be_reached_from_the_internet(
            platform, "/mysfits/1/fulfill-like"
        ),
    ),
    (
        "an escaped letter opens fulfill-like",
        _set(
            "cluster.yml",
            "FulfillLikeNotFromWorld/Properties/Conditions/0/PathPatternConfig",
            {"Values": ["/mysfits/*/fulfill-like"]},
        ),
        "smallest",
        lambda platform: test_cluster.test_fulfill_like_cannot_be_reached_from_the_internet(
            platform, "/mysfits/1/fulfill%2Dlike"
        ),
    ),
    (
        "an escaped slash opens fulfill-like",
        _set("cluster.yml", "EscapedPathsNotFromWorld/Properties/Priority", 2000),
        "smallest",
        lambda platform: test_cluster.test_fulfill_like_cannot_be_reached_from_the_internet(
            platform, "/mysfits%2F1%2Ffulfill-like"
        ),
    ),
    (
        "services have fulfill-like wherever likes are",
        _set("service.yml", f"{_CONTAINER}/Environment/7/Value", "yes"),
        "smallest",
        test_cluster.test_no_service_has_fulfill_like_unless_it_is_opened,
    ),
    (
        "a deployment is ended only when every minute of three is bad",
        _set("service.yml", "ServerErrors/Properties/DatapointsToAlarm", 3),
        "smallest",
        test_service.test_a_deployment_is_ended_by_two_bad_minutes_of_three,
    ),
    (
        "one error among few requests ends a deployment",
        _set("service.yml", "ServerErrors/Properties/Metrics/0/Expression", "100 * errors / requests"),
        "smallest",
        test_service.test_a_deployment_is_ended_by_two_bad_minutes_of_three,
    ),
    (
        "the firewall believes what X-Forwarded-For says",
        _set("cluster.yml", f"{_LIMIT}/Statement/RateBasedStatement/AggregateKeyType", "FORWARDED_IP"),
        "split",
        test_firewall.test_requests_are_counted_by_the_address_that_connects,
    ),
    (
        "the firewall refuses with a 403 that does not say until when",
        _set("cluster.yml", f"{_LIMIT}/Action", {"Block": {}}),
        "split",
        test_firewall.test_who_asks_too_often_is_told_so_in_the_words_of_the_api,
    ),
    (
        "the firewall guards nothing",
        _set("cluster.yml", "FirewallOfLoadBalancer/Properties/ResourceArn", "arn:aws:elasticloadbalancing:else"),
        "split",
        test_firewall.test_the_firewall_is_before_what_visitors_reach,
    ),
    (
        "the service stands and falls with the firewall",
        _set("cluster.yml", "LoadBalancer/Properties/LoadBalancerAttributes/3/Value", "false"),
        "split",
        test_firewall.test_a_firewall_that_cannot_be_asked_lets_everybody_in,
    ),
    (
        "the firewall keeps addresses",
        _set("site.yml", f"{_LIMIT}/VisibilityConfig/SampledRequestsEnabled", True),
        "production",
        test_firewall.test_the_firewall_counts_what_it_does_and_keeps_nobodys_address,
    ),
    (
        "both indexes hold every attribute",
        _set("data.yml", "Mysfits/Properties/GlobalSecondaryIndexes/0/Projection", {"ProjectionType": "ALL"}),
        "smallest",
        test_data.test_a_like_is_written_once_and_in_no_index,
    ),
    (
        "the table goes with its stack",
        _set("data.yml", "Mysfits/DeletionPolicy", "Delete"),
        "smallest",
        test_data.test_every_table_is_kept_whatever_happens_to_its_stack,
    ),
    (
        "the website's bucket has no public policy",
        _set("site.yml", "SitePolicy/Properties/PolicyDocument/Statement/0/Fn::If/1/Effect", "Deny"),
        "smallest",
        test_site.test_a_website_can_be_read_by_everybody_and_written_by_nobody,
    ),
    (
        "the bucket behind CloudFront is public",
        _set("site.yml", "Site/Properties/PublicAccessBlockConfiguration/RestrictPublicBuckets", False),
        "production",
        test_site.test_behind_cloudfront_the_bucket_is_private,
    ),
    (
        "CloudFront keeps copies of the counts",
        _set("site.yml", "Distribution/Properties/DistributionConfig/CacheBehaviors/0/CachePolicyId", "x"),
        "production",
        test_site.test_cloudfront_serves_the_api_on_the_same_origin_uncached,
    ),
    (
        "a tag can be pushed twice",
        _set("pipeline.yml", "Images/Properties/ImageTagMutability", "MUTABLE"),
        "smallest",
        test_pipeline.test_an_image_is_scanned_never_overwritten_and_kept_for_a_rollback,
    ),
    (
        "a role may do everything with every table",
        _set("data.yml", "LikesMayUpdate/Properties/PolicyDocument/Statement/0", _ANY),
        "smallest",
        test_everywhere.test_no_statement_grants_a_wildcard_of_actions,
    ),
]


class _Fixtures:
    """Stands in for the request of a test that asks for its platform by name."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def getfixturevalue(self, _name: str) -> Platform:
        return self._platform


@pytest.mark.parametrize(
    ("change", "kind", "check"),
    [each[1:] for each in MUTATIONS],
    ids=[each[0].replace(" ", "-") for each in MUTATIONS],
)
def test_a_broken_property_is_noticed(change: Callable[[Documents], None], kind: str, check: Check) -> None:
    check(platforms.as_written(kind))
    with pytest.raises(AssertionError):
        check(platforms.make(kind, change))
