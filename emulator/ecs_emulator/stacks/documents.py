"""YAML and JSON documents of bounded size, with the short forms of CloudFormation, and without what it does not take.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

import json
import math
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml

from ecs_emulator.stacks.errors import TemplateError, one_line
from ecs_emulator.stacks.quotas import DEPTH, NODES, TEMPLATE

__all__ = ["Document", "SafeLoader", "decoded", "legible", "loaded", "text_of"]

Document = dict[str, Any]

if TYPE_CHECKING:
    from yaml import SafeLoader
else:
    # The one in C, where PyYAML was built with it, takes a seventh of the time.
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_YAML = "tag:yaml.org,2002:"
_REFUSED = {f"{_YAML}{name}" for name in ("binary", "merge", "omap", "pairs", "set", "timestamp")}
# Two escapes that are one character, or a backslash that is escaped itself.
_PAIR = re.compile(r"\\\\|(\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_BITS = 1024  # of a whole number: as large as a fraction can be
_NOT_SUPPORTED = "CloudFormation does not support this in a template"


class _Loader(SafeLoader):
    """YAML with CloudFormation's short forms: `!Ref X` reads as `{"Ref": "X"}`. Names are text, as in JSON."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag.startswith(_YAML):
                key.tag = f"{_YAML}str"
        return super().construct_mapping(node, deep=deep)


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Document:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if name == "Fn::GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(cast("yaml.MappingNode", node), deep=True)}


def _number(loader: _Loader, node: yaml.ScalarNode) -> int | float:
    """A number that JSON has and Python can write in figures: not `.inf`, nor 5,000 digits of base 16 or 60."""
    whole = node.tag == f"{_YAML}int"
    value: int | float = loader.construct_yaml_int(node) if whole else loader.construct_yaml_float(node)
    if (whole and value.bit_length() > _BITS) or not math.isfinite(value):  # type: ignore[union-attr]
        raise yaml.constructor.ConstructorError(problem=f"{node.value} is no number here", problem_mark=node.start_mark)
    return value


_Loader.add_multi_constructor("!", _short_form)
_Loader.add_constructor(f"{_YAML}int", _number)
_Loader.add_constructor(f"{_YAML}float", _number)
# Dates such as a policy's `Version: 2012-10-17` stay text, as CloudFormation reads them.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{_YAML}timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def loaded(text: str, name: str) -> Any:
    """Document of a YAML or JSON text; `name` is what errors call it. Raises TemplateError."""
    if len(text) > TEMPLATE:
        raise TemplateError(f"{name} has more than {TEMPLATE} bytes.")
    try:
        text = legible(text)
        _check(text, name)
        return yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: `!!int x`, or a number of 5,000 digits
        mark = getattr(error, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise TemplateError(f"{where}: {one_line(getattr(error, 'problem', None) or str(error))}.") from error


def legible(text: str) -> str:
    """A JSON text whose escaped characters beyond U+FFFF are themselves, for YAML knows no pairs, and which begins with
    no tab, for YAML takes none there; YAML as it is.
    """
    json_text = text.lstrip("\ufeff \t\r\n")
    if not json_text.startswith("{"):
        return text
    text = text[: -len(json_text)].replace("\t", " ") + json_text
    return _PAIR.sub(lambda found: found[0] if found[1] is None else json.loads(f'"{found[0]}"'), text)


def _check(text: str, name: str) -> None:
    """Raises TemplateError, before anything is made of the text; the parser's events cost no recursion."""
    nodes = depth = 0
    for event in yaml.parse(text, _Loader):
        where = f"{name}, line {event.start_mark.line + 1}" if event.start_mark else name
        if isinstance(event, yaml.AliasEvent):
            raise TemplateError(f"{where}: YAML aliases are not allowed in CloudFormation templates.")
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if not isinstance(event, yaml.NodeEvent):
            continue
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        nodes += 1
        if depth > DEPTH:
            raise TemplateError(f"{where}: more than {DEPTH} lists and mappings are inside of one another.")
        if nodes > NODES:
            raise TemplateError(f"{where}: the template has more than {NODES} values.")
        tag = getattr(event, "tag", None)
        if tag in _REFUSED:
            raise TemplateError(f"{where}: {_NOT_SUPPORTED}: the tag {tag.removeprefix(_YAML)}.")
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
            raise TemplateError(f"{where}: {_NOT_SUPPORTED}: hash merges (`<<`).")


def text_of(path: Path, name: str | None = None) -> str:
    """The text of a file of at most TEMPLATE bytes; `name` is what errors call it. Raises TemplateError."""
    name = name or path.name
    try:
        # A device or a pipe might never end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise TemplateError(f"{name} is no file.")
        with path.open("rb") as file:
            content = file.read(TEMPLATE + 1)
    except (OSError, ValueError) as error:
        raise TemplateError(f"{name}: {error}") from error
    return decoded(content, name)


def decoded(content: bytes, name: str) -> str:
    """Bytes as a template's text. Raises TemplateError."""
    if len(content) > TEMPLATE:
        raise TemplateError(f"{name} has more than {TEMPLATE} bytes.")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise TemplateError(f"{name}: {error}") from error
