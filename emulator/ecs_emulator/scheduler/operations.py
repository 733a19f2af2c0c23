"""ECS API: every operation that is emulated, as a function of the scheduler and the operation's input."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ecs_emulator.scheduler import (
    account_settings,
    capacity_providers,
    cluster_operations,
    definition_operations,
    deployment_operations,
    execute_operations,
    service_operations,
    tag_operations,
    task_operations,
)
from ecs_emulator.scheduler.features import refuse_unsupported, without_effect
from ecs_emulator.scheduler.scheduler import Scheduler

if TYPE_CHECKING:
    from ecs_emulator.cloud.service import Answer

    Operation = Callable[[Scheduler, Any], Answer]

_CHANGES = ("Create", "Update", "Register", "Run", "Put")


def _alone(name: str, operation: Operation) -> Operation:
    """One at a time, and never while the scheduler is at work."""

    def operate(scheduler: Scheduler, request: Any) -> Answer:
        with scheduler.lock:
            if name.startswith(_CHANGES):
                refuse_unsupported(request)
            answer = operation(scheduler, request)
            if name.startswith(_CHANGES):
                scheduler.note_without_effect(without_effect(request))
            # It is read when the scheduler is at work again.
            return copy.deepcopy(answer)

    return operate


OPERATIONS: dict[str, Operation] = {
    name: _alone(name, operation)
    for operations in (
        account_settings.OPERATIONS,
        capacity_providers.OPERATIONS,
        cluster_operations.OPERATIONS,
        definition_operations.OPERATIONS,
        service_operations.OPERATIONS,
        deployment_operations.OPERATIONS,
        task_operations.OPERATIONS,
        execute_operations.OPERATIONS,
        tag_operations.OPERATIONS,
    )
    for name, operation in operations.items()
}
