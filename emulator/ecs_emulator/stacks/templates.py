"""CloudFormation templates as documents of the right form.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecs_emulator.stacks import quotas
from ecs_emulator.stacks.documents import Document, loaded, text_of
from ecs_emulator.stacks.errors import TemplateError, of
from ecs_emulator.stacks.schema import ANY, MAP, MAYBE_MAP, NUMBER, TEXT, TEXTS, WHOLE, Schema, check
from ecs_emulator.stacks.transforms import transformed

__all__ = ["NO_RESOURCES", "Document", "TemplateError", "parsed_template", "read_template"]

NO_RESOURCES = "At least one Resources member must be defined."
_PARAMETER = {
    "Type": TEXT,
    "AllowedPattern?": TEXT,
    "AllowedValues?": [TEXT],
    "Default?": TEXT,
    "Description?": TEXT,
    "MaxLength?": WHOLE,
    "MaxValue?": NUMBER,
    "MinLength?": WHOLE,
    "MinValue?": NUMBER,
    "NoEcho?": TEXT,
}
_RULE = {"RuleCondition?": MAP, "Assertions": [{"Assert": MAP, "AssertDescription?": TEXT}]}
_RESOURCE = {
    "Type": TEXT,
    "Condition?": TEXT,
    "DeletionPolicy?": TEXT,
    "DependsOn?": TEXTS,
    "Properties?": MAYBE_MAP,
    "UpdateReplacePolicy?": TEXT,
}
_OUTPUT = {"Value": ANY, "Condition?": TEXT, "Description?": TEXT, "Export?": {"Name": ANY}}
_TEMPLATE: Schema = {
    "AWSTemplateFormatVersion?": TEXT,
    "Description?": TEXT,
    "Metadata?": MAP,
    "Parameters?": {"*": _PARAMETER},
    "Rules?": {"*": _RULE},
    "Mappings?": {"*": {"*": {"*": TEXTS}}},
    "Conditions?": {"*": MAP},
    "Resources": {"*": _RESOURCE},
    "Outputs?": {"*": _OUTPUT},
}
_QUOTAS = {
    "Mappings": quotas.MAPPINGS,
    "Outputs": quotas.OUTPUTS,
    "Parameters": quotas.PARAMETERS,
    "Resources": quotas.RESOURCES,
}


def read_template(path: Path, parameters: Mapping[str, Any] | None = None) -> Document:
    """The template in a YAML or JSON file, as its transforms leave it. Raises TemplateError."""
    return parsed_template(text_of(path), path.name, parameters)


def parsed_template(
    text: str, name: str, parameters: Mapping[str, Any] | None = None, *, as_written: bool = False
) -> Document:
    """The template in a YAML or JSON text, as its transforms leave it or `as_written`; `name` is what errors call it.

    `parameters` are those of its parameters that have a value. Raises TemplateError.
    """
    document = loaded(text, name)
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise TemplateError(f"{name}: {NO_RESOURCES}")
    with of(name):
        document = document if as_written else transformed(document, parameters or {})
        check(_TEMPLATE, document)
        _check_quotas(document)
    return document


def _check_quotas(document: Document) -> None:
    counted = [(name, len(document.get(name, {})), most) for name, most in _QUOTAS.items()]
    for name, mapping in document.get("Mappings", {}).items():
        counted.append((f"Mappings.{name}", len(mapping), quotas.MAPPING_ATTRIBUTES))
    for name, count, most in counted:
        if count > most:
            raise TemplateError(f"{name}: there are {count}; CloudFormation takes {most} at most.")
