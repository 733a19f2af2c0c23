"""Loops of a template: `Fn::ForEach`, written out before anything else is looked at.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ecs_emulator.stacks.arguments import items, plain
from ecs_emulator.stacks.documents import Document
from ecs_emulator.stacks.errors import TemplateError, at, shown
from ecs_emulator.stacks.evaluator import Evaluator
from ecs_emulator.stacks.quotas import NODES

_LOOP = "Fn::ForEach::"
_SECTIONS = ("Conditions", "Resources", "Outputs")
_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
_DEEPEST = 5  # loops inside of one another


def extended(document: Document, parameters: Mapping[str, Any]) -> Document:
    """A template with its loops written out, and what its resources' policies are by functions worked out.

    `parameters` are the values of its parameters, as far as they are known. Raises TemplateError.
    """
    evaluator = Evaluator(document, parameters, {}, {}, _unknown)
    writer = _Writer(evaluator)
    written = dict(document)
    for section in _SECTIONS:
        if isinstance(document.get(section), dict):
            with at(section):
                written[section] = writer.written(document[section])
    for name, resource in (written.get("Resources") or {}).items():
        for policy in _POLICIES:
            if isinstance(resource, dict) and isinstance(resource.get(policy), dict):
                with at("Resources", name, policy):
                    resource[policy] = plain(policy, evaluator.value(resource[policy]))
    return written


class _Writer:
    """Writes loops out; what all of them write is counted."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._left = NODES

    def written(self, node: Any, depth: int = 0) -> Any:
        self._left -= 1
        if self._left < 0:
            raise TemplateError(f"the loops write out more than {NODES} values.")
        if isinstance(node, list):
            return [self.written(each, depth) for each in node]
        if not isinstance(node, dict):
            return node
        found: Document = {}
        for name, each in node.items():
            pairs = (
                self._loop(name, each, depth)
                if str(name).startswith(_LOOP)
                else [(name, self._part(name, each, depth))]
            )
            for key, value in pairs:
                if key in found:
                    raise TemplateError(f"{key} is there twice.").within(name)
                found[key] = value
        return found

    def _part(self, name: object, node: Any, depth: int) -> Any:
        try:
            return self.written(node, depth)
        except TemplateError as error:
            error.within(name)
            raise

    def _loop(self, name: str, argument: Any, depth: int) -> Iterator[tuple[str, Any]]:
        try:
            if depth == _DEEPEST:
                raise TemplateError(f"more than {_DEEPEST} loops are inside of one another.")
            identifier, collection, fragment = items(name, argument, 3)
            if not isinstance(identifier, str) or not isinstance(fragment, dict):
                raise TemplateError(f"{name} takes the name of a value, values, and a mapping to repeat.")
            for value in self._values(name, collection):
                yield from self.written(_filled(fragment, identifier, value), depth + 1).items()
        except TemplateError as error:
            error.within(name)
            raise

    def _values(self, name: str, collection: Any) -> list[str]:
        values = self._evaluator.value(collection)
        flat = (
            [each for value in values for each in (value if isinstance(value, list) else [value])]
            if isinstance(values, list)
            else values
        )
        if not isinstance(flat, list):
            raise TemplateError(f"{name} goes over a list of texts; it is {shown(flat)}.")
        return [plain(name, each) for each in flat]


def _filled(node: Any, identifier: str, value: str) -> Any:
    """A fragment with a value in the place of its identifier; `&{…}` takes letters and digits alone of it."""
    if isinstance(node, list):
        return [_filled(each, identifier, value) for each in node]
    if isinstance(node, dict):
        if node == {"Ref": identifier}:
            return value
        return {_filled(name, identifier, value): _filled(each, identifier, value) for name, each in node.items()}
    if not isinstance(node, str):
        return node
    return node.replace(f"${{{identifier}}}", value).replace(f"&{{{identifier}}}", re.sub("[^A-Za-z0-9]", "", value))


def _unknown(name: str, _attribute: str | None) -> Any:
    raise TemplateError(f"{name} is known only when it has been made; a loop is written out before that.")
