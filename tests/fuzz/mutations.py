"""Documents and texts made worse: values of other types, pieces that are gone, twice, elsewhere, deeper or aliased.

Every choice is drawn from the one `Random` that is handed in, so hypothesis makes what it finds smaller.
"""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from random import Random
from typing import Any

import yaml

from tests.fuzz.hostile import PIECES, TOKENS

Path = tuple[Any, ...]

_DEEPEST = 80


def mutated(document: Any, random: Random, aliases: bool = True) -> Any:
    """A copy of a document with one to four changes; with `aliases`, a piece may be there twice, even in itself."""
    changed = {"": copy.deepcopy(document)}
    for _ in range(random.randint(1, 4)):
        _change(changed, random, aliases)
    return changed[""]


def written(document: Any, random: Random) -> str:
    """A document as JSON, or as YAML, in which what is there twice is an alias."""
    if random.random() > 0.3:
        with suppress(ValueError):  # it is in itself
            return json.dumps(document, ensure_ascii=random.random() < 0.5)
    return str(yaml.dump(document, Dumper=yaml.SafeDumper, allow_unicode=True))


def scrambled(text: str, random: Random) -> str:
    """A text with one to five changes in it."""
    for _ in range(random.randint(1, 5)):
        at = random.randint(0, len(text))
        end = min(len(text), at + random.choice((0, 1, 2, 10, 200)))
        middle = random.choice((random.choice(TOKENS), random.choice(TOKENS), "", text[at:end] * 2))
        text = text[:at] + middle * random.choice((1, 1, 1, 1, 3, 60)) + text[end:]
    return text


def _change(document: Any, random: Random, aliases: bool) -> None:
    paths = list(_paths(document))[1:]
    path = random.choice(paths)
    parent, key = _at(document, path[:-1]), path[-1]
    match random.choice(("replace", "replace", "replace", "drop", "copy", "swap", "deepen", "rename", "wrap", "alias")):
        case "replace":
            parent[key] = copy.deepcopy(random.choice(PIECES))
        case "drop" if len(path) > 1:
            del parent[key]
        case "copy":
            parent[key] = copy.deepcopy(_at(document, random.choice(paths)))
        case "alias" if aliases:
            other = _at(document, random.choice(paths))
            parent[key] = [other, other]
        case "swap":
            other = random.choice(paths)
            if path != other[: len(path)] and other != path[: len(other)]:
                parent[key], _at(document, other[:-1])[other[-1]] = _at(document, other), parent[key]
        case "deepen":
            for _ in range(random.choice((1, 3, _DEEPEST))):
                parent[key] = [parent[key]] if random.random() < 0.5 else {"A": parent[key]}
        case "wrap":
            function = random.choice([piece for piece in PIECES if isinstance(piece, dict) and len(piece) == 1])
            parent[key] = {next(iter(function)): random.choice(([parent[key]], [parent[key]] * 2, parent[key]))}
        case "rename" if isinstance(parent, dict) and len(path) > 1:
            name = random.choice([str(each[-1]) for each in paths])
            parent[name] = parent.pop(key)


def _paths(node: Any, path: Path = ()) -> list[Path]:
    parts: list[tuple[Any, Any]] = []
    if isinstance(node, dict):
        parts = list(node.items())
    elif isinstance(node, list):
        parts = list(enumerate(node))
    if len(path) > _DEEPEST:
        parts = []
    return [path, *(each for name, part in parts for each in _paths(part, (*path, name)))]


def _at(node: Any, path: Path) -> Any:
    for name in path:
        node = node[name]
    return node
