"""Listener rules: corrections of what moto loses or lets pass of them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.listener_protocols import check_actions
from ecs_emulator.cloud.load_balancer_quotas import check_rules, check_values
from ecs_emulator.cloud.moto_elbv2 import elbv2_store, no_marker
from ecs_emulator.cloud.rules import complete_action, complete_condition, with_values
from ecs_emulator.cloud.service import Answer, Operations

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        CreateRuleInputTypeDef,
        DeleteRuleInputTypeDef,
        DescribeRulesInputTypeDef,
        ModifyRuleInputTypeDef,
        RuleTypeDef,
        SetRulePrioritiesInputTypeDef,
    )


def create_rule(given: CreateRuleInputTypeDef) -> Answer:
    _check_rule(given)
    if not given["Conditions"]:  # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/add-rule.html
        raise AwsError("ValidationError", "A rule must specify an action and a condition")
    if given["Priority"] > 50_000:
        raise AwsError("ValidationError", "The priority of a rule is between 1 and 50000.")
    with elbv2_store() as store:
        [listener] = store.describe_listeners(None, [given["ListenerArn"]])
        if store.load_balancers[listener.load_balancer_arn].type == "network":
            raise AwsError("ValidationError", "The listener must be associated with an Application Load Balancer.")
        check_actions(store, "application", listener.protocol, listener.port, given["Actions"])
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
    with elbv2_store() as store:
        [rule] = store.describe_rules(None, [given["RuleArn"]])
        [listener] = store.describe_listeners(None, [rule.listener_arn])
        if "Actions" in given:
            check_actions(store, "application", listener.protocol, listener.port, given["Actions"])
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
    with elbv2_store() as store:
        rules = sorted(store.describe_rules(given.get("ListenerArn"), given.get("RuleArns")), key=_order)
        arns = [rule.arn for rule in rules]
        if given.get("Marker") and given["Marker"] not in arns:
            raise no_marker(given["Marker"])
        start = arns.index(given["Marker"]) + 1 if given.get("Marker") else 0
        page = rules[start : start + given.get("PageSize", 400)]
        more = {"NextMarker": page[-1].arn} if page and page[-1] is not rules[-1] else {}
        return {"Rules": [_description(rule) for rule in page], **more}


def set_rule_priorities(given: SetRulePrioritiesInputTypeDef) -> Answer:
    """All at once, so that two rules may change places."""
    with elbv2_store() as store:
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
    with elbv2_store() as store:
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


OPERATIONS: Operations = {
    "CreateRule": create_rule,
    "ModifyRule": modify_rule,
    "DescribeRules": describe_rules,
    "SetRulePriorities": set_rule_priorities,
    # moto answers after this.
    "DeleteRule": delete_rule,
}
