"""Imports between the stacks of files: whose export is whose import, and so what a stack is called and is given.

An export is often named after its stack (`production:VpcId`), and whoever imports it is told that name by a parameter.
Nobody says the names of stacks here; what fits between the files says them. Where people carry the output of one stack
to the parameter of the next by hand, it is carried by its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ecs_emulator.local import REGION
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.evaluator import Evaluator
from ecs_emulator.stacks.provisioning import pseudo_parameters
from ecs_emulator.stacks.stack_file import StackFile

# Characters that no name has, around what is to be found out.
_STACK, _MARK = "\x00", "\x01"
_STACK_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


def linked(stacks: Sequence[StackFile]) -> list[StackFile]:
    """The same stacks: one from whose exports others import by another name has that name, and a parameter without a
    value has the one by which an import is there, else the output of its name of the one stack before it that has one.
    """
    return _passed(_given(_named(list(stacks))))


def _named(stacks: list[StackFile]) -> list[StackFile]:
    exports = {each.name: list(_exports(each)) for each in stacks}
    there = {name.replace(_STACK, stack) for stack, names in exports.items() for name in names}
    asked = [name for each in stacks for name in _imports(each) if _MARK not in name and name not in there]
    taken = {each.name for each in stacks}
    found = []
    for each in stacks:
        names = [_only(_pattern(export, _STACK), asked) for export in exports[each.name] if _STACK in export]
        name = _commonest(name for several in names for name in several)
        if name and name not in taken and _STACK_NAME.fullmatch(name):
            taken.add(name)
            each = replace(each, name=name)
        found.append(each)
    return found


def _given(stacks: list[StackFile]) -> list[StackFile]:
    found = []
    for each in stacks:
        missing: dict[str, str] = {}
        for name in each.missing():
            mark = f"{_MARK}{name}{_MARK}"
            wanted = [own for own in _imports(each) if mark in own and own.count(_MARK) == 2]
            others = [
                export.replace(_STACK, other.name)
                for other in stacks
                if other is not each
                for export in _exports(other)
            ]
            value = _commonest(value for own in wanted for value in _only(_pattern(own, mark), others))
            missing |= {name: value} if value else {}
        found.append(replace(each, parameters={**each.parameters, **missing}) if missing else each)
    return found


def _passed(stacks: list[StackFile]) -> list[StackFile]:
    found: list[StackFile] = []
    for each in stacks:
        told = [(name, before.name) for before in found for name in before.document.get("Outputs", {})]
        owners = {name: [owner for output, owner in told if output == name] for name in each.missing()}
        passed = {name: several[0] for name, several in owners.items() if len(several) == 1}
        found.append(replace(each, passed=passed) if passed else each)
    return found


def _exports(stack: StackFile) -> Iterator[str]:
    """The names of its exports that depend on nothing that is missing, with _STACK for its own name."""
    static = _static(stack, _STACK)
    for output in stack.document.get("Outputs", {}).values():
        if "Export" in output and (name := static(output["Export"]["Name"])) and _MARK not in name:
            yield name


def _imports(stack: StackFile) -> Iterator[str]:
    """The names that it imports, with the name of each parameter that has no value between two of _MARK."""
    static = _static(stack, stack.name)
    pieces: list[Any] = [stack.document["Resources"], stack.document.get("Outputs", {})]
    while pieces:
        piece = pieces.pop()
        if isinstance(piece, dict):
            if "Fn::ImportValue" in piece and (name := static(piece["Fn::ImportValue"])):
                yield name
            pieces += piece.values()
        elif isinstance(piece, list):
            pieces += piece


def _static(stack: StackFile, name: str) -> Callable[[Any], str | None]:
    """What works out a piece of the template that depends on parameters alone; None of any other."""
    declared: Mapping[str, Any] = stack.document.get("Parameters", {})
    values = {each: spec.get("Default", f"{_MARK}{each}{_MARK}") for each, spec in declared.items()}
    evaluator = Evaluator(
        stack.document, values | dict(stack.parameters), pseudo_parameters(REGION, name, ""), {}, _unknown
    )

    def worked_out(node: Any) -> str | None:
        try:
            found = evaluator.value(node)
        except TemplateError:
            return None
        return found if isinstance(found, str) else None

    return worked_out


def _pattern(name: str, mark: str) -> re.Pattern[str]:
    first, *rest = map(re.escape, name.split(mark))
    return re.compile("".join([first, *(("(.+)" if index == 0 else r"\1") + each for index, each in enumerate(rest))]))


def _only(pattern: re.Pattern[str], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if found := pattern.fullmatch(name):
            yield found[1]


def _commonest(values: Iterator[str]) -> str | None:
    """The value that is there most often; None where several are, for nobody could say which."""
    several = Counter(values).most_common(2)
    if not several or (len(several) == 2 and several[0][1] == several[1][1]):
        return None
    return several[0][0]


def _unknown(name: str, _attribute: str | None) -> Any:
    raise TemplateError(f"{name} is known only later.")
