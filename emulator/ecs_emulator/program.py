"""Program: the command that an emulator is run by, for what it keeps and for sentences that tell what to type."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

INSTANCES = "named"  # folder of the folders of emulators that have a name
OPTION = "--name"


@dataclass(frozen=True)
class Program:
    """A console command by its name; `module` is what Python runs as it.

    `home` is the data folder unless LOCAL_DIR names another; `start` and `forget` are typed to start an emulator and to
    forget its data. Emulators beside each other have an `instance` each, and a folder inside of it.
    """

    name: str
    module: str
    home: Path
    start: str
    forget: str
    instance: str = ""

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        folder = Path(os.environ.get("LOCAL_DIR") or self.home).absolute()
        return folder / INSTANCES / self.instance if self.instance else folder

    def named(self, instance: str) -> Program:
        """The same program for an emulator of that name, beside the others of this folder."""
        typed = f"{self.name} {OPTION} {instance}"
        start, forget = (
            each.replace(self.name, typed, 1) if each.startswith(self.name) else each
            for each in (self.start, self.forget)
        )
        return replace(self, name=typed, start=start, forget=forget, instance=instance)

    @property
    def command(self) -> list[str]:
        """Words that a verb and its arguments follow, to run it by this Python."""
        named = [OPTION, self.instance] if self.instance else []
        return [sys.executable, "-m", self.module, *named]


ECS_EMULATOR = Program(
    name="ecs-emulator",
    module="ecs_emulator",
    home=Path(".ecs-emulator"),
    start="ecs-emulator up TEMPLATE",
    forget="ecs-emulator reset",
)
