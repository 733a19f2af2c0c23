"""Which stacks there are, and the parameters that each of them gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.stacks import files
from ecs_emulator.stacks.files import Listing

LISTING = Path(__file__).parents[2] / "cfn" / "stacks.yml"


class Setting(NamedTuple):
    """A parameter given on the command line: of one stack, or (None) of every one that has it."""

    stack: str | None
    name: str
    value: str


@dataclass(frozen=True)
class Listed:
    """A stack as `stacks.yml` lists it."""

    name: str
    body: str
    document: Mapping[str, Any]
    fixed: Mapping[str, str]  # the parameters that the list gives it

    @property
    def resources(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["Resources"]
        return found

    @property
    def parameters(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document.get("Parameters", {})
        return found

    @property
    def capabilities(self) -> list[str]:
        """What CloudFormation wants to be told before it makes roles and policies."""
        has = any(each["Type"].startswith("AWS::IAM::") for each in self.resources.values())
        return ["CAPABILITY_IAM"] if has else []

    def is_kept(self, logical_id: str) -> bool:
        """Whether a resource outlives its stack."""
        return self.resources.get(logical_id, {}).get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")


class Stacks:
    """All stacks of a `stacks.yml`, those of one assembly before those of the others. Raises Failure (NOT_FOUND)."""

    def __init__(self, assembly: str | None = None, listing: Path | None = None) -> None:
        read = Listing.read(listing or LISTING)
        assembly = assembly or next(iter(read.assemblies), None)
        if assembly is not None and assembly not in read.assemblies:
            raise Failure(
                Outcome.NOT_FOUND, f"There is no assembly {assembly}. There are: {', '.join(read.assemblies)}."
            )
        own = read.assemblies[assembly] if assembly else ()
        self.meant = [_listed(each) for each in (*read.stacks, *own)]
        known = {each.name for each in self.meant}
        # One name may be in several assemblies, with other parameters.
        others = {each.name: each for stacks in read.assemblies.values() for each in stacks if each.name not in known}
        self.all = [*self.meant, *(_listed(each) for each in others.values())]

    def chosen(self, wanted: Sequence[str], everything: bool = False) -> list[Listed]:
        """The stacks of these names (`service` for `mysfits-service`), in their order. Raises Failure (NOT_FOUND).

        When none is named, those of the assembly, or with `everything` those of every assembly.
        """
        names = {_full(self.all, each) for each in wanted}
        if names:
            return [stack for stack in self.all if stack.name in names]
        return self.all if everything else self.meant


def _listed(each: files.Listed) -> Listed:
    return Listed(each.name, each.text, each.document, {name: str(value) for name, value in each.parameters.items()})


def _full(stacks: Sequence[Listed], wanted: str) -> str:
    for stack in stacks:
        if stack.name in (wanted, f"mysfits-{wanted}"):
            return stack.name
    raise Failure(Outcome.NOT_FOUND, f"No stack {wanted} is listed. There are: {', '.join(s.name for s in stacks)}.")


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
    return setting.name in stack.parameters and setting.stack in (None, stack.name)


def given(stack: Listed, said: Iterable[Setting]) -> dict[str, str]:
    """The parameters that were said for a stack; one that names the stack wins."""
    ours = sorted((each for each in said if _is_for(each, stack)), key=lambda each: each.stack is not None)
    return {each.name: each.value for each in ours}


def by_stack(values: Mapping[str, str], stacks: Sequence[Listed]) -> dict[str, dict[str, str]]:
    """The parameters that values by `NAME` and `STACK.NAME` give to each stack. Raises Failure (USAGE, NOT_FOUND)."""
    said = settings(values, stacks)
    return {each.name: given(each, said) for each in stacks}


def parameters(stack: Listed, said: Iterable[Setting], previous: Iterable[str]) -> list[dict[str, Any]]:
    """The parameters as CloudFormation takes them: what was said, else what is listed, else what it had before.

    `previous` are the names of those that the deployed stack has. What is left out gets the template's default.
    """
    values = {**stack.fixed, **given(stack, said)}
    before = set(previous)
    found: list[dict[str, Any]] = []
    for name in stack.parameters:
        if name in values:
            found.append({"ParameterKey": name, "ParameterValue": values[name]})
        elif name in before:
            found.append({"ParameterKey": name, "UsePreviousValue": True})
    return found
