"""Programme of drills, in the order in which `--all` runs them, and what each is played on."""

from __future__ import annotations

from ecs_emulator.experiments import bad_revision, rollout, slow_start, task_killed, unhealthy_target, workshop_settings
from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.subject import Subject
from reliability.drills import cutover, feature_killed
from reliability.drills.platform import platform

PROGRAMME = (
    rollout.DRILL,
    bad_revision.DRILL,
    task_killed.DRILL,
    unhealthy_target.DRILL,
    slow_start.DRILL,
    Drill(
        "cutover",
        "The monolith is split into services and put together again, and no visitor notices.",
        cutover.run,
        minutes=4,
        requests=40_000,
    ),
    Drill(
        "feature-killed",
        "One feature loses all its tasks, and no visitor of another notices.",
        feature_killed.run,
        minutes=2,
    ),
    workshop_settings.DRILL,
)

_SPLIT = {"cutover": platform("split"), "feature-killed": platform("split", feature_killed.STACK)}


def subject(drill: Drill) -> Subject:
    """The platform that a drill is played on: the monolith, where nothing else is said."""
    return _SPLIT.get(drill.name) or platform()
