"""Nested stacks: stacks that are resources of other stacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Protocol

from ecs_emulator.stacks.changes import NoUpdates
from ecs_emulator.stacks.files import text_at
from ecs_emulator.stacks.quotas import NESTED
from ecs_emulator.stacks.resources.provider import Context, PartiallyCreated, PhysicalResource, Properties, Provider
from ecs_emulator.stacks.schema import MAP, TEXT
from ecs_emulator.stacks.state import Stack
from ecs_emulator.stacks.templates import Document, TemplateError, parsed_template
from ecs_emulator.stacks.values import is_unknown

_KNOWN = {"NotificationARNs", "Parameters", "Tags", "TemplateURL", "TimeoutInMinutes"}


class StackOperations(Protocol):
    """The operations that a nested stack is made, changed and deleted by: those of `stack.Stacks`."""

    def named(self, name: str) -> Stack | None: ...

    def deploy(
        self,
        name: str,
        document: Document,
        parameters: Mapping[str, Any],
        *,
        text: str | None = None,
        folder: Path | None = None,
        is_nested: bool = False,
    ) -> Stack: ...

    def delete(self, name: str) -> Stack | None: ...


def provider(stacks: StackOperations) -> Provider:
    """Nested stacks as a resource type of `stacks`."""

    def create(_context: Context, name: str, properties: Properties) -> PhysicalResource:
        try:
            return _physical(_deployed(stacks, name, properties))
        except TemplateError as error:
            if stack := stacks.named(name):
                raise PartiallyCreated(_embedded(stack, "created", error), PhysicalResource(stack.id)) from error
            raise

    def update(
        _context: Context, physical: PhysicalResource, _before: Properties, after: Properties
    ) -> PhysicalResource:
        try:
            return _physical(_deployed(stacks, physical.ref, after))
        except NoUpdates:
            return physical

    def delete(_context: Context, physical: PhysicalResource, _properties: Properties) -> None:
        stack = stacks.delete(physical.ref)
        if stack and stack.is_there:
            raise TemplateError(f"Embedded stack {stack.id} was not successfully deleted: {stack.reason}")

    return Provider(create, update, delete, prepare=_prepared, schema={"Parameters?": MAP, "TemplateURL?": TEXT})


def _prepared(context: Context, properties: Properties, folder: Path | None) -> Properties:
    """With the template itself: a nested stack changes when its template does."""
    if unknown := properties.keys() - _KNOWN:
        raise TemplateError(f"AWS::CloudFormation::Stack has no {min(unknown)}.")
    if is_unknown(properties.get("TemplateURL")):
        return properties
    if "TemplateURL" not in properties:
        raise TemplateError("AWS::CloudFormation::Stack needs a TemplateURL.")
    text, own_folder = text_at(context, str(properties["TemplateURL"]), folder)
    return {**properties, "TemplateBody": text, "Folder": str(own_folder) if own_folder else None}


_level: ContextVar[int] = ContextVar("level", default=0)  # how many stacks this one is inside of


def _deployed(stacks: StackOperations, name: str, properties: Properties) -> Stack:
    if _level.get() >= NESTED:
        raise TemplateError(f"More than {NESTED} stacks are inside of one another.")
    before = _level.set(_level.get() + 1)
    try:
        return _deployed_inside(stacks, name, properties)
    finally:
        _level.reset(before)


def _deployed_inside(stacks: StackOperations, name: str, properties: Properties) -> Stack:
    text, folder = properties["TemplateBody"], properties["Folder"]
    parameters = properties.get("Parameters", {})
    document = parsed_template(text, Path(str(properties["TemplateURL"])).name, parameters)
    return stacks.deploy(name, document, parameters, text=text, folder=Path(folder) if folder else None, is_nested=True)


def _physical(stack: Stack) -> PhysicalResource:
    return PhysicalResource(stack.id, {f"Outputs.{output.name}": output.value for output in stack.outputs})


def _embedded(stack: Stack, done: str, error: TemplateError) -> str:
    return f"Embedded stack {stack.id} was not successfully {done}: {error}"
