"""Whatever happens to tasks in whatever order, a service keeps its minimum and its maximum, and ends steady."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecs_emulator.scheduler import rules
from emulator.tests.scheduler.world import World

HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["pass", "sicken", "heal", "kill", "stop", "roll good", "roll sick", "roll crash", "scale"]),
        st.integers(0, 7),
    ),
    max_size=25,
)


class Watched:
    """A service under which things happen, looked at after each moment."""

    def __init__(self, desired: int, minimum: int, maximum: int, breaker: bool) -> None:
        self.world = World()
        self.minimum, self.maximum = minimum, maximum
        configuration = {
            "minimumHealthyPercent": minimum,
            "maximumPercent": maximum,
            "deploymentCircuitBreaker": {"enable": breaker, "rollback": breaker},
        }
        self.world.steady(count=desired, deploymentConfiguration=configuration)

    def happens(self, what: str, which: int) -> None:
        world = self.world
        running = world.running()
        run = running[which % len(running)] if running else None
        if what.startswith("roll"):
            world.roll(what.removeprefix("roll "))
        elif what == "scale":
            world.update(desiredCount=1 + which % 5)
        elif what == "pass":
            self.pass_by(which * 4)
        elif run is not None and what == "kill":
            run.end(137)
        elif run is not None and what == "stop":
            world.call("StopTask", cluster="demo", task=run.launch.task_id)
        elif run is not None:
            world.targets.said[run.address] = "unhealthy" if what == "sicken" else "healthy"
        self.pass_by(1)

    def pass_by(self, ticks: int) -> None:
        """Look at every tick: only the scheduler acts within one."""
        for _ in range(ticks):
            healthy, stopped, present = self._healthy(), self._stopped_by_scheduler(), self._present()
            self.world.advance(0.5)
            desired = self.world.shown()["desiredCount"]
            if healthy & (self._stopped_by_scheduler() - stopped):
                assert len(self._healthy()) >= rules.minimum(desired, self.minimum)
            if self._present() - present:
                assert len(self._present()) <= rules.maximum(desired, self.maximum)

    def _healthy(self) -> set[str]:
        """Tasks that serve: running, told nothing, all checks passed."""
        healthy = set()
        for task in self.world.tasks():
            address = task["containers"][0].get("networkInterfaces", [{}])[0].get("privateIpv4Address")
            if any(
                target.id == address
                and (health := self.world.targets.health(group, target))
                and health.state == "healthy"
                for group, target in self.world.targets.since
            ):
                healthy.add(task["taskArn"])
        return healthy

    def _stopped_by_scheduler(self) -> set[str]:
        tasks = self.world.tasks(desiredStatus="STOPPED")
        return {task["taskArn"] for task in tasks if task["stopCode"] == "ServiceSchedulerInitiated"}

    def _present(self) -> set[str]:
        """Tasks that take up room: those that died by themselves do not."""
        leaving = [
            task
            for task in self.world.tasks(desiredStatus="STOPPED")
            if task["lastStatus"] != "STOPPED" and task["stopCode"] in ("ServiceSchedulerInitiated", "UserInitiated")
        ]
        return {task["taskArn"] for task in (*self.world.tasks(), *leaving)}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    desired=st.integers(1, 5),
    percentages=st.sampled_from([(100, 200), (50, 100), (0, 100), (50, 150), (100, 150), (75, 125), (0, 200)]),
    breaker=st.booleans(),
    happenings=HAPPENINGS,
)
def test_a_service_never_stops_a_healthy_task_below_its_minimum_nor_starts_one_above_its_maximum(
    desired: int, percentages: tuple[int, int], breaker: bool, happenings: list[tuple[str, int]]
) -> None:
    watched = Watched(desired, *percentages, breaker)
    for what, which in happenings:
        watched.happens(what, which)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    desired=st.integers(1, 5),
    percentages=st.sampled_from([(100, 200), (0, 100), (50, 200), (0, 200)]),
    breaker=st.booleans(),
    happenings=HAPPENINGS,
)
def test_a_service_gets_steady_when_nothing_happens_any_more(
    desired: int, percentages: tuple[int, int], breaker: bool, happenings: list[tuple[str, int]]
) -> None:
    watched = Watched(desired, *percentages, breaker)
    for what, which in happenings:
        watched.happens(what, which)
    world = watched.world
    for run in world.runner.runs:
        world.targets.said.setdefault(run.address, "healthy")
    world.targets.said = dict.fromkeys(world.targets.said, "healthy")
    world.roll("good")
    world.advance(120)
    shown = world.shown()
    assert [each["rolloutState"] for each in shown["deployments"]] == ["COMPLETED"]
    assert shown["runningCount"] == shown["desiredCount"]
    assert shown["events"][0]["message"] == "(service web) has reached a steady state."
