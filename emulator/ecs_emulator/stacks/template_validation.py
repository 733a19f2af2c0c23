"""Validation of a template that a call sends, as far as it needs no parameter: in the words of CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.stacks.documents import Document
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.order import depth_first
from ecs_emulator.stacks.references import attributes_of, resources_of
from ecs_emulator.stacks.resources.published import published
from ecs_emulator.stacks.state import STACK_TYPE
from ecs_emulator.stacks.validation import Validation
from ecs_emulator.stacks.values import as_list

_FORMAT = "Template format error"


class _Anything(set[str]):
    """The exports of an account, of which a template alone knows nothing."""

    def __contains__(self, _name: object) -> bool:
        return True


def check(document: Document) -> None:
    """Raises AwsError for what no values of the parameters would make right."""
    check_references(document)
    try:
        errors = Validation(document, {}, "stack", _Anything()).errors
    except TemplateError as error:
        errors = [error]
    if errors:
        raise AwsError("ValidationError", f"Template error: {errors[0]}")


def check_references(document: Document) -> None:
    """Raises AwsError for what refers to nothing, or to itself."""
    for sentence in _unresolved(document):
        raise AwsError("ValidationError", sentence)


def _unresolved(document: Document) -> Iterator[str]:
    resources = document["Resources"]
    names = resources.keys() | document.get("Parameters", {}).keys()
    for block in ("Resources", "Outputs"):
        parts = [_values(each) for each in document.get(block, {}).values()]
        for part in parts:
            for name, attribute in attributes_of(part):
                # What is behind an exclamation mark stays as it is written.
                if name not in resources and not name.startswith("!"):
                    yield f"Template error: instance of Fn::GetAtt references undefined resource {name}"
                elif name in resources and not _has_attribute(resources[name]["Type"], attribute):
                    yield f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
        missing = [name for part in parts for name in _missing(part, names)]
        if block == "Resources":
            needed = [name for each in resources.values() for name in as_list(each.get("DependsOn", []))]
            missing += [name for name in needed if name not in resources]
        if missing:
            listed = ", ".join(dict.fromkeys(missing))
            yield f"{_FORMAT}: Unresolved resource dependencies [{listed}] in the {block} block of the template"
        for name in (each.get("Condition") for each in document.get(block, {}).values()):
            if name and name not in document.get("Conditions", {}):
                yield f"{_FORMAT}: Unresolved condition dependency {name} in the {block} block of the template"
    yield from _circle(resources)


def _has_attribute(kind: str, attribute: str) -> bool:
    """True for an attribute of a type; of a type without a published schema, and of nested stacks, for any."""
    schema = published(kind) if kind != STACK_TYPE else None
    return schema is None or schema.has_attribute(attribute)


def _values(part: Mapping[str, Any]) -> Any:
    """What a resource or an output is made of, without its attributes that refer to nothing."""
    return [part.get("Properties"), part.get("Value"), part.get("Export")]


def _missing(node: Any, names: Any) -> Iterator[str]:
    for name in resources_of(node, lambda _condition: None):
        if name not in names and not name.startswith(("AWS::", "!")):
            yield name


def _circle(resources: Mapping[str, Any]) -> Iterator[str]:
    def needs(name: str) -> Iterator[str]:
        resource = resources[name]
        for each in (
            *as_list(resource.get("DependsOn", [])),
            *resources_of(resource.get("Properties"), lambda _: None),
        ):
            if each in resources:
                yield each

    done: list[str] = []
    try:
        done += depth_first(resources, needs)
    except TemplateError:
        left = ", ".join(_in_circles(resources, needs))
        yield f"Circular dependency between resources: [{left}]"


def _in_circles(resources: Mapping[str, Any], needs: Any) -> Iterator[str]:
    """The resources that need themselves in the end."""
    for name in resources:
        seen: set[str] = set()
        ahead = [*needs(name)]
        while ahead:
            each = ahead.pop()
            if each not in seen:
                seen.add(each)
                ahead += needs(each)
        if name in seen:
            yield name
