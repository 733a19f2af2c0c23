"""Coercion of a template's properties to the input shape of an API operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore import xform_name

from ecs_emulator.stacks.errors import TemplateError, shown
from ecs_emulator.stacks.resources.provider import Properties

# Where CloudFormation's name is more than the API's in PascalCase.
_RENAMED = {
    "AwsVpcConfiguration": "awsvpcConfiguration",
    "EFSVolumeConfiguration": "efsVolumeConfiguration",
    "FSxWindowsFileServerVolumeConfiguration": "fsxWindowsFileServerVolumeConfiguration",
    "FilesystemId": "fileSystemId",
    "IAM": "iam",
    "ProxyConfigurationProperties": "properties",
}


def coerced(client: Any, operation: str, properties: Properties, type_name: str = "") -> Properties:
    """`properties` as the input of an API operation: its names, values of its types, nothing it does not know.

    CloudFormation takes '30' for 30 and 'true' for true, and writes `LaunchType` where ECS writes `launchType`; the
    keys of a map (`DockerLabels`) are nobody's names and stay. Raises TemplateError.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    return _fit(shape, properties, type_name or operation)  # type: ignore[no-any-return]


def call(client: Any, operation: str, properties: Properties, type_name: str = "") -> Any:
    """The answer of an API operation to `properties`, fitted. Raises TemplateError and what the client raises."""
    return getattr(client, xform_name(operation))(**coerced(client, operation, properties, type_name))


def text(value: Any) -> str:
    """A value as CloudFormation writes it into a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def refusals(properties: Properties, names: Mapping[str, str]) -> Iterator[TemplateError]:
    """An error, with its reason, for each of `names` that is among the properties."""
    for name, why in names.items():
        if name in properties:
            yield TemplateError(f"{name} is not emulated here: {why}").within(name)


def refuse(errors: Iterable[TemplateError]) -> None:
    """Raises the first error, if there is one."""
    for error in errors:
        raise error


def _fit(shape: Any, value: Any, where: str) -> Any:
    match shape.type_name:
        case "structure":
            if not isinstance(value, dict):
                raise TemplateError(f"{where} should have properties; it is {shown(value)}.")
            return {
                (known := _member(shape, name, where)): _fit(shape.members[known], each, f"{where}.{name}")
                for name, each in value.items()
            }
        case "list":
            # CloudFormation takes one value for a list of one.
            values = value if isinstance(value, list) else [value]
            return [_fit(shape.member, each, where) for each in values]
        case "map":
            if not isinstance(value, dict):
                raise TemplateError(f"{where} should be a map; it is {shown(value)}.")
            return {name: _fit(shape.value, each, f"{where}.{name}") for name, each in value.items()}
        case "boolean":
            return _truth(value, where)
        case "integer" | "long" | "double" | "float":
            return _number(shape, value, where)
        case "string":
            return _text(value, where)
        case _:
            return value


def _member(shape: Any, name: str, where: str) -> str:
    for known in (name, name[:1].lower() + name[1:], _RENAMED.get(name)):
        if known in shape.members and name[:1].isupper():
            return str(known)
    raise TemplateError(f"{where} has no {name}.")


def _truth(value: Any, where: str) -> bool:
    if text(value).lower() not in ("true", "false"):
        raise TemplateError(f"{where} should be true or false; it is {shown(value)}.")
    return text(value).lower() == "true"


def _number(shape: Any, value: Any, where: str) -> int | float:
    try:
        return int(value) if shape.type_name in ("integer", "long") else float(value)
    except (OverflowError, TypeError, ValueError):
        raise TemplateError(f"{where} should be a number; it is {shown(value)}.") from None


def _text(value: Any, where: str) -> str:
    if isinstance(value, dict | list):
        raise TemplateError(f"{where} should be a text; it is {shown(value)}.")
    if "{{resolve:" in text(value):
        raise TemplateError(f"{where} is {shown(value)}; dynamic references are not emulated here.")
    return text(value)
