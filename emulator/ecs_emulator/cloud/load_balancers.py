"""Corrections of moto's load balancers: what its store loses or lets pass.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID

from ecs_emulator.cloud import listener_attributes
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.load_balancer_quotas import check_rules, check_values
from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from ecs_emulator.cloud.moto_ec2 import elbv2_backends
from ecs_emulator.cloud.rules import complete_action, complete_condition, with_values
from ecs_emulator.cloud.service import Answer, Operations
from ecs_emulator.local import REGION

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        CreateListenerInputTypeDef,
        CreateLoadBalancerInputTypeDef,
        CreateRuleInputTypeDef,
        DeleteLoadBalancerInputTypeDef,
        DeleteRuleInputTypeDef,
        DescribeListenersInputTypeDef,
        DescribeLoadBalancerAttributesInputTypeDef,
        DescribeLoadBalancersInputTypeDef,
        DescribeRulesInputTypeDef,
        DescribeTargetGroupsInputTypeDef,
        ModifyListenerInputTypeDef,
        ModifyLoadBalancerAttributesInputTypeDef,
        ModifyRuleInputTypeDef,
        ModifyTargetGroupAttributesInputTypeDef,
        RuleTypeDef,
        SetRulePrioritiesInputTypeDef,
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
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
_GROUP_ATTRIBUTES = re.compile(
    r"deregistration_delay\.timeout_seconds|slow_start\.duration_seconds|stickiness\.(enabled|type)"
    r"|stickiness\.(lb|app)_cookie\.(duration_seconds|cookie_name)|load_balancing\.cross_zone\.enabled"
    r"|load_balancing\.algorithm\.(type|anomaly_mitigation)|lambda\.multi_value_headers\.enabled"
    r"|target_group_health\.(dns_failover|unhealthy_state_routing)\.minimum_healthy_targets\.(count|percentage)"
)


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


@contextmanager
def _store() -> Iterator[Any]:
    """What moto has, for us alone. Raises AwsError for moto's errors."""
    with MOTO_LOCK:
        try:
            yield elbv2_backends[DEFAULT_ACCOUNT_ID][REGION]
        except ServiceException as error:
            raise AwsError(error.code, error.message) from None


def create_rule(given: CreateRuleInputTypeDef) -> Answer:
    _check_rule(given)
    if not given["Conditions"]:  # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/add-rule.html
        raise AwsError("ValidationError", "A rule must specify an action and a condition")
    if given["Priority"] > 50_000:
        raise AwsError("ValidationError", "The priority of a rule is between 1 and 50000.")
    with _store() as store:
        check_rules(store, given["ListenerArn"])
        rule = store.create_rule(
            given["ListenerArn"],
            with_values(given["Conditions"]),
            given["Priority"],
            given["Actions"],
            given.get("Tags"),
        )
        rule.conditions = given["Conditions"]
        return {"Rules": [_description(rule)]}


def modify_rule(given: ModifyRuleInputTypeDef) -> Answer:
    _check_rule(given)
    with _store() as store:
        conditions = given.get("Conditions", [])
        rule = store.modify_rule(given["RuleArn"], with_values(conditions), given.get("Actions", []))
        rule.conditions = conditions or rule.conditions
        return {"Rules": [_description(rule)]}


def _check_rule(given: CreateRuleInputTypeDef | ModifyRuleInputTypeDef) -> None:
    if given.get("Transforms"):
        raise AwsError("ValidationError", "Transforms are not emulated here.")
    check_values(given.get("Conditions", []))


def describe_rules(given: DescribeRulesInputTypeDef) -> Answer:
    """In the order in which they are tried."""
    with _store() as store:
        rules = sorted(store.describe_rules(given.get("ListenerArn"), given.get("RuleArns")), key=_order)
        start = next((number for number, rule in enumerate(rules, 1) if rule.arn == given.get("Marker")), 0)
        page = rules[start : start + given.get("PageSize", 400)]
        more = {"NextMarker": page[-1].arn} if page and page[-1] is not rules[-1] else {}
        return {"Rules": [_description(rule) for rule in page], **more}


def set_rule_priorities(given: SetRulePrioritiesInputTypeDef) -> Answer:
    """All at once, so that two rules may change places."""
    with _store() as store:
        priorities = {each["RuleArn"]: each["Priority"] for each in given["RulePriorities"]}
        rules = store.describe_rules(None, list(priorities))
        if any(rule.is_default for rule in rules):
            raise AwsError("OperationNotPermitted", "Default rules' priorities cannot be modified")
        for rule in rules:
            others = [each for each in store.describe_rules(rule.listener_arn, None) if each is not rule]
            if priorities[rule.arn] in [priorities.get(each.arn, each.priority) for each in others]:
                raise AwsError("PriorityInUse", f"Priority '{priorities[rule.arn]}' is currently in use")
        for rule in rules:
            rule.priority = priorities[rule.arn]
        return {"Rules": [_description(rule) for rule in sorted(rules, key=_order)]}


def delete_rule(given: DeleteRuleInputTypeDef) -> None:
    with _store() as store:
        if store.describe_rules(None, [given["RuleArn"]])[0].is_default:
            raise AwsError("OperationNotPermitted", f"Default rule '{given['RuleArn']}' cannot be deleted")


def _order(rule: Any) -> int:
    return 50_001 if rule.is_default else int(rule.priority)


def _description(rule: Any) -> RuleTypeDef:
    return {
        "RuleArn": rule.arn,
        "Priority": str(rule.priority),
        "Conditions": [complete_condition(condition) for condition in rule.conditions],
        "Actions": [complete_action(action.data) for action in rule.actions],
        "IsDefault": rule.is_default,
    }


def create_load_balancer(given: CreateLoadBalancerInputTypeDef) -> None:
    with _store() as store:
        if given["Name"] in [balancer.name for balancer in store.load_balancers.values()]:
            message = f"A load balancer with the same name '{given['Name']}' exists, but with different settings"
            raise AwsError("DuplicateLoadBalancerName", message)


def describe_load_balancers(_given: DescribeLoadBalancersInputTypeDef) -> None:
    with _store() as store:
        for balancer in store.load_balancers.values():
            balancer.scheme = balancer.scheme or "internet-facing"


def delete_load_balancer(given: DeleteLoadBalancerInputTypeDef) -> None:
    with _store() as store:
        balancer = store.load_balancers.get(given["LoadBalancerArn"])
        if balancer and balancer.attrs["deletion_protection.enabled"] == "true":
            message = f"Load balancer '{balancer.arn}' cannot be deleted because deletion protection is enabled"
            raise AwsError("OperationNotPermitted", message)


def complete_attributes(
    given: DescribeLoadBalancerAttributesInputTypeDef | ModifyLoadBalancerAttributesInputTypeDef,
) -> None:
    with _store() as store:
        if balancer := store.load_balancers.get(given["LoadBalancerArn"]):
            balancer.attrs = {**_ATTRIBUTES, **balancer.attrs}


def create_listener(given: CreateListenerInputTypeDef) -> None:
    with _store() as store:
        _check_port(store, given["LoadBalancerArn"], given.get("Port"))


def describe_listeners(_given: DescribeListenersInputTypeDef) -> None:
    with _store() as store:
        for balancer in store.load_balancers.values():
            for action in [action for each in balancer.listeners.values() for action in each.default_actions]:
                # moto tells an action's attributes.
                vars(action).update(complete_action(action.data))


def modify_listener(given: ModifyListenerInputTypeDef) -> None:
    with _store() as store:
        listener = store.describe_listeners(None, [given["ListenerArn"]])[0]
        if given.get("Port") != listener.port:
            _check_port(store, listener.load_balancer_arn, given.get("Port"))
        for action in given.get("DefaultActions", []):
            for group in complete_action(action).get("ForwardConfig", {}).get("TargetGroups", []):
                store.describe_target_groups(None, [group["TargetGroupArn"]], None)


def _check_port(store: Any, balancer_arn: str, port: int | None) -> None:
    if port in [listener.port for listener in store.describe_listeners(balancer_arn, [])]:
        raise AwsError("DuplicateListener", f"A listener already exists on this port for this load balancer '{port}'")


def describe_target_groups(_given: DescribeTargetGroupsInputTypeDef) -> None:
    """moto notes a load balancer when a rule is made, and neither when one is changed nor when one is gone."""
    with _store() as store:
        using: dict[str, set[str]] = {}
        for balancer in store.load_balancers.values():
            for listener in balancer.listeners.values():
                for action in [action for rule in listener.rules.values() for action in rule.actions]:
                    for group in complete_action(action.data).get("ForwardConfig", {}).get("TargetGroups", []):
                        using.setdefault(group["TargetGroupArn"], set()).add(balancer.arn)
        for arn, group in store.target_groups.items():
            group.load_balancer_arns = sorted(using.get(arn, ()))


def modify_target_group_attributes(given: ModifyTargetGroupAttributesInputTypeDef) -> None:
    for attribute in given["Attributes"]:
        if not _GROUP_ATTRIBUTES.fullmatch(attribute["Key"]):
            raise AwsError("ValidationError", f"Target group attribute key '{attribute['Key']}' is not recognized")


OPERATIONS: Operations = {
    "CreateRule": create_rule,
    "ModifyRule": modify_rule,
    "DescribeRules": describe_rules,
    "SetRulePriorities": set_rule_priorities,
    # moto answers the others after this.
    "DeleteRule": delete_rule,
    "CreateLoadBalancer": create_load_balancer,
    "DescribeLoadBalancers": describe_load_balancers,
    "DeleteLoadBalancer": delete_load_balancer,
    "DescribeLoadBalancerAttributes": complete_attributes,
    "ModifyLoadBalancerAttributes": complete_attributes,
    "CreateListener": create_listener,
    "DescribeListeners": describe_listeners,
    "ModifyListener": modify_listener,
    "DescribeTargetGroups": describe_target_groups,
    "ModifyTargetGroupAttributes": modify_target_group_attributes,
    **listener_attributes.OPERATIONS,
}
