"""The `Rules` of a template: what CloudFormation refuses before it makes anything.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.stacks.templates import Document, TemplateError, equal


def check_rules(document: Document, parameters: Mapping[str, Any]) -> None:
    """Raises TemplateError with the sentence of the first assertion that does not hold."""
    for name, rule in document.get("Rules", {}).items():
        if "RuleCondition" in rule and not _value(rule["RuleCondition"], parameters):
            continue
        for assertion in rule["Assertions"]:
            if not _value(assertion["Assert"], parameters):
                raise TemplateError(f"{name}: {assertion['AssertDescription']}")


def _value(node: Any, parameters: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_value(each, parameters) for each in node]
    if not isinstance(node, dict):
        return node
    name, argument = next(iter(node.items()))
    if name == "Ref":
        if argument not in parameters:
            raise TemplateError(f"A rule refers to {argument}, which is no parameter.")
        return parameters[argument]
    if name not in _FUNCTIONS:
        raise TemplateError(f"{name} is no function of a rule.")
    return _FUNCTIONS[name](_value(argument, parameters))


def _contains(values: Any, wanted: Any) -> bool:
    return any(equal(each, wanted) for each in values)


_FUNCTIONS: dict[str, Callable[[Any], bool]] = {
    "Fn::And": all,
    "Fn::Or": any,
    "Fn::Not": lambda one: not one[0],
    "Fn::Equals": lambda pair: equal(*pair),
    "Fn::Contains": lambda pair: _contains(*pair),
    "Fn::EachMemberEquals": lambda pair: all(equal(each, pair[1]) for each in pair[0]),
    "Fn::EachMemberIn": lambda pair: all(_contains(pair[1], each) for each in pair[0]),
}
