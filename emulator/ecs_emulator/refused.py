"""Errors that keep an emulator from starting or going on, and say why in their message."""

from __future__ import annotations

from ecs_emulator.balancer.envoy import EnvoyMissing
from ecs_emulator.emulator import CannotStart
from ecs_emulator.local import AlreadyRunning, Unusable
from ecs_emulator.scheduler.docker.engine import NoEngine
from ecs_emulator.scheduler.docker.images import NotBuilt
from ecs_emulator.scheduler.program_file import WrongPrograms
from ecs_emulator.scheduler.program_images import BuildFailed
from ecs_emulator.stacks.programs import NoContainer
from ecs_emulator.stacks.templates import TemplateError
from ecs_emulator.supervisor import TooManyRestarts

REFUSED = (
    AlreadyRunning,
    BuildFailed,
    CannotStart,
    EnvoyMissing,
    NoContainer,
    NoEngine,
    NotBuilt,
    TemplateError,
    TooManyRestarts,
    Unusable,
    WrongPrograms,
)
