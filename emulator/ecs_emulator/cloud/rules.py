"""Listener rules as AWS tells them: conditions and actions, whichever of its two ways they were written in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from ecs_emulator.cloud.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        ActionOutputTypeDef,
        ActionUnionTypeDef,
        RuleConditionOutputTypeDef,
        TargetGroupStickinessConfigTypeDef,
        TargetGroupTupleTypeDef,
    )

Condition = Mapping[str, Any]  # in either of its ways

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
_CONFIGS = {
    "host-header": "HostHeaderConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "path-pattern": "PathPatternConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}
_SHORT = ("host-header", "path-pattern")
_ONCE = ("host-header", "http-request-method", "path-pattern", "source-ip")

# What a regular expression of a rule cannot have, after the parts of one in which it would be plain text.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
_PART = re.compile(
    r"(?P<unsupported>\\[1-9pPkg]|\(\?(?:[=!>R&]|<[=!]|P[=>]|[+-]?\d)|[*+?}]\+)|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]",
    re.DOTALL,
)


def with_values(conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions as a reader understands them who knows no regular expressions: moto. Raises AwsError."""
    given = list(conditions)
    for field, count in Counter(condition.get("Field") for condition in given).items():
        if field in _ONCE and count > 1:
            raise AwsError("ValidationError", f"A rule can include up to one '{field}' condition")
    return [_with_values(condition) for condition in given]


def _with_values(condition: Condition) -> Condition:
    name = _CONFIGS.get(condition.get("Field", ""))
    if name is None:
        raise AwsError("ValidationError", f"Condition field '{condition.get('Field')}' must be one of {list(_CONFIGS)}")
    if name in condition and ("Values" in condition or "RegexValues" in condition):
        raise AwsError("ValidationError", f"You cannot specify both Values and {name} for a condition")
    config = condition.get(name, condition)
    values, expressions = config.get("Values"), config.get("RegexValues")
    if not values and not expressions:
        raise AwsError("ValidationError", "A condition value must be specified")
    if values and expressions:
        raise AwsError("ValidationError", "You cannot provide both Values and RegexValues for a condition")
    if name == "HttpHeaderConfig" and not config.get("HttpHeaderName"):
        raise AwsError("ValidationError", "An HTTP header name must be specified")
    if not expressions:
        return condition
    for expression in expressions:
        if found := next((each["unsupported"] for each in _PART.finditer(expression) if each["unsupported"]), None):
            raise AwsError("ValidationError", f"The regular expression '{expression}' has '{found}', not supported")
    return {"Field": condition["Field"], name: {**config, "Values": expressions}}


def complete_condition(condition: Condition) -> RuleConditionOutputTypeDef:
    """Values of a host or a path both ways, as DescribeRules tells them."""
    field = condition["Field"]
    if field not in _SHORT:
        return cast("RuleConditionOutputTypeDef", condition)
    config = condition.get(_CONFIGS[field]) or {
        name: condition[name] for name in ("Values", "RegexValues") if condition.get(name)
    }
    return cast("RuleConditionOutputTypeDef", {"Field": field, **config, _CONFIGS[field]: config})


def complete_action(action: ActionUnionTypeDef) -> ActionOutputTypeDef:
    """A forward both ways where it has one target group, and always with its ForwardConfig."""
    complete = cast("ActionOutputTypeDef", action)
    if complete.get("Type") != "forward":
        return complete
    config = complete.get("ForwardConfig") or {}
    arn = complete.get("TargetGroupArn")
    given = config.get("TargetGroups") or ([{"TargetGroupArn": arn}] if arn else [])
    groups: list[TargetGroupTupleTypeDef] = [{"Weight": 1, **group} for group in given if "TargetGroupArn" in group]
    off: TargetGroupStickinessConfigTypeDef = {"Enabled": False}
    sticky = config.get("TargetGroupStickinessConfig", off)
    one: ActionOutputTypeDef = {**complete}
    if len(groups) == 1:
        one["TargetGroupArn"] = groups[0]["TargetGroupArn"]
    return {**one, "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky}}


def target_groups(action: ActionUnionTypeDef) -> list[TargetGroupTupleTypeDef]:
    """Target groups of a forward, each with its weight; none of any other action."""
    return list(complete_action(action).get("ForwardConfig", {}).get("TargetGroups", []))
