"""docs/fidelity.md is made from the code, and leaves no operation out."""

from __future__ import annotations

from tools.fidelity import DEVIATIONS, PAGE, table, unchecked, written


def test_the_page_is_as_the_code_and_its_tests_are() -> None:
    assert PAGE.read_text() == written(PAGE.read_text()), "python -m tools.fidelity --write"


def test_a_test_calls_each_operation() -> None:
    assert unchecked() == set()


def test_each_known_deviation_is_of_an_operation_that_is_there() -> None:
    rows = table()
    assert [each for each in DEVIATIONS if f"[{each.partition('.')[2]}]" not in rows] == []
