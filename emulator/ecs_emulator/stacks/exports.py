"""Exports of stacks, each of which one stack exports and others import, and outputs that are carried by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.provisioning import StackOutput
from ecs_emulator.stacks.state import Stack


def importable(stack: Stack, stacks: Iterable[Stack]) -> dict[str, str]:
    """Exports that a stack can import of all `stacks`: those of the others, name to value."""
    return {name: value for other in stacks if other is not stack for name, value in other.exports.items()}


def carried(passed: Mapping[str, str], stacks: Iterable[Stack]) -> dict[str, str]:
    """The values of outputs, each by its name; `passed` names the stack of each."""
    values = {(stack.name, output.name): output.value for stack in stacks for output in stack.outputs}
    return {name: values[owner, name] for name, owner in passed.items() if (owner, name) in values}


def importers(export: str, stacks: Iterable[Stack]) -> list[str]:
    """The names of the stacks that import it."""
    return [stack.name for stack in stacks if export in stack.imports]


def check_outputs(stack: Stack, outputs: Iterable[StackOutput], stacks: list[Stack]) -> None:
    """Check that a stack's exports may be those of its `outputs`. Raises TemplateError."""
    new = {output.export: output.value for output in outputs if output.export}
    for other in stacks:
        if other is not stack and (twice := new.keys() & other.exports.keys()):
            raise TemplateError(f"Export with name {min(twice)} is already exported by stack {other.name}.")
    for export, value in stack.exports.items():
        if new.get(export) != value:
            check_unused(stack, export, "updated" if export in new else "deleted", stacks)


def check_unused(stack: Stack, export: str, done: str, stacks: Iterable[Stack]) -> None:
    """Check that no other stack imports it, so that it can be `done` ("updated", "deleted"). Raises TemplateError."""
    if users := [name for name in importers(export, stacks) if name != stack.name]:
        raise TemplateError(f"Export {export} cannot be {done} as it is in use by {' and '.join(users)}")
