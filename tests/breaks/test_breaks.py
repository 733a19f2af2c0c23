"""Every area has breaks, and each can be made: its text is there once, and so is its test."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.breaks import AREAS, Break, breaks_of
from tests.platform_runner import ROOT

HERE = Path(__file__).parent
NO_AREAS = {"__init__", "__main__", "project"}


def test_there_is_a_file_for_each_area_and_none_besides() -> None:
    files = {path.stem for path in HERE.glob("*.py") if not path.stem.startswith("test_")}
    assert sorted(files - NO_AREAS) == sorted(AREAS)


@pytest.mark.parametrize("area", AREAS)
def test_an_area_has_three_breaks_or_more_and_each_can_be_made(area: str) -> None:
    assert (HERE / f"{area}.py").exists(), f"tests/breaks/{area}.py is missing"
    breaks = breaks_of(area)
    assert len({each.what for each in breaks}) == len(breaks) >= 3
    assert [fault for each in breaks if (fault := what_is_wrong(each, ROOT))] == []


def what_is_wrong(broken: Break, project: Path) -> str | None:
    """Why a break cannot be made or would prove nothing; None when it can."""
    path, test = project / broken.path, project / broken.test_path
    if not path.is_file():
        return f"{broken.path} is not there"
    if (count := path.read_text().count(broken.old)) != 1:
        return f"{broken.path} has {count} of: {broken.old}"
    if broken.new == broken.old:
        return f"{broken.path} would stay as it is"
    if path.suffix == ".py" and not _is_python(path.read_text().replace(broken.old, broken.new)):
        return f"{broken.path} would not be Python any more"
    if not test.is_file() or broken.path == broken.test_path:
        return f"{broken.test_path} is not there, or is what is broken"
    names = [name.partition("[")[0] for name in broken.test.split("::")[1:]]
    if not _defines(ast.parse(test.read_text()), names):
        return f"there is no test {broken.test}"
    if not broken.what.endswith("."):
        return f"no sentence: {broken.what}"
    return None


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _defines(tree: ast.Module | ast.ClassDef, names: list[str]) -> bool:
    if not names:
        return True
    for each in tree.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and [each.name] == names:
            return True
        if isinstance(each, ast.ClassDef) and each.name == names[0]:
            return _defines(each, names[1:])
    return False


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (Break("It is off.", "a.py", "one = 1", "one = 2", "test_a.py::test_one"), None),
        (Break("It is off.", "a.py", "one = 1", "one = 2", "test_a.py::test_one[1-x]"), None),
        (Break("It is off.", "a.py", "one = 1", "one = 2", "test_a.py"), None),
        (Break("It is off.", "b.py", "one = 1", "one = 2", "test_a.py"), "b.py is not there"),
        (Break("It is off.", "a.py", "= ", "", "test_a.py"), "a.py has 2 of"),
        (Break("It is off.", "a.py", "three = 3", "", "test_a.py"), "a.py has 0 of"),
        (Break("It is off.", "a.py", "one = 1", "one = 1", "test_a.py"), "would stay as it is"),
        (Break("It is off.", "a.py", "one = 1", "one =", "test_a.py"), "would not be Python"),
        (Break("It is off.", "a.py", "one = 1", "one = 2", "test_b.py::test_one"), "test_b.py is not there"),
        (Break("It is off.", "test_a.py", "pass", "raise OSError", "test_a.py::test_one"), "is what is broken"),
        (Break("It is off.", "a.py", "one = 1", "one = 2", "test_a.py::test_two"), "there is no test"),
        (Break("off", "a.py", "one = 1", "one = 2", "test_a.py::test_one"), "no sentence"),
    ],
)
def test_a_break_that_cannot_be_made_is_told(broken: Break, fault: str | None, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one = 1\ntwo = 2\n")
    (tmp_path / "test_a.py").write_text("def test_one():\n    pass\n")
    told = what_is_wrong(broken, tmp_path)
    assert told is None if fault is None else fault in (told or "")
