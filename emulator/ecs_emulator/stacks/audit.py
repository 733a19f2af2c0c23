"""Audit of template files before anything is made of them: all that is wrong or missing in them, at once.

What depends on a value that is known only later is judged when it is known; what is in no branch that may be taken is
not judged at all, save the references, which CloudFormation looks up wherever they are.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html#troubleshooting-errors
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ecs_emulator.stacks.documents import Document, text_of
from ecs_emulator.stacks.errors import TemplateError, TemplateErrors
from ecs_emulator.stacks.files import local_file, stand_ins
from ecs_emulator.stacks.lines import line_of
from ecs_emulator.stacks.quotas import NESTED
from ecs_emulator.stacks.references import attributes_of, resources_of
from ecs_emulator.stacks.resources.provider import Provider, StubSettings
from ecs_emulator.stacks.resources.published import published
from ecs_emulator.stacks.resources.registry import why_unknown
from ecs_emulator.stacks.state import STACK_TYPE
from ecs_emulator.stacks.templates import parsed_template
from ecs_emulator.stacks.values import as_list


def audit(
    paths: Sequence[Path], parameters: Mapping[str, Any], types: Mapping[str, Provider], stubs: StubSettings
) -> None:
    """Raises TemplateErrors for all that is wrong in template files and in those that they name beside them, and
    TemplateError when it is one thing.
    """
    errors: list[TemplateError] = []
    declared: set[str] = set()
    stubbed: dict[str, str] = {}  # the types of the stubs that there would be, by logical id
    for path in paths:
        document = _read(path, path.name, errors)
        if document:
            declared |= document.get("Parameters", {}).keys()
            missing = _missing(document, parameters)
            errors += _located(path, missing)
            errors += _audited((path,), document, types, stubbed)
    for name in stubs.attributes:
        if complaint := _no_stub(name, stubbed):
            errors.append(TemplateError(f"--set-attribute {name}: {complaint}"))
    if not errors:
        errors = [
            TemplateError(f"There is no parameter {name} in any of the templates.")
            for name in sorted(parameters.keys() - declared)
        ]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise TemplateErrors(errors)


def _read(path: Path, name: str, errors: list[TemplateError]) -> Document | None:
    try:
        return parsed_template(text_of(path, name), path.name)
    except TemplateError as error:
        errors.append(error)
        return None


def _no_stub(name: str, stubbed: Mapping[str, str]) -> str:
    """Why no stub has an attribute; nothing where one has."""
    resource, _, attribute = name.partition(".")
    if resource not in stubbed:
        return f"no stub is called {resource}. There are: {', '.join(stubbed) or 'none'}."
    schema = published(stubbed[resource])
    if attribute and schema and not schema.has_attribute(attribute):
        return f"{stubbed[resource]} has no attribute {attribute}."
    return ""


def _located(path: Path, errors: Iterator[TemplateError]) -> list[TemplateError]:
    """The same errors, each with its file and line."""
    found = list(errors)
    text = text_of(path) if found else ""
    for error in found:
        error.rooted().source = f"{path.name}, line {line_of(text, error.path)}"
    return found


def _missing(document: Document, parameters: Mapping[str, Any]) -> Iterator[TemplateError]:
    known = stand_ins(document).keys() | parameters.keys()
    for name, spec in document.get("Parameters", {}).items():
        if "Default" not in spec and name not in known:
            yield TemplateError(f"it needs a value: --set {name}=VALUE.").within("Parameters", name)


def _audited(
    files: tuple[Path, ...], document: Document, types: Mapping[str, Provider], stubbed: dict[str, str]
) -> list[TemplateError]:
    """Errors of one template and of those that are nested in it; `files` leads from the one that was named to it.

    Its stubs are added to `stubbed`.
    """
    errors = _located(files[-1], _wrong(document, types))
    for logical_id, resource in document["Resources"].items():
        kind = resource["Type"]
        if kind in types and types[kind].stubbed and kind != STACK_TYPE:
            stubbed[logical_id] = kind
        url = (resource.get("Properties") or {}).get("TemplateURL") if resource["Type"] == STACK_TYPE else None
        nested = local_file(files[-1].parent, url) if isinstance(url, str) else None
        if (
            nested
            and nested not in files
            and len(files) <= NESTED
            and (inner := _read(nested, f"TemplateURL {url}", errors))
        ):
            errors += _audited((*files, nested), inner, types, stubbed)
    return errors


def _wrong(document: Document, types: Mapping[str, Provider]) -> Iterator[TemplateError]:
    resources = document["Resources"]
    names = resources.keys() | document.get("Parameters", {}).keys()
    for logical_id, resource in resources.items():
        here, kind = ("Resources", logical_id), resource["Type"]
        if kind not in types:
            yield TemplateError(why_unknown(kind)).within(*here, "Type")
        elif schema := published(kind):
            properties = resource.get("Properties") or {}
            for error in (*schema.wrong(properties), *schema.wrong_values(properties)):
                yield error.within(*here, "Properties")
        for needed in as_list(resource.get("DependsOn", [])):
            if needed not in resources:
                yield TemplateError(f"{needed} is no resource.").within(*here, "DependsOn")
        yield from _unresolved(resource.get("Properties"), names, resources, (*here, "Properties"), types)
    for name, output in document.get("Outputs", {}).items():
        yield from _unresolved(output.get("Value"), names, resources, ("Outputs", name, "Value"), types)


def _unresolved(
    node: Any, names: Any, resources: Mapping[str, Any], path: tuple[str, ...], types: Mapping[str, Provider]
) -> Iterator[TemplateError]:
    for name in dict.fromkeys(resources_of(node, lambda _condition: None)):
        if name not in names and not name.startswith(("AWS::", "!")):
            yield TemplateError(f"{name} is no parameter and no resource.").within(*path)
    for name, attribute in dict.fromkeys(attributes_of(node)):
        kind = resources[name]["Type"] if name in resources else ""
        schema = published(kind) if kind in types and types[kind].stubbed and kind != STACK_TYPE else None
        if schema and not schema.has_attribute(attribute):
            yield TemplateError(f"{name} ({kind}) has no attribute {attribute}.").within(*path)
