"""A wall clock that jumps, for the tasks that are told of it.

Debian's libfaketime was tried first: it makes `clock_nanosleep` refuse what Python's `time.sleep` asks for. What a task
needs is less, and is clock.c.
"""

from __future__ import annotations

import struct
import subprocess
from datetime import timedelta
from pathlib import Path

SOURCE = Path(__file__).parent / "clock.c"


class NoCompiler(Exception):
    """The clock cannot be made; the message says what to do."""


class WallClock:
    """`environment` gives a process this clock, as it is and as it will be set."""

    def __init__(self, folder: Path) -> None:
        """Raises NoCompiler."""
        library, self._ahead = folder.absolute() / "clock.so", folder.absolute() / "clock.ahead"
        command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", "") or str(error)
            raise NoCompiler(
                f"The faults need a C compiler for their clock; tools/setup-faults installs one. {said.strip()}"
            ) from error
        self._ahead.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_AHEAD": str(self._ahead)}

    def set_ahead(self, by: timedelta) -> None:
        # In its place: processes have this file in their memory.
        with self._ahead.open("r+b") as file:
            file.write(struct.pack("q", round(by.total_seconds())))
