"""Names have one meaning, and a docstring begins with the field's noun for what it describes."""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = ("app", "bench", "emulator/ecs_emulator", "emulator/simulation", "mysfits", "ops", "reliability", "tools")
# A question is no noun: "What a task costs" is its cost.
QUESTION = re.compile(r"(What|How|Whether|Where|Which|Who|Whose|Why|When)\b")

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
@functools.cache
def modules() -> dict[str, ast.Module]:
    """Production code by path from the repository's root."""
    paths = (path for folder in PRODUCTION for path in sorted((ROOT / folder).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in paths}


def public(scope: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    for node in scope.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def questions(module: ast.Module) -> list[str]:
    """First lines that begin with a question: the module's, and those of what is public in it."""
    documented = (ast.get_docstring(each) or "" for each in (module, *public(module)))
    return [text.splitlines()[0] for text in documented if QUESTION.match(text)]


def meanings(modules: dict[str, ast.Module]) -> dict[str, list[str]]:
    """Public classes that have several modules, by name."""
    found = defaultdict(list)
    for path, module in modules.items():
        for node in module.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def test_docstrings_begin_with_a_noun() -> None:
    assert {path: found for path, module in modules().items() if (found := questions(module))} == {}


def test_a_public_class_name_has_one_meaning() -> None:
    assert meanings(modules()) == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""What a task costs."""', ["What a task costs."]),
        ('"""Costs."""\n\nclass Task:\n    def cost(self):\n        """How much.\n\n        More."""', ["How much."]),
        ('"""Cost of a task: what it takes."""\n\ndef _cost():\n    """What it takes."""', []),
        ('"""Whatever is sent."""', []),
    ],
)
def test_a_question_is_noticed_where_it_is_public(source: str, found: list[str]) -> None:
    assert questions(ast.parse(source)) == found


def test_a_second_meaning_is_noticed() -> None:
    one, two, private = (ast.parse(f"class {name}: ...") for name in ("Task", "Task", "_Task"))
    assert meanings({"a.py": one, "b.py": two, "c.py": private}) == {"Task": ["a.py", "b.py"]}


def test_lines_of_the_aws_cli_are_written_where_they_get_their_target() -> None:
    """`Target.aws_cli` does; one that is copied from a rehearsal without it would go to the account of a shell."""
    line = re.compile(r"(?<!env -- )\baws [a-z0-9]+ [a-z]+(-[a-z]+)+")
    found = {
        f"{path}: {node.value}"
        for path, module in modules().items()
        # What the doctor prints is about AWS alone.
        if not path.startswith("ops/doctor/")
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and line.search(node.value)
    }
    assert found == set()
