"""CloudFormation templates: reading them, and working out the values in them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import ipaddress
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml

Document = dict[str, Any]


class TemplateError(Exception):
    """A template that cannot be played; the message says where and why."""


if TYPE_CHECKING:
    from yaml import SafeLoader
else:
    # The one in C, where PyYAML was built with it, takes a seventh of the time.
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(SafeLoader):
    """YAML with CloudFormation's short forms: `!Ref X` reads as `{"Ref": "X"}`."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Document:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if name == "Fn::GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(cast("yaml.MappingNode", node), deep=True)}


_Loader.add_multi_constructor("!", _short_form)
# Dates such as a policy's `Version: 2012-10-17` stay text, as CloudFormation reads them.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_template(path: Path) -> Document:
    """The template in a YAML or JSON file. Raises TemplateError."""
    try:
        return parsed_template(path.read_text(), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path.name}: {error}") from error


def parsed_template(text: str, name: str) -> Document:
    """The template in a YAML or JSON text; `name` is what errors call it. Raises TemplateError."""
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        raise TemplateError(f"{name}: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise TemplateError(f"{name} has no Resources.")
    if "Transform" in document:
        raise TemplateError(f"{name}: the transform {document['Transform']} is not played here.")
    for logical_id, resource in document["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise TemplateError(f"{name}: {logical_id} has no Type.")
    return document


NO_VALUE = object()  # AWS::NoValue: the property is as if it were not there
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"  # what is known when the resource that it is asked of has been made


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

    def value(self, node: Any) -> Any:
        """`node` with every intrinsic function worked out. Raises TemplateError."""
        if isinstance(node, list):
            return [value for each in node if (value := self.value(each)) is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, argument)
            if isinstance(name, str) and name.startswith("Fn::"):
                raise TemplateError(f"{name} is not played here.")
        return {name: value for name, each in node.items() if (value := self.value(each)) is not NO_VALUE}

    def condition(self, name: str) -> bool:
        """Whether the named condition holds. Raises TemplateError."""
        conditions = self._document.get("Conditions", {})
        if name not in conditions:
            raise TemplateError(f"There is no condition {name}.")
        return bool(self.value(conditions[name]))

    def _ref(self, name: str) -> Any:
        if name in self._names:
            return self._names[name]
        if name not in self._document["Resources"]:
            raise TemplateError(f"Ref to {name}, which is no parameter and no resource.")
        return self._resource(name, None)

    def _get_att(self, argument: Any) -> Any:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        if name not in self._document["Resources"]:
            raise TemplateError(f"GetAtt of {name}, which is no resource.")
        return self._resource(name, self.value(attribute))

    def _sub(self, argument: Any) -> str:
        text, given = argument if isinstance(argument, list) else (argument, {})
        values = self.value(given)

        def filled(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name.startswith("!"):  # `${!literal}` stays `${literal}`
                return "${" + name[1:] + "}"
            if name in values:
                return str(values[name])
            return str(self._ref(name) if "." not in name else self._get_att(name))

        return re.sub(r"\$\{([^}]+)\}", filled, text)

    def _if(self, argument: Any) -> Any:
        name, yes, no = argument
        return self.value(yes if self.condition(name) else no)

    def _find_in_map(self, argument: Any) -> Any:
        name, first, second = (self.value(each) for each in argument[:3])
        if is_unknown([first, second]):
            return UNKNOWN
        try:
            return self._document["Mappings"][name][str(first)][str(second)]
        except KeyError:
            if len(argument) > 3 and "DefaultValue" in argument[3]:
                return self.value(argument[3]["DefaultValue"])
            raise TemplateError(f"The mapping {name} has no {first}.{second}.") from None

    def _select(self, argument: Any) -> Any:
        index, values = self.value(argument)
        if is_unknown(values):
            return UNKNOWN
        if not 0 <= int(index) < len(values):
            raise TemplateError(f"Select {index} of a list of {len(values)}.")
        return values[int(index)]

    def _cidr(self, argument: Any) -> list[str]:
        block, count, bits = (*self.value(argument), 8)[:3]
        if is_unknown(block):
            return [UNKNOWN] * int(count)
        try:
            network = ipaddress.ip_network(block)
            subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits))
        except ValueError as error:
            raise TemplateError(f"Cidr of {block!r}: {error}.") from error
        return [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]

    def _import(self, argument: Any) -> Any:
        name = self.value(argument)
        if name not in self._imports:
            raise TemplateError(f"No export named {name} found.")
        return self._imports[name]

    def _joined(self, argument: Any) -> str:
        separator, values = argument
        return str(self.value(separator)).join(str(value) for value in self.value(values))

    def _split(self, argument: Any) -> list[str]:
        separator, text = (self.value(each) for each in argument)
        return [UNKNOWN] if is_unknown(text) else str(text).split(separator)

    def _base64(self, argument: Any) -> str:
        text = str(self.value(argument))
        return UNKNOWN if is_unknown(text) else b64encode(text.encode()).decode()

    def _zones(self, argument: Any) -> list[str]:
        region = self.value(argument) or self._names["AWS::Region"]
        return [f"{region}{letter}" for letter in "abc"]


def is_unknown(value: Any) -> bool:
    """Whether a value has a part that is not known yet."""
    if isinstance(value, dict):
        return any(map(is_unknown, value.values()))
    if isinstance(value, list):
        return any(map(is_unknown, value))
    return isinstance(value, str) and UNKNOWN in value


def equal(one: Any, other: Any) -> bool:
    """Whether CloudFormation takes the two for the same."""

    # Parameters arrive as text: CloudFormation compares 'true' and true, '2' and 2 as equal.
    def text(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    return text(one) == text(other)


_FUNCTIONS: dict[str, Callable[[Evaluator, Any], Any]] = {
    "Ref": Evaluator._ref,
    "Condition": Evaluator.condition,
    "Fn::GetAtt": Evaluator._get_att,
    "Fn::Sub": Evaluator._sub,
    "Fn::If": Evaluator._if,
    "Fn::Equals": lambda self, pair: equal(*self.value(pair)),
    "Fn::Not": lambda self, one: not self.value(one)[0],
    "Fn::And": lambda self, all_of: all(self.value(each) for each in all_of),
    "Fn::Or": lambda self, any_of: any(self.value(each) for each in any_of),
    "Fn::Join": Evaluator._joined,
    "Fn::Split": Evaluator._split,
    "Fn::Select": Evaluator._select,
    "Fn::FindInMap": Evaluator._find_in_map,
    "Fn::GetAZs": Evaluator._zones,
    "Fn::Cidr": Evaluator._cidr,
    "Fn::ImportValue": Evaluator._import,
    "Fn::Base64": Evaluator._base64,
}
