"""Values of stubs that containers hold in their environment: the programs would ask for what exists nowhere."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import Any

from ecs_emulator.stacks.state import Resource, Stack

_SHORTEST = 5  # characters of a value that nobody else has by chance
_TASK_DEFINITION = "AWS::ECS::TaskDefinition"


def held_by_containers(stacks: Iterable[Stack], told: Container[str] = ()) -> Iterator[str]:
    """A sentence for each variable of a container that holds a value of a stub, save those that were `told`."""
    resources = [each for stack in list(stacks) for each in list(stack.resources.values())]
    values = [value for each in resources for value in _values(each)]
    for resource in resources:
        if resource.type != _TASK_DEFINITION:
            continue
        for container in resource.properties.get("ContainerDefinitions", []):
            yield from (sentence for name, sentence in _sentences(container, values) if name not in told)


def _sentences(container: dict[str, Any], values: list[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """The name of each value, and the sentence on it."""
    for variable in container.get("Environment") or []:
        for value, name, type_name in values:
            # An attribute that nothing is known of is the identifier with its name behind it.
            found = re.search(rf"(?<![\w-]){re.escape(value)}(\.[A-Z][\w.]*)?(?![\w-])", str(variable.get("Value")))
            if found:
                whole = f"{name}{found[1] or ''}"
                yield (
                    whole,
                    f"The container {container.get('Name')} has {variable.get('Name')} of {whole}, a stub of "
                    f"{type_name}: --set-attribute {whole}=VALUE gives it the true one.",
                )
                break


def _values(resource: Resource) -> list[tuple[str, str, str]]:
    """Value, name and type of what a stub has made up, the longest first: an attribute goes before `Ref`."""
    physical = resource.physical
    if physical is None or not physical.stubbed:
        return []
    given = {str(each) for each in resource.properties.values() if isinstance(each, str | int | float)}
    # Of those that have the same value, the one with the shortest name.
    attributes = sorted(physical.attributes.items(), key=lambda pair: -len(pair[0]))
    own = {str(value): f"{resource.logical_id}.{name}" for name, value in attributes}
    own[physical.ref] = resource.logical_id
    made_up = [(value, name, resource.type) for value, name in own.items() if value not in given]
    return sorted((each for each in made_up if len(each[0]) >= _SHORTEST), key=lambda each: -len(each[0]))
