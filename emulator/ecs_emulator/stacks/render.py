"""Rendered templates: parameters filled in, and nothing made; CloudFormation would be asked for this."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ecs_emulator.local import ACCOUNT
from ecs_emulator.stacks.errors import of
from ecs_emulator.stacks.parameters import parameter_values
from ecs_emulator.stacks.provisioning import Make, Provisioning, pseudo_parameters
from ecs_emulator.stacks.resources.provider import PhysicalResource, Properties
from ecs_emulator.stacks.resources.stubs import stub_of
from ecs_emulator.stacks.rules import check_rules
from ecs_emulator.stacks.templates import Document

REGION = "us-east-1"


@dataclass(frozen=True)
class Rendered:
    """One stack: its resources by logical id, without those whose condition does not hold; outputs; exports."""

    resources: dict[str, Document]
    outputs: dict[str, str]
    exports: dict[str, str]

    def of_type(self, type_name: str) -> dict[str, Properties]:
        """The properties of the resources of one type, by logical id."""
        return {
            logical_id: resource["Properties"]
            for logical_id, resource in self.resources.items()
            if resource["Type"] == type_name
        }

    def template(self) -> str:
        """The stack as a template without parameters."""
        return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": self.resources}, indent=2)


def render(
    stacks: Iterable[tuple[str, Document, Mapping[str, Any]]], exports: dict[str, str] | None = None
) -> dict[str, Rendered]:
    """Stacks (name, template, parameters) that follow one another, by name. Raises TemplateError.

    `exports` are those of other stacks.
    """
    rendered: dict[str, Rendered] = {}
    exports = {} if exports is None else exports
    for name, document, parameters in stacks:
        with of(name):
            rendered[name], exported = _render(name, document, parameters, exports)
        exports.update(exported)
    return rendered


def _render(
    name: str, document: Document, parameters: Mapping[str, Any], exports: Mapping[str, str]
) -> tuple[Rendered, dict[str, str]]:
    values = parameter_values(document, parameters)
    check_rules(document, values)
    stack_id = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/local"
    provisioning = Provisioning(_stubs(name), document, values, pseudo_parameters(REGION, name, stack_id), exports)
    provisioning.make_all()
    resources = {
        logical_id: _rendered(provisioning.evaluator.value({"Properties": {}, **resource}))
        for logical_id, resource in document["Resources"].items()
        if provisioning.condition_holds(resource)
    }
    outputs = provisioning.outputs()
    exported = {output.export: output.value for output in outputs if output.export}
    return Rendered(resources, {output.name: output.value for output in outputs}, exported), exported


def _rendered(resource: Document) -> Document:
    return {key: value for key, value in resource.items() if key != "Condition"}


def _stubs(stack: str) -> Make:
    def make(logical_id: str, resource: Document, properties: Properties) -> PhysicalResource:
        # Whoever reads it is to see which resource is meant.
        name = f"{stack}-{logical_id}"
        return stub_of(REGION, resource["Type"], name, properties, name)

    return make
