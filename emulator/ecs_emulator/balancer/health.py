"""Health of a target, by the checks it passed and failed: ELBv2's rules.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.interfaces import Health

if TYPE_CHECKING:
    from mypy_boto3_elbv2.literals import TargetHealthReasonEnumType

# Times that no speed shortens, in seconds: a busy machine must not invent failures.
SHORTEST_TIMEOUT = 2.0  # of a check
SHORTEST_LOOK = 0.2  # between two looks at a target that starts
START = 2.0  # in which a process may come up; failures before count for nothing

REGISTERED = Health("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
INITIAL = Health("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
HEALTHY = Health("healthy")
DRAINING = Health("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
UNUSED = Health("unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer")
UNKNOWN = Health("unused", "Target.NotRegistered", "Target is not registered to the target group")


@dataclass(frozen=True)
class HealthCheckFailure:
    """A check that failed, in ELBv2's words."""

    reason: TargetHealthReasonEnumType
    description: str

    @classmethod
    def code(cls, status: int) -> HealthCheckFailure:
        return cls("Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{status}]")


TIMED_OUT = HealthCheckFailure("Target.Timeout", "Request timed out")
NO_CONNECTION = HealthCheckFailure("Target.FailedHealthChecks", "Health checks failed")
ON_PURPOSE = HealthCheckFailure.code(503)  # of a target whose checks are to fail


@dataclass(frozen=True)
class HealthCheckSettings:
    """Health check settings of a target group: times are as long as they take here, in seconds."""

    protocol: str = "HTTP"  # or TCP, of which a connection is enough
    path: str = "/"
    port: int | None = None  # None for the target's own
    expected: str = "200"  # status codes: `200`, `200,202`, `200-299`
    interval: float = 30
    timeout: float = 5
    healthy: int = 5  # checks passed in a row that make an unhealthy target healthy
    unhealthy: int = 2  # checks failed in a row that make it unhealthy
    look: float = 1  # between two looks for a new target's first success

    @classmethod
    def shortened(
        cls,
        clock: Clock,
        *,
        protocol: str,
        path: str,
        port: int | None,
        expected: str,
        interval: float,
        timeout: float,
        healthy: int,
        unhealthy: int,
    ) -> HealthCheckSettings:
        """Of the times that ELBv2 holds."""
        return cls(
            protocol=protocol,
            path=path,
            port=port,
            expected=expected,
            interval=clock.shortened(interval),
            timeout=max(SHORTEST_TIMEOUT, clock.shortened(timeout)),
            healthy=healthy,
            unhealthy=unhealthy,
            look=max(SHORTEST_LOOK, clock.shortened(1)),
        )


def codes(expected: str) -> list[range]:
    """The status codes of a matcher. Raises ValueError."""
    bounds = [part.strip().split("-") for part in expected.split(",")]
    return [range(int(first), int(rest[0] if rest else first) + 1) for first, *rest in bounds]


class TargetHealth:
    """Health of one target. The first check that it passes makes it healthy; after that the thresholds count.

    Until then it is looked at more often than the interval, for its first success; failures count at the interval only.
    """

    def __init__(self, settings: HealthCheckSettings, now: float) -> None:
        self.settings = settings
        self.health = REGISTERED
        self.due = now  # when to look again
        self._counts = now + max(settings.interval, START)  # from when on a failure of a new target counts
        self._in_a_row = 0  # checks that speak against its state

    def learn(self, failure: HealthCheckFailure | None, begun: float) -> None:
        """A check that began at `begun` is over; None when it passed."""
        if self.health.state == "initial":
            self._learn_first(failure, begun)
            return
        self.due = begun + self.settings.interval
        is_healthy = self.health.state == "healthy"
        if failure and not is_healthy:
            self.health = Health("unhealthy", failure.reason, failure.description)
        if (failure is None) == is_healthy:
            self._in_a_row = 0
        elif self._is_enough(self.settings.unhealthy if is_healthy else self.settings.healthy):
            self._become(failure)

    def _learn_first(self, failure: HealthCheckFailure | None, begun: float) -> None:
        self.health = INITIAL
        if failure is None:
            self.due = begun + self.settings.interval
            self._become(None)
            return
        if begun >= self._counts:
            self._counts = begun + self.settings.interval
            if self._is_enough(self.settings.unhealthy):
                self._become(failure)
        is_new = self.health.state == "initial"
        self.due = min(begun + self.settings.look, self._counts) if is_new else self._counts

    def _is_enough(self, threshold: int) -> bool:
        self._in_a_row += 1
        return self._in_a_row >= threshold

    def _become(self, failure: HealthCheckFailure | None) -> None:
        self._in_a_row = 0
        self.health = Health("unhealthy", failure.reason, failure.description) if failure else HEALTHY
