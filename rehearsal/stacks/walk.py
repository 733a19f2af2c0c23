"""A template while it is worked out. A resource is made when it is first referred to, so the order comes by itself."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.stacks.names import ACCOUNT
from rehearsal.stacks.resources.kind import Made, Properties
from rehearsal.stacks.templates import Document, Evaluator, TemplateError

Make = Callable[[str, Document, Properties], Made]  # logical id, resource as written, its properties worked out


@dataclass(frozen=True)
class Output:
    """An output of a stack. An imagined one is the word of a resource that exists nowhere."""

    name: str
    value: str
    description: str | None
    export: str | None
    imagined: bool


class Imports(Mapping[str, str]):
    """What other stacks export; `used` are the names that were asked for."""

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


class Walk:
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
        self._made: dict[str, Made] = {}
        self._being_made: list[str] = []
        self._met_imagined = False
        self._name = pseudo["AWS::StackName"]
        self.evaluator = Evaluator(document, values, pseudo, imports, self._attribute)

    def make_all(self) -> None:
        """Make every resource whose condition holds. Raises TemplateError."""
        for logical_id, resource in self._document["Resources"].items():
            if self.wanted(resource):
                self.made(logical_id)

    def outputs(self) -> list[Output]:
        """Every output whose condition holds. Raises TemplateError."""
        return [
            self._output(name, output)
            for name, output in self._document.get("Outputs", {}).items()
            if self.wanted(output)
        ]

    def made(self, logical_id: str) -> Made:
        if logical_id not in self._made:
            if logical_id in self._being_made:
                raise TemplateError(f"Circular dependency: {' → '.join([*self._being_made, logical_id])}")
            self._being_made.append(logical_id)
            self._made[logical_id] = self._make(logical_id)
            self._being_made.pop()
        return self._made[logical_id]

    def wanted(self, part: Document) -> bool:
        """Whether a resource or an output is there. Raises TemplateError."""
        return "Condition" not in part or self.evaluator.condition(part["Condition"])

    def _make(self, logical_id: str) -> Made:
        resource = self._document["Resources"][logical_id]
        if not self.wanted(resource):
            raise TemplateError(f"{self._name}: {logical_id} is referred to, but its condition does not hold.")
        for needed in _many(resource.get("DependsOn", [])):
            if needed not in self._document["Resources"]:
                raise TemplateError(f"{self._name}: {logical_id} depends on {needed}, which is no resource.")
            if self.wanted(self._document["Resources"][needed]):
                self.made(needed)
        properties = copy.deepcopy(self.evaluator.value(resource.get("Properties") or {}))
        if not isinstance(properties, dict):
            raise TemplateError(f"{self._name}: the Properties of {logical_id} are none.")
        try:
            return self._make_resource(logical_id, resource, properties)
        except TemplateError as error:
            raise TemplateError(f"{self._name}: {logical_id}: {error}") from error

    def _output(self, name: str, output: Document) -> Output:
        self._met_imagined = False
        value = self.evaluator.value(output["Value"])
        imagined = self._met_imagined
        export = self.evaluator.value(output["Export"]["Name"]) if "Export" in output else None
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        return Output(name, text, output.get("Description"), export, imagined)

    def _attribute(self, logical_id: str, attribute: str | None) -> Any:
        made = self.made(logical_id)
        self._met_imagined |= made.imagined
        if attribute is None:
            return made.ref
        if made.imagined:
            return made.attributes.get(attribute, f"{made.ref}.{attribute}")
        if attribute not in made.attributes:
            raise TemplateError(f"{self._name}: {logical_id} has no attribute {attribute} here.")
        return made.attributes[attribute]


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


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
