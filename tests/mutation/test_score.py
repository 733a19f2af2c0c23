"""A score counts what was noticed of what could be, and an equivalent mutant is one that still can be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.mutants import KILLED, NO_TESTS, SURVIVED, TIMED_OUT, UNTRIED
from tests.mutation.scopes import SCOPES, Scope
from tests.mutation.score import Change, Score, equivalents, figures, unnoticed
from tests.platform_runner import ROOT

SAME, REAL = Change("app/a.py", "x < 1", "x <= 1"), Change("app/a.py", "if `x`:", "if not `x`:")
RESULTS = {"a": KILLED, "b": KILLED, "c": TIMED_OUT, "d": SURVIVED, "e": NO_TESTS, "f": UNTRIED}


def test_a_score_is_of_those_tried_that_change_anything() -> None:
    score = Score("app", RESULTS, [SAME, REAL], frozenset([SAME]))
    assert score.row() == ("`app`", "6", "5", "2", "1", "1", "1", "75%")
    assert Score("app", {"f": UNTRIED}, [], frozenset()).row()[-1] == "none"


def test_what_no_test_calls_is_as_unnoticed_as_what_every_test_passes() -> None:
    assert unnoticed(RESULTS) == ["d", "e"]


def test_survivors_that_change_something_are_shown() -> None:
    shown = figures([Score("app", RESULTS, [SAME, REAL], frozenset([SAME]))], seed=3)
    assert "| `app/a.py` | `if 'x':` | `if not 'x':` |" in shown
    assert "x <= 1" not in shown
    assert "None survived" in figures([Score("app", RESULTS, [SAME], frozenset([SAME]))], seed=3)


def test_each_equivalent_mutant_is_of_a_line_that_is_there_and_has_a_reason() -> None:
    for change, why in equivalents().items():
        text = " ".join((ROOT / change.path).read_text().split())
        assert change.old in text, change
        assert change.old != change.new
        assert len(why) > 20


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
def test_every_module_and_test_of_a_scope_is_there(scope: Scope) -> None:
    assert [name for name in scope.modules if not list(ROOT.glob(name))] == []
    assert [name for name in scope.tests if not Path(ROOT, name).exists()] == []
