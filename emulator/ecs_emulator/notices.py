"""Notices of an emulator: what its templates ask for and do not get here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.stacks import effects
from ecs_emulator.stacks.held import held_by_containers
from ecs_emulator.stacks.resources.registry import MISSED, grouped
from ecs_emulator.stacks.stack import Stacks


def notices(stacks: Stacks, balancer: Balancer, attributes: Mapping[str, Any]) -> Iterator[str]:
    """Sentences on what a visitor or a program would miss, few and short; `attributes` are those given for stubs."""
    yield from balancer.problems
    yield from effects.throttled(stacks)
    yield from effects.warnings(stacks)
    yield from held_by_containers(stacks.all(), attributes)
    yield from (sentence for types, sentence in MISSED.items() if effects.stubbed(stacks) & set(types))


def without_effect(stacks: Stacks, scheduler: Scheduler, has_effect: Collection[str]) -> Iterator[str]:
    """Sentences on all that is deployed and has no effect here; `has_effect` is what the runtime does after all."""
    if effects.stubbed(stacks):
        yield f"Not emulated here: {grouped(effects.stubbed(stacks))}."
    if policies := effects.foreign_policies(stacks):
        yield f"Not attached, as they are in an account and not here: {', '.join(policies)}."
    features = [each for each in scheduler.without_effect() if each not in has_effect]
    if accepted := [*features, *sorted(effects.ignored(stacks))]:
        yield f"Accepted without effect: {', '.join(accepted)}."
