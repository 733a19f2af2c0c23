"""A rollout as an operator rehearses it, while visitors read and like: the drill in its short form.

Five times faster than AWS, not ten: a health check then has a second, which is enough beside other work.
"""

from __future__ import annotations

from pathlib import Path

from tests.drilling import drilled


def test_a_rollout_under_load_fails_nobody_and_loses_no_like(tmp_path: Path) -> None:
    seen = drilled(tmp_path, "rollout", "--speed", "5", "--clients", "8", "--think-time", "50", "--requests", "1000")
    load = seen["load"]
    assert (load["failed"], load["clients"]) == (0, 8)
    assert load["requests"] >= 1_000
    assert len(load["revisions"]) == 2
    assert {mysfit: count for mysfit, count in seen["stored"].items() if count} == load["acknowledged"] != {}
