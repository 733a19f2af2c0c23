"""Properties broken on purpose, at least three for each area of docs/reliability.md, and the test that notices each.

A break is a change to one file of ours. `make breaks` makes each in a copy of the project and runs its test there,
which must fail; `test_breaks.py` holds that each can still be made. A file here for each area, with its BREAKS.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

AREAS = (
    "description",
    "bad_input",
    "faults",
    "limits",
    "security",
    "supply_chain",
    "data",
    "durable",
    "watching",
    "soak",
    "templates",
    "programs",
)


@dataclass(frozen=True)
class Break:
    """`old` stands in the file at `path` exactly once; with `new` in its place the test fails."""

    what: str  # what is the case then: a sentence
    path: str
    old: str
    new: str
    test: str  # a node id of pytest; or one of a file that fails somewhere

    @property
    def test_path(self) -> str:
        return self.test.partition("::")[0]


def breaks_of(area: str) -> list[Break]:
    """The breaks of one of the AREAS. Raises ModuleNotFoundError where its file is missing."""
    breaks: list[Break] = import_module(f"tests.breaks.{area}").BREAKS
    return breaks
