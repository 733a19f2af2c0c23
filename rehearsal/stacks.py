"""Plays the stacks of a `stacks.yml` in the local cloud."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml

from rehearsal.resources import NOT_PLAYED, PLAYED, Made
from rehearsal.templates import Document, Evaluator, TemplateError, read_template

ACCOUNT = "123456789012"


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
        for stack in yaml.safe_load(listing.read_text())["stacks"]:
            document = read_template(listing.parent / stack["template"])
            self.play(stack["name"], document, stack.get("parameters", {}))

    def play(self, name: str, document: Document, parameters: Mapping[str, Any]) -> None:
        """Make the resources of one stack and add its outputs. Raises TemplateError."""
        stack = _Stack(self._session, self._region, name, document, parameters, self._exports)
        for logical_id in document["Resources"]:
            if stack.wanted(logical_id):
                stack.made(logical_id)
        self.not_played |= stack.not_played
        for output_name, output in document.get("Outputs", {}).items():
            if "Condition" in output and not stack.evaluator.condition(output["Condition"]):
                continue
            value = str(stack.evaluator.value(output["Value"]))
            self.outputs[output_name] = value
            if "Export" in output:
                self._exports[stack.evaluator.value(output["Export"]["Name"])] = value


class _Stack:
    """One stack while it is made. A resource is made when it is first referred to, so the order comes by itself."""

    def __init__(
        self,
        session: boto3.Session,
        region: str,
        name: str,
        document: Document,
        parameters: Mapping[str, Any],
        exports: Mapping[str, str],
    ) -> None:
        self._session = session
        self._name = name
        self._document = document
        self._made: dict[str, Made] = {}
        self._being_made: list[str] = []
        self.not_played: set[str] = set()
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": region,
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/local",
            "AWS::StackName": name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        values = parameter_values(document, parameters)
        self.evaluator = Evaluator(document, values, pseudo, exports, self._attribute)

    def wanted(self, logical_id: str) -> bool:
        condition = self._document["Resources"][logical_id].get("Condition")
        return condition is None or self.evaluator.condition(condition)

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
        type_name = resource["Type"]
        physical_name = f"{self._name}-{logical_id}"
        if type_name in NOT_PLAYED:
            self.not_played.add(type_name)
            return Made(physical_name)
        if type_name not in PLAYED:
            raise TemplateError(f"{self._name}: {type_name} ({logical_id}) is not known here.")
        properties = copy.deepcopy(self.evaluator.value(resource.get("Properties", {})))
        try:
            return PLAYED[type_name](self._session, physical_name, properties)
        except TemplateError as error:
            raise TemplateError(f"{self._name}: {logical_id}: {error}") from error

    def _attribute(self, logical_id: str, attribute: str | None) -> str:
        made = self.made(logical_id)
        if attribute is None:
            return made.ref
        if attribute not in made.attributes:
            raise TemplateError(f"{self._name}: {logical_id} has no attribute {attribute} here.")
        return made.attributes[attribute]


def parameter_values(document: Document, given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every parameter: given or default, checked as CloudFormation checks it. Raises TemplateError."""
    declared = document.get("Parameters", {})
    for name in given:
        if name not in declared:
            raise TemplateError(f"There is no parameter {name}. There are: {', '.join(declared)}.")
    return {name: _parameter(name, spec, given) for name, spec in declared.items()}


def _parameter(name: str, spec: Document, given: Mapping[str, Any]) -> Any:
    value = given.get(name, spec.get("Default"))
    if value is None:
        raise TemplateError(f"The parameter {name} needs a value.")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if "AllowedValues" in spec and text not in map(str, spec["AllowedValues"]):
        raise TemplateError(f"{name} is {text!r}; it should be one of {spec['AllowedValues']}.")
    if "AllowedPattern" in spec and not re.fullmatch(spec["AllowedPattern"], text):
        raise TemplateError(f"{name} is {text!r}; it should match {spec['AllowedPattern']}.")
    if spec["Type"] == "Number" and not (
        float(spec.get("MinValue", "-inf")) <= float(text) <= float(spec.get("MaxValue", "inf"))
    ):
        raise TemplateError(f"{name} is {text}, out of its bounds.")
    if spec["Type"] == "CommaDelimitedList" or spec["Type"].startswith("List<"):
        return [part.strip() for part in text.split(",")] if text else []
    return text
