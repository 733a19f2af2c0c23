"""Programs of template files: the containers of their task definitions, worked out before any resource is made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecs_emulator.local import REGION
from ecs_emulator.stacks.documents import Document
from ecs_emulator.stacks.errors import TemplateError, at, of
from ecs_emulator.stacks.evaluator import Evaluator
from ecs_emulator.stacks.files import local_file, named_files
from ecs_emulator.stacks.parameters import parameter_values
from ecs_emulator.stacks.provisioning import pseudo_parameters
from ecs_emulator.stacks.resources.coercion import text
from ecs_emulator.stacks.templates import read_template
from ecs_emulator.stacks.values import NO_VALUE, UNKNOWN, as_list, is_unknown

_STACK, _TASK_DEFINITION = "AWS::CloudFormation::Stack", "AWS::ECS::TaskDefinition"
_STORED = "AWS::SSM::Parameter::Value<"


@dataclass(frozen=True)
class TemplateProgram:
    """A container that a template defines. What depends on a resource is told as the template writes it."""

    file: str
    task_definition: str  # its logical id, behind those of the nested stacks that it is in
    container: str
    image: str
    entry_point: tuple[str, ...]
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    health_check: tuple[str, ...] = ()


def programs(paths: Sequence[Path], parameters: Mapping[str, Any]) -> list[TemplateProgram]:
    """The programs of templates as `Stacks.deploy_files` would deploy them, in order.

    Raises TemplateError, also where what runs is decided by something that is known only later.
    """
    found: list[TemplateProgram] = []
    for path, stack in zip(paths, named_files(paths, parameters), strict=True):
        with of(path.name):
            given = {**stack.parameters, **{name: _Written(f"${{{name}}}") for name in stack.passed}}
            found += _programs((path,), stack.document, given, stack.name, ())
    return found


class NoContainer(ValueError):
    """No container of the templates has a name that was given; the message says which."""


def names_of(found: Iterable[TemplateProgram]) -> set[str]:
    """Names by which containers may be called: their own, and their images."""
    return {name for each in found for name in (each.container, each.image)}


def check_names(run: Iterable[str], templates: Sequence[Path], values: Mapping[str, str]) -> None:
    """Raises NoContainer for a program that no container of the templates would run, and TemplateError."""
    found = programs(templates, values)
    known = names_of(found)
    for name in run:
        if name not in known:
            there = ", ".join(dict.fromkeys(each.container for each in found)) or "none"
            raise NoContainer(f"No container of the templates is {name}, by its name or its image. There are: {there}.")


def _programs(
    files: tuple[Path, ...], document: Document, parameters: Mapping[str, Any], stack: str, within: tuple[str, ...]
) -> Iterator[TemplateProgram]:
    """Those of one template; `files` leads from the one that was named to this one, `within` are the logical ids."""
    evaluator = _Evaluator(document, _values(document, parameters), pseudo_parameters(REGION, stack, UNKNOWN))
    for logical_id, resource in document["Resources"].items():
        if resource["Type"] not in (_STACK, _TASK_DEFINITION):
            continue
        where = (*within, logical_id)
        with at("Resources", logical_id):
            if "Condition" in resource and not evaluator.condition(resource["Condition"]):
                continue
            properties = _dict(evaluator.written(resource.get("Properties") or {}))
            if resource["Type"] == _TASK_DEFINITION:
                for each in _many(properties.get("ContainerDefinitions")):
                    yield _program(files[-1].name, ".".join(where), _dict(each))
                continue
            path = _nested(files, properties.get("TemplateURL"))
        given = _dict(properties.get("Parameters") or {})
        with of(path.name):
            yield from _programs((*files, path), read_template(path, given), given, f"{stack}-{logical_id}", where)


def _program(file: str, task_definition: str, container: Document) -> TemplateProgram:
    variables = [_dict(each) for each in _many(container.get("Environment"))]
    return TemplateProgram(
        file,
        task_definition,
        _text(container.get("Name", "")),
        _text(container.get("Image", "")),
        tuple(map(_text, _many(container.get("EntryPoint")))),
        tuple(map(_text, _many(container.get("Command")))),
        tuple((_text(each.get("Name", "")), _text(each.get("Value", ""))) for each in variables),
        tuple(map(_text, _many(_dict(container.get("HealthCheck") or {}).get("Command")))),
    )


def _nested(files: tuple[Path, ...], url: Any) -> Path:
    """The file of a nested stack; it is beside the template that names it."""
    path = None if isinstance(url, _Written) or not isinstance(url, str) else local_file(files[-1].parent, url)
    if path is None:
        raise TemplateError(f"Nobody can say what would run: the template {_text(url)} is known only later.")
    if path.resolve() in {each.resolve() for each in files}:
        raise TemplateError(f"The template {url} is a part of itself.")
    return path


def _values(document: Document, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each parameter, UNKNOWN where it is that of a resource or of SSM."""
    declared = document.get("Parameters", {})
    later = {
        name
        for name, spec in declared.items()
        if spec["Type"].startswith(_STORED) or isinstance(parameters.get(name), _Written)
    }
    now = {**document, "Parameters": {name: spec for name, spec in declared.items() if name not in later}}
    known = parameter_values(now, {name: value for name, value in parameters.items() if name not in later})
    return known | dict.fromkeys(later, UNKNOWN)


class _Written(str):
    """A value that is known only later, as the template writes it."""


class _Exports(Mapping[str, str]):
    """What other stacks export: under every name a value that is known only later."""

    def __getitem__(self, _name: str) -> str:
        return UNKNOWN

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __contains__(self, _name: object) -> bool:
        return True


class _Evaluator(Evaluator):
    """Works out all that does not depend on a resource."""

    _judged: str | None = None  # the condition that is being worked out

    def __init__(self, document: Document, parameters: Mapping[str, Any], pseudo: Mapping[str, Any]) -> None:
        super().__init__(document, parameters, pseudo, _Exports(), lambda _id, _attribute: UNKNOWN)

    def condition(self, name: str) -> bool:
        before, self._judged = self._judged, name
        try:
            return super().condition(name)
        finally:
            self._judged = before

    def value(self, node: Any) -> Any:
        found = super().value(node)
        if self._judged and is_unknown(found):
            raise TemplateError(f"Nobody can say what would run: the condition {self._judged} is known only later.")
        return found

    def written(self, node: Any) -> Any:
        """`node` worked out, with a _Written in the place of each value that cannot be."""
        if isinstance(node, list):
            return [each for each in map(self.written, node) if each is not NO_VALUE]
        found = self.value(node)
        if not is_unknown(found):
            return found
        if not isinstance(node, dict):
            return _Written(node)
        function = str(next(iter(node))) if len(node) == 1 else ""
        if function == "Fn::If":
            name, yes, no = node[function]
            return self.written(yes if self.condition(name) else no)
        if not function.startswith(("Fn::", "Ref")):
            values = {name: self.written(each) for name, each in node.items()}
            return {name: each for name, each in values.items() if each is not NO_VALUE}
        return _Written(_as_in_sub(node))


def _as_in_sub(node: Any) -> str:
    """A function as `Fn::Sub` would write it: `${Database}`, `${Database.Port}`; others as JSON."""
    match node:
        case str():
            return node
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::GetAtt": str(name)}:
            return f"${{{name}}}"
        case {"Fn::Sub": str(text)}:
            return text
        case {"Fn::Join": [str(between), list(parts)]}:
            return between.join(map(_as_in_sub, parts))
    return json.dumps(node, default=str)


def _many(value: Any) -> list[Any]:
    """CloudFormation takes one value for a list of one."""
    return [] if value is None else as_list(value)


def _dict(value: Any) -> Document:
    if isinstance(value, _Written):
        raise TemplateError(f"Nobody can say what would run: {value} is known only later.")
    if not isinstance(value, dict):
        raise TemplateError(f"There should be properties; it is {value!r}.")
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, _Written) else text(value)
