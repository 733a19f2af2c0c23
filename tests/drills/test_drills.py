"""The drills as they are, each in a rehearsal of its own that runs ten times faster than AWS.

The rollout, which is about the number of requests, has all 64 clients; what is about who notices what has fewer, who
think between their requests. All but one of them are in `make drills`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reliability.drills.programme import PROGRAMME
from reliability.drills.routes import EVERYWHERE, ROUTES
from tests.drilling import drilled

pytestmark = pytest.mark.timeout(1800)
FEW = ("--clients", "8", "--think-time", "50")
# For long waits in which nothing may fail.
SELDOM = ("--clients", "8", "--think-time", "250")

Drill = Callable[..., dict[str, Any]]


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    """Run a drill, which must pass; its figures, and all it said as `said`."""
    return partial(drilled, tmp_path)


def test_a_rollout_fails_none_of_twenty_thousand_requests_and_loses_no_like(drill: Drill) -> None:
    seen = drill("rollout")
    load = seen["load"]
    assert load["failed"] == 0
    assert load["requests"] >= 20_000
    assert load["clients"] == 64
    assert len(load["revisions"]) == 2
    assert {mysfit: count for mysfit, count in seen["stored"].items() if count} == load["acknowledged"]
    assert sum(load["acknowledged"].values()) > 1_000


def test_a_bad_revision_rolls_back_by_itself_and_the_reason_is_shown(drill: Drill) -> None:
    seen = drill("bad-revision", *SELDOM)
    assert seen["load"]["failed"] == 0
    assert len(seen["load"]["revisions"]) == 1
    assert seen["said"].count("ROLLBACK_SUCCESSFUL") >= 2
    # The reasons, and the last words of the tasks.
    assert "Essential container in task exited" in seen["said"]
    assert "Crashed at start, as FAULTS asks." in seen["said"]
    assert "health checks" in seen["said"]
    assert all(act["steady_at"] for act in seen["acts"])


def test_a_killed_task_is_replaced_and_only_what_was_under_way_fails(drill: Drill) -> None:
    seen = drill("task-killed", *FEW)
    assert seen["load"]["failed"] <= seen["load"]["clients"]
    answered, doubt = sum(seen["load"]["acknowledged"].values()), sum(seen["load"]["in_doubt"].values())
    assert answered <= sum(seen["stored"].values()) <= answered + doubt
    assert seen["acts"][-1]["steady_at"]


def test_an_unhealthy_target_is_out_after_the_configured_number_of_failed_checks(drill: Drill) -> None:
    seen = drill("unhealthy-target", *FEW)
    assert re.search(r"✓ It was out after (\d+) failed health checks; the threshold is \1\.", seen["said"])
    assert seen["load"]["failed"] == 0
    assert seen["acts"][-1]["steady_at"]


def test_a_slow_start_is_given_its_grace(drill: Drill) -> None:
    seen = drill("slow-start", *SELDOM)
    assert seen["load"]["failed"] == 0
    assert len(seen["load"]["revisions"]) == 2


def test_a_cutover_there_and_back_fails_nobody_and_loses_no_like(drill: Drill) -> None:
    # By itself the drill makes 40,000, and has as many clients as that of the rollout above, none of whom thinks.
    seen = drill("cutover", "--requests", "3000", "--clients", "16", "--think-time", "200")
    load = seen["load"]
    assert load["failed"] == 0
    assert load["requests"] >= 3_000
    assert set(load["routes"]) == set(EVERYWHERE)
    assert len(load["revisions"]) == 6
    assert {mysfit: count for mysfit, count in seen["stored"].items() if count} == load["acknowledged"]
    weights = [int(act["text"].split(" %")[0]) for act in seen["acts"] if "%" in act["text"]]
    assert weights == [0, 10, 50, 100, 50, 10, 0]
    assert all(act["steady_at"] for act in seen["acts"])


def test_a_dead_feature_is_the_only_one_that_fails(drill: Drill) -> None:
    routes = drill("feature-killed", *FEW)["load"]["routes"]
    failed = {route for route, share in routes.items() if share["failed"]}
    assert failed
    assert failed <= set(ROUTES["mysfits-users"])
    assert set(routes) == set(EVERYWHERE)


def test_with_the_workshops_settings_visitors_are_failed(drill: Drill) -> None:
    seen = drill("workshop-settings", *FEW)
    assert seen["load"]["failed"] > 0
    assert "workshop-settings as foretold: " in seen["said"]


def test_every_drill_is_tried_here() -> None:
    tried = Path(__file__).read_text()
    assert [each.name for each in PROGRAMME if f'drill("{each.name}"' not in tried] == []
