"""`Rules` of a template: what CloudFormation refuses before it makes anything.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ecs_emulator.stacks.arguments import items
from ecs_emulator.stacks.errors import TemplateError, at, shown
from ecs_emulator.stacks.quotas import Budget
from ecs_emulator.stacks.templates import Document
from ecs_emulator.stacks.values import as_text, equal


def check_rules(document: Document, parameters: Mapping[str, Any]) -> None:
    """Raises TemplateError with the sentence of the first assertion that does not hold."""
    rules = _Rules(parameters)
    for name, rule in document.get("Rules", {}).items():
        with at("Rules", name):
            if "RuleCondition" in rule and not rules.value(rule["RuleCondition"]):
                continue
            failed = [each for each in rule["Assertions"] if not rules.value(each["Assert"])]
        if failed:
            raise TemplateError(f"{name}: {failed[0].get('AssertDescription', 'an assertion does not hold.')}")


class _Rules:
    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters
        self._budget = Budget()

    def value(self, node: Any) -> Any:
        self._budget.spend(1)
        if isinstance(node, list):
            return [self.value(each) for each in node]
        if not isinstance(node, dict):
            return node
        [(name, argument)] = items("A rule", list(node.items()), 1)
        if name == "Ref":
            if not isinstance(argument, str) or argument not in self._parameters:
                raise TemplateError(f"A rule refers to {shown(argument)}, which is no parameter.")
            found = self._parameters[argument]
            self._budget.spend(len(found))
            return found
        if name not in _FUNCTIONS:
            raise TemplateError(f"{name} is no function of a rule.")
        least, most, function = _FUNCTIONS[name]
        return function(items(name, self.value(argument), least, most))


def _contains(values: Any, value: Any) -> bool:
    return any(equal(each, value) for each in _listed(values))


def _all_in(values: Any, among: Any) -> bool:
    return set(map(as_text, _listed(values))) <= set(map(as_text, _listed(among)))


def _listed(values: Any) -> list[Any]:
    if not isinstance(values, list):
        raise TemplateError(f"A rule looks into a list; it is {shown(values)}.")
    return values


_FUNCTIONS: dict[str, tuple[int, int, Callable[[list[Any]], bool]]] = {
    "Fn::And": (1, 10, all),
    "Fn::Or": (1, 10, any),
    "Fn::Not": (1, 1, lambda one: not one[0]),
    "Fn::Equals": (2, 2, lambda pair: equal(*pair)),
    "Fn::Contains": (2, 2, lambda pair: _contains(*pair)),
    "Fn::EachMemberEquals": (2, 2, lambda pair: all(equal(each, pair[1]) for each in _listed(pair[0]))),
    "Fn::EachMemberIn": (2, 2, lambda pair: _all_in(*pair)),
}
