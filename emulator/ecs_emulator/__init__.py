"""Emulator of Amazon ECS on Fargate, Application Load Balancer and CloudFormation, for one machine, without Docker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecs_emulator.emulator import Emulator as Emulator

__all__ = ["Emulator"]


def __getattr__(name: str) -> Any:
    """`Emulator`, once it is asked for: the commands start faster without it."""
    if name != "Emulator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ecs_emulator.profile import without_profile

    # moto looks for the profile that the environment names, when it is loaded.
    with without_profile():
        from ecs_emulator.emulator import Emulator
    return Emulator
