"""The `mysfits` command as the program of an emulator: its data folder, and what is typed."""

from __future__ import annotations

from pathlib import Path

from ecs_emulator.program import Program

MYSFITS = Program(
    name="mysfits",
    module="mysfits",
    home=Path(__file__).parents[2] / ".local",
    start="make run",
    forget="make clean",
)
