"""Programme of drills, in the order in which `--all` runs them."""

from __future__ import annotations

from ecs_emulator.experiments import bad_revision, rollout, slow_start, task_killed, unhealthy_target, workshop_settings
from ecs_emulator.experiments.drill import Drill
from reliability.drills import cutover, feature_killed

PROGRAMME = (
    Drill("rollout", "A new revision takes over and no visitor notices.", rollout.play),
    Drill("bad-revision", "A bad revision is rolled back by itself and no visitor notices.", bad_revision.play),
    Drill(
        "task-killed", "A killed task is replaced, and costs no more than what was under way on it.", task_killed.play
    ),
    Drill("unhealthy-target", "A task that fails its health checks is taken out and replaced.", unhealthy_target.play),
    Drill("slow-start", "A revision that starts slowly is given its grace and no visitor notices.", slow_start.play),
    Drill(
        "cutover",
        "The monolith is split into services and put together again, and no visitor notices.",
        cutover.play,
        requests=40_000,
        assembly="split",
    ),
    Drill(
        "feature-killed",
        "One feature loses all its tasks, and no visitor of another notices.",
        feature_killed.play,
        assembly="split",
        watched=feature_killed.STACK,
    ),
    Drill("workshop-settings", "With one task and a minimum of 0 % a rollout fails visitors.", workshop_settings.play),
)
