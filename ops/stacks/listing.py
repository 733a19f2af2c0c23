"""Listing of the stacks, and the parameters that each of them gets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.stacks.documents import Document, loaded, text_of
from ecs_emulator.stacks.errors import TemplateError, of
from ecs_emulator.stacks.schema import MAP, TEXT, Schema, check
from ecs_emulator.stacks.stack_file import StackFile
from ecs_emulator.stacks.templates import parsed_template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

LISTING = Path(__file__).parents[2] / "cfn" / "stacks.yml"
MONOLITH = "monolith"  # the assembly that is meant when none is named

_ENTRY = {"name": TEXT, "template": TEXT, "parameters?": MAP}
_LISTING: Schema = {"stacks": [_ENTRY], "assemblies?": {"*": [_ENTRY]}}


class Setting(NamedTuple):
    """A parameter given on the command line: of one stack, or (None) of every one that has it."""

    stack: str | None
    name: str
    value: str


@dataclass(frozen=True)
class Listed(StackFile):
    """A stack as `stacks.yml` lists it."""

    @property
    def fixed(self) -> dict[str, str]:
        """The parameters that the list gives it, as the API takes them."""
        return {name: str(value) for name, value in self.parameters.items()}

    @property
    def resources(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["Resources"]
        return found

    @property
    def declared(self) -> Mapping[str, Any]:
        """The parameters that the template declares."""
        found: Mapping[str, Any] = self.document.get("Parameters", {})
        return found

    @property
    def capabilities(self) -> list[str]:
        """Capabilities that CloudFormation wants before it makes roles and policies."""
        has = any(each["Type"].startswith("AWS::IAM::") for each in self.resources.values())
        return ["CAPABILITY_IAM"] if has else []

    @property
    def has_service(self) -> bool:
        """True when it has a service of ECS, and not only an image's repository or the like."""
        return any(each["Type"] == "AWS::ECS::Service" for each in self.resources.values())

    def is_kept(self, logical_id: str) -> bool:
        """True when a resource outlives its stack."""
        return self.resources.get(logical_id, {}).get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True)
class Listing:
    """A `stacks.yml`: the stacks that everything stands on, and by assembly those of its services; in their order."""

    stacks: tuple[Listed, ...]
    assemblies: Mapping[str, tuple[Listed, ...]]

    @classmethod
    def read(cls, path: Path) -> Listing:
        """Raises TemplateError."""
        document = loaded(text_of(path), path.name)
        with of(path.name):
            check(_LISTING, document)

        # Several stacks are made of one template, and each is parsed once.
        @cache
        def template(name: str) -> tuple[str, Document]:
            text = text_of(path.parent / name)
            return text, parsed_template(text, name)

        def listed(entry: Mapping[str, Any]) -> Listed:
            text, document = template(entry["template"])
            file = path.parent / entry["template"]
            return Listed(entry["name"], document, entry.get("parameters", {}), text, file)

        def files(entries: Sequence[Mapping[str, Any]]) -> tuple[Listed, ...]:
            return tuple(map(listed, entries))

        assemblies = {name: files(entries) for name, entries in document.get("assemblies", {}).items()}
        return cls(files(document["stacks"]), assemblies)

    def assembly(self, name: str) -> tuple[Listed, ...]:
        """The stacks of an assembly's services. Raises TemplateError."""
        if name not in self.assemblies:
            raise TemplateError(f"There is no assembly {name}. There are: {', '.join(self.assemblies)}.")
        return self.assemblies[name]

    def all(self, assembly: str) -> tuple[Listed, ...]:
        """Everything, with one assembly. Raises TemplateError."""
        return self.stacks + self.assembly(assembly)


def listed(listing: Path, assembly: str = MONOLITH) -> Iterator[tuple[str, Document, Mapping[str, Any]]]:
    """The name, template and parameters of every stack of a `stacks.yml`, in its order. Raises TemplateError."""
    for stack in Listing.read(listing).all(assembly):
        yield stack.name, stack.document, stack.parameters


class StackListing:
    """All stacks of a `stacks.yml`, those of one assembly before those of the others. Raises Failure (NOT_FOUND)."""

    def __init__(self, assembly: str | None = None, listing: Path | None = None) -> None:
        read = Listing.read(listing or LISTING)
        assembly = assembly or next(iter(read.assemblies), None)
        if assembly is not None and assembly not in read.assemblies:
            raise Failure(
                Outcome.NOT_FOUND, f"There is no assembly {assembly}. There are: {', '.join(read.assemblies)}."
            )
        own = read.assemblies[assembly] if assembly else ()
        self.meant = [*read.stacks, *own]
        known = {each.name for each in self.meant}
        # One name may be in several assemblies, with other parameters.
        others = {each.name: each for stacks in read.assemblies.values() for each in stacks if each.name not in known}
        self.all = [*self.meant, *others.values()]

    def chosen(self, references: Sequence[str], everything: bool = False) -> list[Listed]:
        """The stacks of these names (`service` for `mysfits-service`), in their order. Raises Failure (NOT_FOUND).

        When none is named, those of the assembly, or with `everything` those of every assembly.
        """
        names = {_full(self.all, each) for each in references}
        if names:
            return [stack for stack in self.all if stack.name in names]
        return self.all if everything else self.meant


def _full(stacks: Sequence[Listed], reference: str) -> str:
    for stack in stacks:
        if stack.name in (reference, f"mysfits-{reference}"):
            return stack.name
    raise Failure(Outcome.NOT_FOUND, f"No stack {reference} is listed. There are: {', '.join(s.name for s in stacks)}.")


def settings(values: Mapping[str, str], stacks: Sequence[Listed]) -> list[Setting]:
    """Values by `NAME` and `STACK.NAME` as settings of these stacks. Raises Failure (USAGE, NOT_FOUND)."""
    found = []
    for key, value in values.items():
        stack, dot, name = key.rpartition(".")
        setting = Setting(_full(stacks, stack) if dot else None, name, value)
        if not any(_is_for(setting, each) for each in stacks):
            where = setting.stack or ", ".join(each.name for each in stacks)
            raise Failure(Outcome.USAGE, f"There is no parameter {name} in {where}.")
        found.append(setting)
    return found


def _is_for(setting: Setting, stack: Listed) -> bool:
    return setting.name in stack.declared and setting.stack in (None, stack.name)


def given(stack: Listed, said: Iterable[Setting]) -> dict[str, str]:
    """The parameters that were said for a stack; one that names the stack wins."""
    ours = sorted((each for each in said if _is_for(each, stack)), key=lambda each: each.stack is not None)
    return {each.name: each.value for each in ours}


def by_stack(values: Mapping[str, str], stacks: Sequence[Listed]) -> dict[str, dict[str, str]]:
    """The parameters that values by `NAME` and `STACK.NAME` give to each stack. Raises Failure (USAGE, NOT_FOUND)."""
    said = settings(values, stacks)
    return {each.name: given(each, said) for each in stacks}


def parameters(stack: Listed, said: Iterable[Setting], previous: Iterable[str]) -> list[ParameterTypeDef]:
    """The parameters as CloudFormation takes them: what was said, else what is listed, else what it had before.

    `previous` are the names of those that the deployed stack has. What is left out gets the template's default.
    """
    values = {**stack.fixed, **given(stack, said)}
    before = set(previous)
    found: list[ParameterTypeDef] = []
    for name in stack.declared:
        if name in values:
            found.append({"ParameterKey": name, "ParameterValue": values[name]})
        elif name in before:
            found.append({"ParameterKey": name, "UsePreviousValue": True})
    return found
