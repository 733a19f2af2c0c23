"""Corrections of moto's load balancers: what its store loses or lets pass.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from ecs_emulator.cloud import (
    attribute_values,
    listener_attributes,
    listener_protocols,
    listener_rules,
    target_group_attributes,
    target_groups,
)
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_elbv2 import elbv2_store, no_marker
from ecs_emulator.cloud.rules import complete_action
from ecs_emulator.cloud.rules import target_groups as groups_of
from ecs_emulator.cloud.service import Operations

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        CreateListenerInputTypeDef,
        CreateLoadBalancerInputTypeDef,
        DeleteLoadBalancerInputTypeDef,
        DescribeListenersInputTypeDef,
        DescribeLoadBalancerAttributesInputTypeDef,
        DescribeLoadBalancersInputTypeDef,
        DescribeSSLPoliciesInputTypeDef,
        DescribeTagsInputTypeDef,
        ModifyListenerInputTypeDef,
        ModifyLoadBalancerAttributesInputTypeDef,
    )

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#load-balancer-attributes
_ATTRIBUTES = {
    "access_logs.s3.enabled": "false",
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.enabled": "false",
    "idle_timeout.timeout_seconds": "60",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}

# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#load-balancer-attributes
_NETWORK_ATTRIBUTES = {
    "access_logs.s3.enabled": "false",
    "deletion_protection.enabled": "false",
    "dns_record.client_routing_policy": "any_availability_zone",
    "load_balancing.cross_zone.enabled": "false",
    "zonal_shift.config.enabled": "false",
}
_NETWORK_ONLY = {"dns_record.client_routing_policy"}
_TAGGED = {"listener", "listener-rule", "loadbalancer", "targetgroup", "truststore"}
_LONGEST_NAME = 32
_ZONES = 2  # in which an application load balancer is, at least
_DNS_NAME = re.compile(rb"(<LoadBalancerArn>([^<]*)</LoadBalancerArn>.*?)<DNSName>[^<]*</DNSName>", re.DOTALL)


def address(name: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """Rewriter that puts what `name` gives for its ARN (`localhost:8080`) as DNS name of each load balancer."""

    def put(answer: bytes) -> bytes:
        return _DNS_NAME.sub(lambda found: found[1] + f"<DNSName>{name(found[2].decode())}</DNSName>".encode(), answer)

    return put


def state(current: Callable[[], tuple[str, str]]) -> Callable[[bytes], bytes]:
    """Rewriter that puts the current state (code, and reason if any) of the load balancers into an answer."""

    def put(answer: bytes) -> bytes:
        code, reason = current()
        content = f"<Code>{code}</Code>" + (f"<Reason>{escape(reason)}</Reason>" if reason else "")
        # Without groups in the replacement: a reason is no pattern.
        return re.sub(rb"<State>.*?</State>", lambda _: f"<State>{content}</State>".encode(), answer, flags=re.DOTALL)

    return put


def create_load_balancer(given: CreateLoadBalancerInputTypeDef) -> None:
    _check_name(given["Name"])
    with elbv2_store() as store:
        subnets = [*given.get("Subnets", ()), *(each.get("SubnetId", "") for each in given.get("SubnetMappings", ()))]
        found = [subnet for each in dict.fromkeys(subnets) if (subnet := store.ec2_backend.get_subnet(each))]
        zones = {subnet.availability_zone for subnet in found}
        if given.get("Type", "application") == "application" and len(subnets) < _ZONES:
            message = "At least two subnets in two different Availability Zones must be specified"
            raise AwsError("ValidationError", message)
        if len(zones) < len(found):
            message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
            raise AwsError("InvalidConfigurationRequest", message)
        if given["Name"] in [balancer.name for balancer in store.load_balancers.values()]:
            message = f"A load balancer with the same name '{given['Name']}' exists, but with different settings"
            raise AwsError("DuplicateLoadBalancerName", message)


def _check_name(name: str) -> None:
    """Raises AwsError for what is no name of a load balancer."""
    if len(name) > _LONGEST_NAME:
        problem = f"cannot be longer than '{_LONGEST_NAME}' characters"
    elif not re.fullmatch("[a-zA-Z0-9-]*", name):
        problem = "can only contain characters that are alphanumeric characters and hyphens(-)"
    elif name != name.strip("-"):
        problem = "cannot begin or end with '-'"
    elif name.startswith("internal-"):
        problem = "cannot begin with 'internal-'"
    else:
        return
    raise AwsError("ValidationError", f"The load balancer name '{name}' {problem}")


def describe_load_balancers(given: DescribeLoadBalancersInputTypeDef) -> None:
    with elbv2_store() as store:
        if given.get("Marker") and given["Marker"] not in [each.name for each in store.load_balancers.values()]:
            raise no_marker(given["Marker"])
        for balancer in store.load_balancers.values():
            balancer.scheme = balancer.scheme or "internet-facing"


def delete_load_balancer(given: DeleteLoadBalancerInputTypeDef) -> None:
    with elbv2_store() as store:
        balancer = store.load_balancers.get(given["LoadBalancerArn"])
        if balancer and balancer.attrs["deletion_protection.enabled"] == "true":
            message = f"Load balancer '{balancer.arn}' cannot be deleted because deletion protection is enabled"
            raise AwsError("OperationNotPermitted", message)


def complete_attributes(
    given: DescribeLoadBalancerAttributesInputTypeDef | ModifyLoadBalancerAttributesInputTypeDef,
) -> None:
    with elbv2_store() as store:
        if balancer := store.load_balancers.get(given["LoadBalancerArn"]):
            known = _NETWORK_ATTRIBUTES if balancer.type == "network" else _ATTRIBUTES
            balancer.attrs = {**known, **balancer.attrs}


def modify_attributes(given: ModifyLoadBalancerAttributesInputTypeDef) -> None:
    complete_attributes(given)
    values = attribute_values.given(given["Attributes"])
    with elbv2_store() as store:
        if balancer := store.load_balancers.get(given["LoadBalancerArn"]):
            foreign = _ATTRIBUTES.keys() - _NETWORK_ATTRIBUTES.keys() if balancer.type == "network" else _NETWORK_ONLY
            for key in values:
                if key in foreign:
                    message = f"Load balancer attribute key '{key}' is not supported on load balancers with type "
                    raise AwsError("InvalidConfigurationRequest", message + f"'{balancer.type}'")
                if key not in balancer.VALID_ATTRS:
                    raise AwsError("ValidationError", f"Load balancer attribute key '{key}' is not recognized")
            attribute_values.check_values(values)


def create_listener(given: CreateListenerInputTypeDef) -> None:
    listener_protocols.check_ssl_policy(given.get("SslPolicy"))
    with elbv2_store() as store:
        _check_port(store, given["LoadBalancerArn"], given.get("Port"))
        balancer = store.load_balancers.get(given["LoadBalancerArn"])
        if balancer:
            protocol = given.get("Protocol", "")
            listener_protocols.check_actions(store, balancer.type, protocol, given.get("Port"), given["DefaultActions"])
            listener_protocols.check_certificates(protocol, given.get("Certificates", ()))


def describe_listeners(_given: DescribeListenersInputTypeDef) -> None:
    with elbv2_store() as store:
        for balancer in store.load_balancers.values():
            for action in [action for each in balancer.listeners.values() for action in each.default_actions]:
                # moto tells an action's attributes.
                vars(action).update(complete_action(action.data))


def modify_listener(given: ModifyListenerInputTypeDef) -> None:
    listener_protocols.check_ssl_policy(given.get("SslPolicy"))
    with elbv2_store() as store:
        listener = store.describe_listeners(None, [given["ListenerArn"]])[0]
        if given.get("Port") != listener.port:
            _check_port(store, listener.load_balancer_arn, given.get("Port"))
        for action in given.get("DefaultActions", []):
            for group in groups_of(action):
                store.describe_target_groups(None, [group["TargetGroupArn"]], None)
        kind = store.load_balancers[listener.load_balancer_arn].type
        actions = given.get("DefaultActions", [action.data for action in listener.default_actions])
        protocol = given.get("Protocol", listener.protocol)
        listener_protocols.check_actions(store, kind, protocol, given.get("Port", listener.port), actions)
        listener_protocols.check_certificates(protocol, given.get("Certificates", ()), listener.certificates)


def describe_tags(given: DescribeTagsInputTypeDef) -> None:
    with elbv2_store() as store:
        for arn in given["ResourceArns"]:
            kind = arn.split(":", 5)[-1].partition("/")[0]
            if kind not in _TAGGED:
                raise AwsError("ValidationError", f"'{arn}' is not a valid resource ARN")
            if kind in ("loadbalancer", "targetgroup"):
                store._get_resource_by_arn(arn)


def describe_ssl_policies(given: DescribeSSLPoliciesInputTypeDef) -> None:
    for name in given.get("Names", ()):
        listener_protocols.check_ssl_policy(name)


def _check_port(store: Any, balancer_arn: str, port: int | None) -> None:
    if port in [listener.port for listener in store.describe_listeners(balancer_arn, [])]:
        raise AwsError("DuplicateListener", f"A listener already exists on this port for this load balancer '{port}'")


OPERATIONS: Operations = {
    # moto answers all of these after this.
    "CreateLoadBalancer": create_load_balancer,
    "DescribeLoadBalancers": describe_load_balancers,
    "DeleteLoadBalancer": delete_load_balancer,
    "DescribeLoadBalancerAttributes": complete_attributes,
    "ModifyLoadBalancerAttributes": modify_attributes,
    "CreateListener": create_listener,
    "DescribeListeners": describe_listeners,
    "ModifyListener": modify_listener,
    "DescribeTags": describe_tags,
    "DescribeSSLPolicies": describe_ssl_policies,
    **listener_attributes.OPERATIONS,
    **listener_rules.OPERATIONS,
    **target_group_attributes.OPERATIONS,
    **target_groups.OPERATIONS,
}
