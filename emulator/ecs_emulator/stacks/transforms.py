"""Transforms of a template: what it is before CloudFormation looks at it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecs_emulator.stacks.documents import Document
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.evaluator import LANGUAGE_EXTENSIONS
from ecs_emulator.stacks.loops import extended
from ecs_emulator.stacks.values import as_list

SERVERLESS = "AWS::Serverless-2016-10-31"
# It writes functions that change secrets on a schedule, and no function runs here.
_ROTATION = ("AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16")


class UnknownTransform(TemplateError):
    """A transform that is not emulated; what a macro of an account makes of a template nobody can say."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the transform {name} is not emulated here.")
        self.within("Transform")
        self.is_macro = not name.startswith("AWS::")


def transformed(document: Document, parameters: Mapping[str, Any]) -> Document:
    """A template as its transforms leave it, by the values that are given to its parameters, or by their defaults.

    Raises UnknownTransform and TemplateError.
    """
    named = as_list(document.get("Transform", []))
    for each in named:
        if each not in (LANGUAGE_EXTENSIONS, SERVERLESS, *_ROTATION):
            raise UnknownTransform(_name(each))
    values = _values(document, parameters) if named else {}
    if LANGUAGE_EXTENSIONS in named:
        document = extended(document, values)
    elif loop := _loop(document):
        raise TemplateError(f"Fn::ForEach needs the transform {LANGUAGE_EXTENSIONS}.").within(*loop)
    if SERVERLESS in named:
        from ecs_emulator.stacks.serverless import translated

        document = translated(document, values)
    return document


def _name(transform: Any) -> str:
    return str(transform.get("Name") if isinstance(transform, dict) else transform)


def _values(document: Document, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What a transform knows of the parameters: what was given, and the defaults."""
    declared = document.get("Parameters")
    found = {}
    for name, spec in declared.items() if isinstance(declared, dict) else ():
        if not isinstance(spec, dict) or (value := parameters.get(name, spec.get("Default"))) is None:
            continue
        is_list = str(spec.get("Type")).startswith(("CommaDelimitedList", "List<"))
        found[name] = [each.strip() for each in value.split(",")] if is_list and isinstance(value, str) else value
    return found


def _loop(document: Document) -> tuple[str, str] | None:
    for section in ("Resources", "Outputs", "Conditions"):
        for each in document.get(section) or {}:
            if str(each).startswith("Fn::ForEach"):
                return section, str(each)
    return None
