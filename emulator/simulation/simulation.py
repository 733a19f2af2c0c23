"""Simulation run: a world from a seed, its operations, and every invariant after every tick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass

from emulator.simulation import answers, capacity, ends, messages, workload
from emulator.simulation.breaker import CircuitBreakers
from emulator.simulation.lifecycle import Lifecycles
from emulator.simulation.observation import SimulationObserver
from emulator.simulation.trace import Trace, Violation
from emulator.simulation.world import World

_STEPS = (0.02, 0.1, 0.5, 0.5, 1.0, 1.0, 1.0, 2.0, 5.0, 20.0)  # seconds between two ticks
_ASKING = 0.01  # share of the ticks after which everything is described
_ASKING_AT_END = 0.1  # share of the ends
_SHAPES = 0.2  # share of those in which the answers' shapes are compared
# When nothing goes wrong any more: two hours of AWS, which is four times the longest delay between two attempts.
_BOUND = 7200.0
_LONGEST_STEP = 60.0
_LAST_LOOK = 3  # ticks in which nothing may happen any more


@dataclass(frozen=True)
class SimulationResult:
    """`counts` has ticks, simulated seconds, tasks, operations by kind, and service deployments by status."""

    seed: int
    violation: Violation | None
    trace: Trace
    counts: Counter[str]


class Simulation:
    """`without` are numbers of operations that are left out."""

    def __init__(self, seed: int, without: Container[int] = ()) -> None:
        self.world = World(seed)
        operations = workload.draw(self.world)
        self.operations = [each for number, each in enumerate(operations) if number not in without]
        self.ticks = 0
        self._observer = SimulationObserver(self.world)
        self._lifecycles = Lifecycles(self.world)
        self._breakers = CircuitBreakers(self.world, self._observer)
        self._steps = self.world.random("steps")
        self._asking = self.world.random("asking")

    def run(self) -> SimulationResult:
        world, violation = self.world, None
        try:
            self._disturbed()
            self._calm()
        except Violation as found:
            violation = found
        except Exception as error:  # noqa: BLE001 (whatever it is, it is a finding)
            violation = Violation("error", f"{type(error).__name__}: {error}")
            violation.__cause__ = error
        if violation:
            world.trace.add(world.now, f"VIOLATION {violation}")
        return SimulationResult(world.seed, violation, world.trace, self._counts())

    def _disturbed(self) -> None:
        left = list(self.operations)
        while left:
            self.world.pass_by(self._steps.choice(_STEPS))
            while left and left[0].at <= self.world.now:
                workload.carry_out(left.pop(0), self.world)
            self._tick()

    def _calm(self) -> None:
        world = self.world
        ends.calm(world)
        begun, step, reached = world.now, 1.0, 0
        while reached < _LAST_LOOK and world.now < begun + _BOUND:
            lines = len(world.trace.lines)
            world.pass_by(step)
            self._tick()
            is_quiet = len(world.trace.lines) == lines
            step = min(_LONGEST_STEP, step * 1.5) if is_quiet else 1.0
            reached = reached + 1 if ends.is_reached(world) else 0
        ends.check(world)
        if self._asking.random() < _ASKING_AT_END:
            answers.check(world, shapes=False)

    def _tick(self) -> None:
        world = self.world
        self.ticks += 1
        self._observer.before()
        world.scheduler.tick(world.now)
        self._observer.after()
        for tick in self._observer.ticks:
            capacity.check(tick)
            self._breakers.check(tick)
            messages.check(tick)
        self._lifecycles.check()
        if not world.runner.calm and self._asking.random() < _ASKING:
            answers.check(world, shapes=self._asking.random() < _SHAPES)

    def _counts(self) -> Counter[str]:
        counts = Counter({"ticks": self.ticks, "seconds": round(self.world.now), "tasks": len(self.world.runner.runs)})
        counts.update(each.kind for each in self.operations)
        counts.update(course.status for each in self.world.cluster.services.values() for course in each.courses)
        return counts


def simulate(seed: int, without: Container[int] = ()) -> SimulationResult:
    return Simulation(seed, without).run()
