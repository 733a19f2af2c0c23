"""Restart policy of a container: whether it begins again in its place, and its task goes on.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecs_emulator.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

_PERIOD = 300.0  # seconds, where none is said


@dataclass(frozen=True)
class RestartPolicy:
    """A policy that is enabled: a container that has run for `period` seconds here begins again, unless its exit code
    is among the ignored ones. One that ends earlier does not, and is essential to its task or not as without a policy.
    """

    period: float = _PERIOD
    ignored: frozenset[int] = frozenset()

    @classmethod
    def of(cls, definition: ContainerDefinitionOutputTypeDef, clock: Clock) -> RestartPolicy | None:
        """That of a container definition, None where it has none that is enabled."""
        policy = definition.get("restartPolicy")
        if not policy or not policy["enabled"]:
            return None
        period = clock.shortened(float(policy.get("restartAttemptPeriod", _PERIOD)))
        return cls(period, frozenset(policy.get("ignoredExitCodes", [])))

    def restarts(self, code: int, ran: float) -> bool:
        """True for a container that has ended with `code` after `ran` seconds."""
        return code not in self.ignored and ran >= self.period
