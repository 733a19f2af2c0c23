"""The drills there are, in the order in which `--all` runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.drills import bad_revision, rollout, slow_start, task_killed, unhealthy_target, workshop_settings
from rehearsal.drills.stage import Stage
from rehearsal.drills.story import Judge


@dataclass(frozen=True)
class Drill:
    """`play` does what the drill is about and returns how to judge what came of it."""

    name: str
    promise: str  # what it shows when it passes
    play: Callable[[Stage], Judge]


PROGRAMME = (
    Drill("rollout", "A new revision takes over and no visitor notices.", rollout.play),
    Drill("bad-revision", "A bad revision is rolled back by itself and no visitor notices.", bad_revision.play),
    Drill(
        "task-killed", "A killed task is replaced, and costs no more than what was under way on it.", task_killed.play
    ),
    Drill("unhealthy-target", "A task that fails its health checks is taken out and replaced.", unhealthy_target.play),
    Drill("slow-start", "A revision that starts slowly is given its grace and no visitor notices.", slow_start.play),
    Drill("workshop-settings", "With one task and a minimum of 0 % a rollout fails visitors.", workshop_settings.play),
)
