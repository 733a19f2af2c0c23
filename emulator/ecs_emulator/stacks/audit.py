"""Audit of template files before anything is made of them: all that is wrong or missing in them, at once.

What depends on a value that is known only later is judged when it is known; what is in no branch that may be taken is
not judged at all, save the references, which CloudFormation looks up wherever they are.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html#troubleshooting-errors
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ecs_emulator.stacks.documents import Document, text_of
from ecs_emulator.stacks.errors import TemplateError, TemplateErrors
from ecs_emulator.stacks.files import local_file, stack_file
from ecs_emulator.stacks.imports import linked
from ecs_emulator.stacks.lines import line_of
from ecs_emulator.stacks.quotas import NESTED
from ecs_emulator.stacks.references import attributes_of, resources_of
from ecs_emulator.stacks.resources.provider import Provider, StubSettings
from ecs_emulator.stacks.resources.published import published
from ecs_emulator.stacks.resources.registry import why_unknown
from ecs_emulator.stacks.stack_file import StackFile
from ecs_emulator.stacks.state import STACK_TYPE
from ecs_emulator.stacks.templates import parsed_template
from ecs_emulator.stacks.transforms import UnknownTransform
from ecs_emulator.stacks.validation import Validation
from ecs_emulator.stacks.values import UNKNOWN, as_list, is_unknown


def audit(
    paths: Sequence[Path], parameters: Mapping[str, Any], types: Mapping[str, Provider], stubs: StubSettings
) -> None:
    """Raises TemplateErrors for all that is wrong in template files and in those that they name beside them, and
    TemplateError when it is one thing.
    """
    errors: list[TemplateError] = []
    declared: set[str] = set()
    read = [each for path in paths if (each := _read(path, parameters, errors))]
    found = _Audit(types, set(stubs.exports))
    for stack in linked(read):
        declared |= stack.document.get("Parameters", {}).keys()
        errors += _located(stack.file, _missing(stack))
        given = {**stack.parameters, **dict.fromkeys(stack.passed, UNKNOWN)}
        errors += found.errors_of((stack.file,), stack.document, given, stack.name)
    for name in stubs.attributes:
        if complaint := _no_stub(name, found.stubbed):
            errors.append(TemplateError(f"--set-attribute {name}: {complaint}"))
    # One that could not be read may declare it.
    if len(read) == len(paths):
        errors += [
            TemplateError(f"There is no parameter {name} in any of the templates. There are: {_listed(declared)}.")
            for name in sorted(parameters.keys() - declared)
        ]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise TemplateErrors(errors)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _read(path: Path, parameters: Mapping[str, Any], errors: list[TemplateError]) -> StackFile | None:
    """The stack of a file, as far as it can be read; what is wrong is added to `errors`."""
    try:
        return stack_file(path, parameters)
    except UnknownTransform as error:
        errors += _located(path, iter([error]))
        if error.is_macro:
            return None
    except TemplateError as error:
        errors.append(error)
        return None
    try:
        return stack_file(path, parameters, as_written=True)
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


def _missing(stack: StackFile) -> Iterator[TemplateError]:
    for name in stack.missing():
        yield TemplateError(f"it needs a value: --set {name}=VALUE.").within("Parameters", name)


class _Audit:
    """Audit of templates one after the other: `exports` are the names that those before export, `stubbed` the types of
    the stubs that there would be, by logical id.
    """

    def __init__(self, types: Mapping[str, Provider], exports: set[str]) -> None:
        self._types = types
        self._exports = exports
        self.stubbed: dict[str, str] = {}

    def errors_of(
        self, files: tuple[Path, ...], document: Document, given: Mapping[str, Any], stack: str
    ) -> list[TemplateError]:
        """Those of one template and of those nested in it; `files` leads from the one that was named to it."""
        checked = Validation(document, given, stack, self._exports)
        wrong = list(_wrong(document, self._types))
        wrong += _beside(wrong, _worked_out(document, checked.resources, self._types))
        more = _beside(wrong, checked.errors)
        refused = _refused(document, checked.resources, self._types)
        errors = _located(files[-1], iter([*wrong, *more, *refused]))
        for logical_id, resource in document["Resources"].items():
            kind = resource["Type"]
            if kind in self._types and self._types[kind].stubbed and kind != STACK_TYPE:
                self.stubbed[logical_id] = kind
            if kind == STACK_TYPE and logical_id in checked.resources:
                errors += self._nested(files, logical_id, checked.resources[logical_id], f"{stack}-{logical_id}")
        self._exports |= checked.exported
        return errors

    def _nested(
        self, files: tuple[Path, ...], logical_id: str, properties: Document, stack: str
    ) -> list[TemplateError]:
        url, given = properties.get("TemplateURL"), properties.get("Parameters", {})
        if not isinstance(url, str) or is_unknown(url) or len(files) > NESTED:
            return []
        here, path = ("Resources", logical_id, "Properties"), local_file(files[-1].parent, url)
        if path in files:
            return []
        if path is None and not self._types[STACK_TYPE].stubbed:
            return []  # an object of the local S3 may have it
        if path is None or not path.is_file():
            error = TemplateError(f"there is no such file beside {files[-1].name}: {url}.").within(*here, "TemplateURL")
            return _located(files[-1], iter([error]))
        parameters = given if isinstance(given, dict) else {}
        try:
            document = parsed_template(text_of(path), path.name, parameters)
        except TemplateError as error:
            return [error]
        unfit = _unfit(path.name, document.get("Parameters", {}), given)
        found = [error.within(*here, "Parameters") for error in unfit]
        return _located(files[-1], iter(found)) + self.errors_of((*files, path), document, parameters, stack)


def _unfit(file: str, declared: Mapping[str, Document], given: Any) -> Iterator[TemplateError]:
    """An error for each parameter that a nested template does not declare, and for each that has no value."""
    if isinstance(given, dict):
        for name in sorted(given.keys() - declared.keys()):
            yield TemplateError(f"{file} has no such parameter.").within(name)
        for name in sorted(name for name, spec in declared.items() if "Default" not in spec and name not in given):
            yield TemplateError(f"{file} wants {name}, and has no default for it.")


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


def _beside(found: Sequence[TemplateError], more: Iterable[TemplateError]) -> list[TemplateError]:
    """Those of `more` that are not among those that were found."""
    known = {(each.path, each.args) for each in found}
    return [each for each in more if (each.path, each.args) not in known]


def _worked_out(
    document: Document, resources: Mapping[str, Document], types: Mapping[str, Provider]
) -> Iterator[TemplateError]:
    """An error for each value that a parameter or a function gives and its schema does not allow."""
    for logical_id, properties in resources.items():
        kind = document["Resources"][logical_id]["Type"]
        if kind in types and (schema := published(kind)):
            for error in schema.wrong_values(properties):
                yield error.within("Resources", logical_id, "Properties")


def _refused(
    document: Document, resources: Mapping[str, Document], types: Mapping[str, Provider]
) -> Iterator[TemplateError]:
    for logical_id, properties in resources.items():
        provider = types.get(document["Resources"][logical_id]["Type"])
        for error in provider.refusals(properties) if provider and provider.refusals else ():
            yield error.within("Resources", logical_id, "Properties")


def _unresolved(
    node: Any, names: Any, resources: Mapping[str, Any], path: tuple[str, ...], types: Mapping[str, Provider]
) -> Iterator[TemplateError]:
    for name in dict.fromkeys(resources_of(node, lambda _condition: None)):
        if name not in names and not name.startswith(("AWS::", "!")):
            yield TemplateError(f"{name} is no parameter and no resource.").within(*path)
    for name, attribute in dict.fromkeys(attributes_of(node)):
        kind = resources[name]["Type"] if name in resources else ""
        schema = published(kind) if kind in types and kind != STACK_TYPE else None
        if schema and not schema.has_attribute(attribute):
            yield TemplateError(f"{name} ({kind}) has no attribute {attribute}.").within(*path)
