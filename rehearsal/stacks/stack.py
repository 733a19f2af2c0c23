"""Plays the stacks of a `stacks.yml` in the local cloud."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml

from rehearsal.stacks.parameters import parameter_values
from rehearsal.stacks.resources import Made, Properties, played
from rehearsal.stacks.rules import check_rules
from rehearsal.stacks.templates import Document, Evaluator, TemplateError, read_template

ACCOUNT = "123456789012"

Make = Callable[[str, str, Properties], Made]  # resource type, physical name, properties


class Stacks:
    """Stacks played into one cloud, and what they said: `outputs` and `not_played` (resource types)."""

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._session = session
        self._region = region
        self._exports: dict[str, str] = {}
        self.outputs: dict[str, str] = {}
        self.not_played: set[str] = set()

    def play_all(self, listing: Path) -> None:
        """Play every stack of a `stacks.yml`, in its order. Raises TemplateError."""
        for name, document, parameters in listed(listing):
            self.play(name, document, parameters)

    def play(self, name: str, document: Document, parameters: Mapping[str, Any]) -> None:
        """Make the resources of one stack and add its outputs, save those of imagined resources.

        Raises TemplateError.
        """
        stack = Stack(self._make, self._region, name, document, parameters, self._exports)
        stack.make_all()
        self.outputs |= {name: value for name, value in stack.outputs().items() if name not in stack.imagined}
        self._exports |= stack.exports()

    def _make(self, type_name: str, name: str, properties: Properties) -> Made:
        made = played(self._session, type_name, name, properties)
        if made.imagined:
            self.not_played.add(type_name)
        return made


class Stack:
    """One stack while it is made. A resource is made when it is first referred to, so the order comes by itself."""

    def __init__(
        self,
        make: Make,
        region: str,
        name: str,
        document: Document,
        parameters: Mapping[str, Any],
        exports: Mapping[str, str],
    ) -> None:
        self._make_resource = make
        self._name = name
        self._document = document
        self._made: dict[str, Made] = {}
        self._being_made: list[str] = []
        self._met_imagined = False
        self.imagined: set[str] = set()  # outputs that an imagined resource has part in
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": region,
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/local",
            "AWS::StackName": name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        values = parameter_values(document, parameters)
        check_rules(document, values)
        self.evaluator = Evaluator(document, values, pseudo, exports, self._attribute)

    def make_all(self) -> None:
        """Make every resource whose condition holds. Raises TemplateError."""
        for logical_id, resource in self._document["Resources"].items():
            if self.wanted(resource):
                self.made(logical_id)

    def outputs(self) -> dict[str, str]:
        """The value of every output whose condition holds. Raises TemplateError."""
        outputs = {}
        for name, output in self._wanted_outputs():
            self._met_imagined = False
            outputs[name] = str(self.evaluator.value(output["Value"]))
            if self._met_imagined:
                self.imagined.add(name)
        return outputs

    def exports(self) -> dict[str, str]:
        """What other stacks can import. Raises TemplateError."""
        return {
            self.evaluator.value(output["Export"]["Name"]): str(self.evaluator.value(output["Value"]))
            for _, output in self._wanted_outputs()
            if "Export" in output
        }

    def made(self, logical_id: str) -> Made:
        if logical_id not in self._made:
            if logical_id in self._being_made:
                raise TemplateError(f"Circular dependency: {' → '.join([*self._being_made, logical_id])}")
            self._being_made.append(logical_id)
            self._made[logical_id] = self._make(logical_id)
            self._being_made.pop()
        return self._made[logical_id]

    def _make(self, logical_id: str) -> Made:
        resource = self._document["Resources"][logical_id]
        if not self.wanted(resource):
            raise TemplateError(f"{self._name}: {logical_id} is referred to, but its condition does not hold.")
        properties = copy.deepcopy(self.evaluator.value(resource.get("Properties", {})))
        try:
            return self._make_resource(resource["Type"], f"{self._name}-{logical_id}", properties)
        except TemplateError as error:
            raise TemplateError(f"{self._name}: {logical_id}: {error}") from error

    def wanted(self, part: Document) -> bool:
        """Whether a resource or an output is there. Raises TemplateError."""
        return "Condition" not in part or self.evaluator.condition(part["Condition"])

    def _wanted_outputs(self) -> list[tuple[str, Document]]:
        outputs = self._document.get("Outputs", {})
        return [(name, output) for name, output in outputs.items() if self.wanted(output)]

    def _attribute(self, logical_id: str, attribute: str | None) -> str:
        made = self.made(logical_id)
        self._met_imagined |= made.imagined
        if attribute is None:
            return made.ref
        if made.imagined:
            return made.attributes.get(attribute, f"{made.ref}.{attribute}")
        if attribute not in made.attributes:
            raise TemplateError(f"{self._name}: {logical_id} has no attribute {attribute} here.")
        return made.attributes[attribute]


def listed(listing: Path) -> Iterator[tuple[str, Document, Mapping[str, Any]]]:
    """The name, template and parameters of every stack of a `stacks.yml`, in its order. Raises TemplateError."""
    for stack in yaml.safe_load(listing.read_text())["stacks"]:
        yield stack["name"], read_template(listing.parent / stack["template"]), stack.get("parameters", {})
