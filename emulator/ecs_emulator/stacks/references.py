"""References of a piece of a template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

VARIABLE = re.compile(r"\$\{([^{}]+)\}")  # of Fn::Sub


def conditions_of(node: Any, among: Mapping[str, Any]) -> Iterator[str]:
    """Those of the conditions `among` that a condition needs."""
    for name, argument in _functions(node, lambda _name: None):
        match name, argument:
            case ("Condition", str(condition)) | ("Fn::If", [str(condition), *_]) if condition in among:
                yield condition


def resources_of(node: Any, holds: Callable[[str], bool | None]) -> Iterator[str]:
    """The names by which `node` asks for resources or parameters, in the branches of `Fn::If` that are taken; in both
    where `holds` does not know.
    """
    for name, argument in _functions(node, holds):
        match name, argument:
            case "Ref", str(text):
                yield text
            case "Fn::GetAtt", str(text) | [str(text), *_]:
                yield text.partition(".")[0]
            case "Fn::Sub", str(text) | [str(text)]:
                yield from _variables(text)
            case "Fn::Sub", [str(text), dict(own), *_]:
                yield from (each for each in _variables(text) if each not in own)


def attributes_of(node: Any) -> Iterator[tuple[str, str]]:
    """The names and attributes by which `node` asks for resources, wherever they are."""
    for name, argument in _functions(node, lambda _condition: None):
        match name, argument:
            case ("Fn::GetAtt", [str(resource), str(attribute)]):
                yield resource, attribute
            case ("Fn::GetAtt", str(text)) if "." in text:
                yield _pair(text)
            case ("Fn::Sub", str(text) | [str(text), *_]):
                own = argument[1] if isinstance(argument, list) and len(argument) > 1 else {}
                for each in VARIABLE.findall(text):
                    if "." in each and each.strip() not in own:
                        yield _pair(each.strip())


def _pair(text: str) -> tuple[str, str]:
    resource, _, attribute = text.partition(".")
    return resource, attribute


def _variables(text: str) -> Iterator[str]:
    for name in VARIABLE.findall(text):
        yield name.strip().partition(".")[0]


def _functions(node: Any, holds: Callable[[str], bool | None]) -> Iterator[tuple[str, Any]]:
    """Everything that may be a function, with its argument; both branches of an `Fn::If` where nobody knows."""
    pieces = [node]
    while pieces:
        piece = pieces.pop()
        if isinstance(piece, list):
            pieces += reversed(piece)
        elif isinstance(piece, dict):
            for name, argument in reversed(piece.items()):
                match name, argument:
                    case "Fn::If", [str(condition), yes, no] if (taken := holds(condition)) is not None:
                        pieces.append(yes if taken else no)
                    case _:
                        pieces.append(argument)
            yield from piece.items()
