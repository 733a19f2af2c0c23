"""Provisioning of a template: a resource is made when it is first referred to, so the order comes by itself."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ecs_emulator.local import ACCOUNT
from ecs_emulator.stacks.errors import TemplateError, at, shown
from ecs_emulator.stacks.evaluator import Evaluator
from ecs_emulator.stacks.order import depth_first
from ecs_emulator.stacks.races import before_services, races
from ecs_emulator.stacks.references import resources_of
from ecs_emulator.stacks.resources.provider import PhysicalResource, Properties
from ecs_emulator.stacks.resources.published import published
from ecs_emulator.stacks.resources.stubs import attribute_of
from ecs_emulator.stacks.templates import Document
from ecs_emulator.stacks.values import as_list

Make = Callable[
    [str, Document, Properties], PhysicalResource
]  # logical id, resource as written, its properties worked out


@dataclass(frozen=True)
class StackOutput:
    """An output of a stack. A stubbed one is the word of a resource that exists nowhere."""

    name: str
    value: str
    description: str | None
    export: str | None
    stubbed: bool


class Imports(Mapping[str, str]):
    """Exports of other stacks; `used` are the names that were asked for."""

    def __init__(self, exports: Mapping[str, str]) -> None:
        self._exports = exports
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.used.add(name)
        return self._exports[name]

    def __contains__(self, name: object) -> bool:
        return name in self._exports

    def __iter__(self) -> Iterator[str]:
        return iter(self._exports)

    def __len__(self) -> int:
        return len(self._exports)


class Provisioning:
    """The resources of one template, in the order in which they need each other, and its outputs."""

    def __init__(
        self,
        make: Make,
        document: Document,
        values: Mapping[str, Any],
        pseudo: Mapping[str, str],
        imports: Mapping[str, str],
    ) -> None:
        self._make_resource = make
        self._document = document
        self._values = values
        self._physical: dict[str, PhysicalResource] = {}
        self._being_made: list[str] = []
        self._met_stub = False
        self.races: dict[str, list[str]] = {}
        self.evaluator = Evaluator(document, values, pseudo, imports, self._attribute)

    def make_all(self) -> None:
        """Make every resource whose condition holds. Raises TemplateError."""
        resources = self._document["Resources"]
        names = [name for name in resources if self._is_included(name)]
        needs = cache(lambda logical_id: tuple(self._needs(logical_id)))
        self.races |= races(names, resources, needs)
        before = before_services(names, resources, needs)
        for logical_id in depth_first(
            names, lambda name: (*needs(name), *self.races.get(name, ()), *before.get(name, ()))
        ):
            self.physical(logical_id)

    def outputs(self) -> list[StackOutput]:
        """Every output whose condition holds. Raises TemplateError."""
        found = []
        for name, output in self._document.get("Outputs", {}).items():
            with at("Outputs", name):
                if self.condition_holds(output):
                    found.append(self._output(name, output))
        return found

    def physical(self, logical_id: str) -> PhysicalResource:
        if logical_id not in self._physical:
            if logical_id in self._being_made:
                raise TemplateError(f"Circular dependency: {' → '.join([*self._being_made, logical_id])}")
            self._being_made.append(logical_id)
            self._physical[logical_id] = self._make(logical_id)
            self._being_made.pop()
        return self._physical[logical_id]

    def condition_holds(self, part: Document) -> bool:
        """True when a resource or an output is there. Raises TemplateError."""
        return "Condition" not in part or self.evaluator.condition(part["Condition"])

    def _needs(self, logical_id: str) -> Iterator[str]:
        """What a resource depends on and refers to, as far as it is there."""
        resources = self._document["Resources"]
        with at(logical_id):
            for needed in as_list(resources[logical_id].get("DependsOn", [])):
                if str(needed) not in resources:
                    raise TemplateError(f"{logical_id} depends on {needed}, which is no resource.")
                if self._is_included(str(needed)):
                    yield str(needed)
            for name in resources_of(resources[logical_id].get("Properties"), self.evaluator.condition):
                if name in resources and name not in self._values:
                    yield name

    def _is_included(self, logical_id: str) -> bool:
        with at(logical_id):
            return self.condition_holds(self._document["Resources"][logical_id])

    def _make(self, logical_id: str) -> PhysicalResource:
        resource = self._document["Resources"][logical_id]
        with at(logical_id):
            if not self.condition_holds(resource):
                raise TemplateError(f"{logical_id} is referred to, but its condition does not hold.")
            try:
                properties = copy.deepcopy(self.evaluator.value(resource.get("Properties") or {}))
            except TemplateError as error:
                error.within("Properties")
                raise
            if not isinstance(properties, dict):
                raise TemplateError(f"its Properties are {shown(properties)}.")
            _check_values(resource)
            return self._make_resource(logical_id, resource, properties)

    def _output(self, name: str, output: Document) -> StackOutput:
        self._met_stub = False
        value = self.evaluator.value(output["Value"])
        stubbed = self._met_stub
        export = self.evaluator.value(output["Export"]["Name"]) if "Export" in output else None
        if export is not None and not isinstance(export, str):
            raise TemplateError(f"the name of an export should be a text; it is {shown(export)}.")
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        return StackOutput(name, text, output.get("Description"), export, stubbed)

    def _attribute(self, logical_id: str, attribute: str | None) -> Any:
        physical = self.physical(logical_id)
        self._met_stub |= physical.stubbed
        if attribute is None:
            return physical.ref
        if physical.stubbed:
            return attribute_of(self._document["Resources"][logical_id]["Type"], physical, attribute)
        if attribute not in physical.attributes:
            raise TemplateError(f"{logical_id} has no attribute {attribute} here.")
        return physical.attributes[attribute]


def pseudo_parameters(region: str, name: str, stack_id: str) -> dict[str, str]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html"""
    return {
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackId": stack_id,
        "AWS::StackName": name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def _check_values(resource: Document) -> None:
    """Raises TemplateError for the first value that the published schema of the type does not allow."""
    if schema := published(resource["Type"]):
        for error in schema.wrong_values(resource.get("Properties") or {}):
            raise error.within("Properties")
