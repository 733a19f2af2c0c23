"""Evaluator of a template's values: its intrinsic functions and its conditions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ecs_emulator.stacks.arguments import items, plain
from ecs_emulator.stacks.documents import Document
from ecs_emulator.stacks.errors import TemplateError, at, shown
from ecs_emulator.stacks.functions import EXTENSIONS, FUNCTIONS
from ecs_emulator.stacks.order import depth_first
from ecs_emulator.stacks.quotas import TEXT, Budget
from ecs_emulator.stacks.references import VARIABLE, conditions_of
from ecs_emulator.stacks.values import NO_VALUE, UNKNOWN, as_list, equal, is_unknown

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"


def extends_language(document: Document) -> bool:
    """True when a template has the transform AWS::LanguageExtensions.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html
    """
    return LANGUAGE_EXTENSIONS in as_list(document.get("Transform", []))


class Evaluator:
    """The values of one template. `resource(id, attribute)` answers for `!Ref` (attribute None) and `!GetAtt`.

    It is asked when a value is needed and not before, so a resource can be made when it is first referred to.
    """

    def __init__(
        self,
        document: Document,
        parameters: Mapping[str, Any],
        pseudo: Mapping[str, Any],
        imports: Mapping[str, str],
        resource: Callable[[str, str | None], Any],
    ) -> None:
        self._document = document
        self._names = {**pseudo, "AWS::NoValue": NO_VALUE, **parameters}
        self._imports = imports
        self._resource = resource
        self._budget = Budget()
        self._conditions: dict[str, bool] = {}  # those that are worked out

    def value(self, node: Any) -> Any:
        """`node` with every intrinsic function worked out. Raises TemplateError, with the path inside of `node`."""
        self._budget.spend(1)
        if isinstance(node, list):
            values = [self._part(index, each) for index, each in enumerate(node)]
            return [value for value in values if value is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            if name in _METHODS:
                return self._counted(getattr(self, _METHODS[name])(argument))
            if name in FUNCTIONS:
                return self._counted(FUNCTIONS[name](self.value(argument)))
            if name in EXTENSIONS and extends_language(self._document):
                return self._counted(EXTENSIONS[name](self.value(argument)))
            if name.startswith("Fn::"):
                raise TemplateError(f"{name} is not emulated here.")
        named = {name: self._part(name, each) for name, each in node.items()}
        return {name: value for name, value in named.items() if value is not NO_VALUE}

    def condition(self, name: str) -> bool:
        """True when the named condition holds. Raises TemplateError."""
        conditions = self._document.get("Conditions", {})
        if name not in conditions:
            raise TemplateError(f"There is no condition {name}.")
        if name in self._conditions:
            return self._conditions[name]
        with at("Conditions", name):
            needed = list(depth_first([name], lambda each: conditions_of(conditions[each], conditions)))
        for each in needed:
            if each not in self._conditions:
                with at("Conditions", each):
                    self._conditions[each] = bool(self.value(conditions[each]))
        return self._conditions[name]

    def _part(self, name: object, node: Any) -> Any:
        try:
            return self.value(node)
        except TemplateError as error:
            error.within(name)
            raise

    def _counted(self, value: Any) -> Any:
        """What a function gives: by functions values grow beyond the template."""
        if isinstance(value, list):
            self._budget.spend(len(value))
        elif isinstance(value, str):
            self._budget.spend(len(value) // 100)
            if len(value) > TEXT:
                raise TemplateError(f"the value has more than {TEXT} characters.")
        return value

    def _ref(self, argument: Any) -> Any:
        name = plain("Ref", argument)
        if name in self._names:
            return self._names[name]
        if name not in self._document["Resources"]:
            raise TemplateError(f"Ref to {name}, which is no parameter and no resource.")
        return self._resource(name, None)

    def _get_att(self, argument: Any) -> Any:
        pair = argument.split(".", 1) if isinstance(argument, str) else argument
        name, attribute = items("Fn::GetAtt", pair, 2)
        if plain("Fn::GetAtt", name) not in self._document["Resources"]:
            raise TemplateError(f"GetAtt of {name}, which is no resource.")
        return self._resource(name, plain("Fn::GetAtt", self.value(attribute)))

    def _sub(self, argument: Any) -> str:
        text, given = items("Fn::Sub", argument, 2) if isinstance(argument, list) else (argument, {})
        if not isinstance(given, dict):
            raise TemplateError(f"Fn::Sub takes a mapping of names to values; it is {shown(given)}.")
        values = {name: self.value(each) for name, each in given.items()}
        length = 0

        def filled(match: re.Match[str]) -> str:
            nonlocal length
            self._budget.spend(1)
            name = match[1].strip()
            if name.startswith("!"):  # `${!literal}` stays `${literal}`
                return "${" + name[1:] + "}"
            found = values[name] if name in values else self._ref(name) if "." not in name else self._get_att(name)
            text = plain("Fn::Sub", found)
            length += len(text)
            if length > TEXT:
                raise TemplateError(f"the value has more than {TEXT} characters.")
            return text

        return VARIABLE.sub(filled, plain("Fn::Sub", text))

    def _if(self, argument: Any) -> Any:
        name, yes, no = items("Fn::If", argument, 3)
        return self.value(yes if self.condition(plain("Fn::If", name)) else no)

    def _condition(self, argument: Any) -> bool:
        return self.condition(plain("Condition", argument))

    def _find_in_map(self, argument: Any) -> Any:
        *names, default = [*items("Fn::FindInMap", argument, 3, 4), None][:4]
        name, first, second = (plain("Fn::FindInMap", self.value(each)) for each in names)
        if is_unknown([first, second]):
            return UNKNOWN
        try:
            return self._document.get("Mappings", {})[name][first][second]
        except KeyError:
            if isinstance(default, dict) and "DefaultValue" in default:
                return self.value(default["DefaultValue"])
            raise TemplateError(f"The mapping {name} has no {first}.{second}.") from None

    def _import(self, argument: Any) -> Any:
        name = plain("Fn::ImportValue", self.value(argument))
        if name not in self._imports:
            raise TemplateError(f"No export named {name} found.")
        return self._imports[name]

    def _zones(self, argument: Any) -> list[str]:
        region = plain("Fn::GetAZs", self.value(argument) or self._names["AWS::Region"])
        return [f"{region}{letter}" for letter in "abc"]

    def _equals(self, argument: Any) -> bool:
        one, other = items("Fn::Equals", self.value(argument), 2)
        return equal(one, other)

    def _and(self, argument: Any) -> bool:
        return all(self.value(each) for each in items("Fn::And", argument, 1, 10))

    def _or(self, argument: Any) -> bool:
        return any(self.value(each) for each in items("Fn::Or", argument, 1, 10))


# Methods that work out their arguments themselves, or not at all; an evaluator of its own may do otherwise.
_METHODS: dict[str, str] = {
    "Ref": "_ref",
    "Condition": "_condition",
    "Fn::GetAtt": "_get_att",
    "Fn::Sub": "_sub",
    "Fn::If": "_if",
    "Fn::Equals": "_equals",
    "Fn::And": "_and",
    "Fn::Or": "_or",
    "Fn::FindInMap": "_find_in_map",
    "Fn::GetAZs": "_zones",
    "Fn::ImportValue": "_import",
}
