"""Operations of Application Auto Scaling that ask for a service of ECS. Its policies are kept and scale nothing.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_overrides import replace
from ecs_emulator.cloud.service import OwnerOperations
from ecs_emulator.scheduler.scheduler import Scheduler

_NOT_SCALED = "Application Auto Scaling: a target and its policies are kept, and nothing is scaled by them"


def register(ecs: Scheduler, request: Mapping[str, Any]) -> Any:
    """None: moto keeps the target. Raises AwsError where its service is not there."""
    if request["ServiceNamespace"] != "ecs":
        return None
    resource = request["ResourceId"]
    missing = AwsError("ValidationException", f"ECS service doesn't exist: {resource}")
    kind, _, rest = resource.partition("/")
    cluster, _, name = rest.partition("/")
    if kind != "service":
        raise missing
    with ecs.lock:
        try:
            ecs.clusters.find(cluster).active_service(name)
        except AwsError:
            raise missing from None
        ecs.note_without_effect([_NOT_SCALED])
    _let_moto_keep()
    return None


def _let_moto_keep() -> None:
    """moto would look for the service among those of its own ECS, where nothing is."""
    # Here, for it costs half a second, and most never ask.
    from moto.applicationautoscaling.models import ApplicationAutoscalingBackend

    replace(ApplicationAutoscalingBackend, "_ecs_service_exists_for_target", lambda _backend, _resource: True)


OPERATIONS: OwnerOperations[Scheduler] = {"RegisterScalableTarget": register}
