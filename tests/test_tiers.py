"""Every test has exactly one marker of what it needs, `make test` is a rule, and what is left out is told."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.platform_runner import ROOT
from tests.tiers import ALONE, FIXTURES, LONG, LONGEST, NEEDS, PLACES, TOUR, is_in, is_quick, need_of

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("place", [*PLACES, *FIXTURES, *ALONE, *LONG, *TOUR, *LONGEST])
def test_a_place_is_there(place: str) -> None:
    path, _, test = place.partition("::")
    assert (ROOT / path).exists()
    assert not test or f"def {test.partition('[')[0]}" in (ROOT / path).read_text()


def test_what_a_place_and_a_fixture_bring_is_a_need() -> None:
    assert {*PLACES.values(), *FIXTURES.values()} <= NEEDS.keys()


@pytest.mark.parametrize(
    ("node", "files", "need"),
    [
        ("tests/kit/test_parse.py::test_a", set(), "unit"),
        ("tests/kit/test_parse.py::test_a", {"tests/conftest.py"}, "local_cloud"),
        ("tests/kit/test_parse.py::test_a", {"tests/conftest.py", "emulator/tests/support/browser.py"}, "browser"),
        ("tests/kit/test_parse.py::test_a", {"/usr/lib/_pytest/tmpdir.py"}, "unit"),
        ("tests/site/test_access.py::test_a[x]", {"tests/conftest.py"}, "browser"),
        ("tests/sites/test_access.py::test_a", set(), "unit"),
        ("tests/reliability/faults/test_faults.py::test_no_fault_costs", set(), "compiler"),
        ("tests/reliability/faults/test_faults.py::test_without_a_compiler", set(), "process"),
    ],
)
def test_a_place_says_what_is_needed_and_else_the_fixtures_do(node: str, files: set[str], need: str) -> None:
    assert need_of(node, files) == need


@pytest.mark.parametrize(
    ("node", "need", "quick"),
    [
        ("tests/kit/test_parse.py::test_a", "unit", True),
        ("tests/kit/test_parse.py::test_a", "local_cloud", True),
        ("tests/kit/test_parse.py::test_a", "process", False),
        ("tests/journeys/test_rollout.py::test_a", "platform", True),
        ("tests/journeys/test_visitors.py::test_a[monolith]", "browser", True),
        ("tests/journeys/test_visitors.py::test_a[split]", "browser", False),
        ("tests/journeys/test_s0_with_the_aws_cli.py::test_a", "platform", False),
    ],
)
def test_the_quick_ones_need_no_program_but_for_the_tour(node: str, need: str, quick: bool) -> None:
    assert is_quick(node, need) is quick


def test_a_place_is_no_beginning_of_a_name() -> None:
    assert is_in("tests/site/test_a.py::test_b", "tests/site")
    assert not is_in("tests/sites/test_a.py::test_b", "tests/site")
    assert is_in("tests/a.py::test_bc", "tests/a.py::test_b")
    assert not is_in("tests/a.py::test_c", "tests/a.py::test_b")


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of two unit tests, of which one starts a program, and one that needs a platform."""
    pytester.makeconftest('pytest_plugins = ["tests.tiers"]')
    pytester.makepyfile(
        test_unit="""
            import subprocess
            import sys
            import pytest

            def test_nothing(request):
                kinds = {mark.name for mark in request.node.iter_markers()}
                assert kinds == {"unit", "quick"}

            def test_a_program():
                with pytest.raises(Exception, match="test_a_program starts a program, and tests/tiers.py says"):
                    subprocess.run([sys.executable, "-c", ""])
        """,
        **{"tests/labs/test_walks": "def test_a_lab(): pass"},
    )
    return pytester


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_tells_what_it_has_left_out_and_how_to_run_it(project: pytest.Pytester, workers: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", workers, "-m", "quick"],
        env={"PATH": "", "PYTHONPATH": f"{ROOT}:{ROOT / 'emulator'}"},
        cwd=project.path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    assert re.search(r"^ +1 tests  platform: a whole rehearsal", done.stdout, re.MULTILINE)
    assert "`make test-all` runs them, and `make drills` the long ones" in done.stdout
    assert "unit:" not in done.stdout
