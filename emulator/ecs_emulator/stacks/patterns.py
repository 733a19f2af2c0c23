"""Patterns of templates, matched by a process of their own that has a deadline.

An AllowedPattern is a regular expression of Java: it may look ahead and behind, so no engine without backtracking can
do it, and one that backtracks may take longer than anybody waits, in reading the pattern as well as in matching it.
The deadline is processor time and so the same on a busy machine; the operating system keeps it, so that no pattern
gets around it. docs/decisions/0016-templates-have-limits.md compares the engines.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path

_MATCHER = Path(__file__).with_name("matcher.py")
DEADLINE = 1  # second of processor time, for all patterns of a template
MEMORY = 512 * 2**20  # bytes

Pair = tuple[str, str]  # a pattern and the text that it should match, whole


class TooLong(Exception):
    """A pattern that was not done at the deadline; `pair` is the one."""

    def __init__(self, pair: Pair) -> None:
        super().__init__(f"{pair[0]} takes too long to match.")
        self.pair = pair


class NoPattern(Exception):
    """A pattern that is no regular expression; `pair` has it, and the message says why."""

    def __init__(self, pair: Pair, why: str) -> None:
        super().__init__(why)
        self.pair = pair


def mismatch(pairs: Sequence[Pair]) -> Pair | None:
    """The first pair whose pattern does not match its text. Raises TooLong and NoPattern."""
    for pair, answer in zip(pairs, _answers(tuple(pairs)), strict=True):
        if answer is None:
            raise TooLong(pair)
        if answer is False:
            return pair
        if isinstance(answer, str):
            raise NoPattern(pair, answer)
    return None


@lru_cache(maxsize=128)
def _answers(pairs: tuple[Pair, ...]) -> list[bool | str | None]:
    """For each pair whether it matches, why it is no pattern, or None from the one on that ran out of its time."""
    if not pairs:
        return []
    settings = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH")}
    groups = [(pattern, [text for _, text in group]) for pattern, group in groupby(pairs, itemgetter(0))]
    request = json.dumps({"seconds": DEADLINE, "bytes": MEMORY, "groups": groups}).encode()
    matcher = subprocess.run(
        [sys.executable, "-I", str(_MATCHER)],
        input=request,
        env=settings,
        capture_output=True,
        check=False,
        start_new_session=True,  # Ctrl-C is for the one that waits
    )
    ready, *lines = matcher.stdout.splitlines() or [b""]
    if ready != b"ready":
        raise RuntimeError(f"The matcher does not start: {matcher.stderr.decode(errors='replace')}")
    answers: list[bool | str | None] = [json.loads(line) for line in lines]
    return answers + [None] * (len(pairs) - len(answers))
