"""Programs file: which programs of the developer's run as which containers, beside the templates that name those.

containers:
  web:                              # a container's name, or its image as the template has it
    folder: ./web                   # from this file's folder on, which it is otherwise
    build: npm ci && npm run build  # a shell's command line, in a copy of the folder
    command: node server.js         # a shell's command line; else the template's entry point and command
    environment: {LOG_LEVEL: debug} # over the template's
    health: curl -f localhost:$PORT # in the place of the template's health check
    ignore: ["*.log"]               # what is not copied, as a shell's patterns of names
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

NAME = "ecs-emulator.yml"
NEVER = (".git", ".ecs-emulator", ".local", "__pycache__")  # no part of a program

_TOP = "containers"
_TEXTS = ("folder", "build", "command", "health")
_KEYS = (*_TEXTS, "environment", "ignore")


class WrongPrograms(ValueError):
    """A file that describes no programs; the message has a line for each mistake, with file and line."""


@dataclass(frozen=True)
class ProgramDescription:
    """Description of a container's program; `folder` is absolute, `line` is where the file has it, from 1."""

    folder: Path
    build: str | None = None
    command: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    health: str | None = None
    ignore: tuple[str, ...] = ()
    line: int = 0


def beside(template: Path) -> Path | None:
    """The programs file of a template: the one in its folder, None where there is none."""
    found = template.absolute().parent / NAME
    return found if found.is_file() else None


def read(path: Path) -> dict[str, ProgramDescription]:
    """The programs of a file by container. Raises WrongPrograms, with all that is wrong."""
    mistakes: list[str] = []
    try:
        root = yaml.compose(path.read_text(), yaml.SafeLoader)
    except OSError as error:
        raise WrongPrograms(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise WrongPrograms(f"{path}: it is no text.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WrongPrograms(f"{path}:{line}: {error.problem}.") from error
    reader = _Reader(path, mistakes)
    found = dict(reader.programs(root))
    if mistakes:
        raise WrongPrograms("\n".join(mistakes))
    return found


class _Reader:
    def __init__(self, path: Path, mistakes: list[str]) -> None:
        self._path = path
        self._mistakes = mistakes

    def programs(self, root: yaml.Node | None) -> Iterator[tuple[str, ProgramDescription]]:
        pairs = self._pairs(root, "the file", (_TOP,))
        if not any(name == _TOP for name, _ in pairs):
            self._wrong(root, f"there should be `{_TOP}`, with a program for each container")
        for _, containers in pairs:
            for name, node in self._pairs(containers, _TOP):
                yield name, self._program(name, node)

    def _program(self, name: str, node: yaml.Node) -> ProgramDescription:
        values = dict(self._pairs(node, name, _KEYS))
        texts = {key: self._text(values[key], f"{name}.{key}") for key in _TEXTS if key in values}
        folder = (self._path.absolute().parent / (texts.pop("folder", None) or ".")).resolve()
        if not folder.is_dir():
            self._wrong(values.get("folder", node), f"{name}.folder: there is no folder {folder}")
        environment, ignore = values.get("environment"), values.get("ignore")
        variables = self._pairs(environment, f"{name}.environment") if environment else []
        patterns = ignore.value if isinstance(ignore, yaml.SequenceNode) else []
        if ignore and not isinstance(ignore, yaml.SequenceNode):
            self._wrong(ignore, f"{name}.ignore should be a list of patterns")
        return ProgramDescription(
            folder,
            texts.get("build"),
            texts.get("command"),
            {key: self._text(value, f"{name}.environment.{key}") or "" for key, value in variables},
            texts.get("health"),
            tuple(self._text(each, f"{name}.ignore") or "" for each in patterns),
            node.start_mark.line + 1,
        )

    def _pairs(
        self, node: yaml.Node | None, what: str, known: tuple[str, ...] | None = None
    ) -> list[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, f"{what} should be a mapping")
            return []
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if known and name not in known:
                self._wrong(key, f"{what} has no `{name}`; there are: {', '.join(known)}")
            elif name in found:
                self._wrong(key, f"{what} has `{name}` twice")
            else:
                found[name] = value
        return list(found.items())

    def _text(self, node: yaml.Node, what: str) -> str | None:
        if isinstance(node, yaml.ScalarNode) and not node.tag.endswith(":null"):
            return str(node.value)
        self._wrong(node, f"{what} should be a text")
        return None

    def _wrong(self, node: yaml.Node | None, sentence: str) -> None:
        line = node.start_mark.line + 1 if node else 1
        self._mistakes.append(f"{self._path}:{line}: {sentence}.")
