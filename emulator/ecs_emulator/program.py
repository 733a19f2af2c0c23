"""Program: the command that an emulator is run by, for what it keeps and for sentences that tell what to type."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """A console command by its name; `module` is what Python runs as it.

    `home` is the data folder unless LOCAL_DIR names another; `start` and `forget` are typed to start an emulator and to
    forget its data.
    """

    name: str
    module: str
    home: Path
    start: str
    forget: str

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return Path(os.environ.get("LOCAL_DIR") or self.home).absolute()


ECS_EMULATOR = Program(
    name="ecs-emulator",
    module="ecs_emulator",
    home=Path(".ecs-emulator"),
    start="ecs-emulator up TEMPLATE",
    forget="ecs-emulator reset",
)
