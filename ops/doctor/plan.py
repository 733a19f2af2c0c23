"""Plan of a deployment: its stacks as they would be, rendered with the parameters that they would get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecs_emulator.stacks.render import Rendered, render
from ecs_emulator.stacks.resources.provider import Properties
from ops.stacks import changes
from ops.stacks.listing import Listed, Setting, given

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


@dataclass(frozen=True)
class Plan:
    """Stacks that are to be deployed, rendered, by name.

    `there` are the names of those that exist, `templates` those of their files without `.yml`.
    """

    stacks: Mapping[str, Rendered]
    there: frozenset[str]
    templates: frozenset[str]

    def of_type(self, type_name: str) -> Iterator[tuple[str, Properties]]:
        """(Stack, properties) of every resource of a type."""
        for name, stack in self.stacks.items():
            for properties in stack.of_type(type_name).values():
                yield name, properties

    def count_new(self, type_name: str) -> int:
        """Number of resources of a type in stacks that do not exist yet."""
        return sum(name not in self.there for name, _ in self.of_type(type_name))


def planned(
    cloudformation: CloudFormationClient,
    everything: Sequence[Listed],
    chosen: Sequence[Listed],
    said: Sequence[Setting],
) -> Plan:
    """Plan for the chosen stacks, which import from others of `everything`.

    A parameter has the value that is said, else that of the listing, else what the stack has. Raises TemplateError.
    """
    found = {stack.name: changes.existing(cloudformation, stack.name) for stack in everything}
    there = {name: stack for name, stack in found.items() if stack}
    values = {stack.name: _before(stack, there) | stack.fixed | given(stack, said) for stack in everything}
    rendered = render((stack.name, stack.document, values[stack.name]) for stack in everything)
    return Plan(
        {stack.name: rendered[stack.name] for stack in chosen},
        frozenset(there),
        frozenset(stack.file.stem for stack in chosen),
    )


def _before(stack: Listed, there: Mapping[str, StackTypeDef]) -> dict[str, str]:
    parameters = there[stack.name].get("Parameters", []) if stack.name in there else []
    return {
        each["ParameterKey"]: each["ParameterValue"] for each in parameters if each["ParameterKey"] in stack.declared
    }
