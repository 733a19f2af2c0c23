"""Tables of docs/scale.md, from the figures of `make bench`, which fills them as well: `python -m bench.scale`."""

from __future__ import annotations

from pathlib import Path

from bench.costs import costs
from bench.figures import PERFORMANCE, FigureSet, read_figures
from bench.simulation import one_row
from tools.page import put

SCALE = PERFORMANCE.parent / "scale.md"


def fill(figures: FigureSet, page: Path = SCALE) -> None:
    """Put the tables into `page`. Raises NoPlace."""
    put("costs", costs(figures), page)
    put("one row", one_row(figures), page)


if __name__ == "__main__":
    fill(read_figures())
