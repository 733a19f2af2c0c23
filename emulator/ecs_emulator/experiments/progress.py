"""Progress of a drill, told while it goes on: so long a silence looks like one that has no end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ecs_emulator.periodic import repeated

EVERY = 10.0  # seconds from one line to the next


@contextmanager
def telling(
    say: Callable[[str], None], progress: Callable[[], str], begun: float, every: float = EVERY
) -> Iterator[None]:
    """Context in which `say` hears every so many seconds how long it has been since `begun`, of the monotonic clock,
    and the `progress`.
    """

    def tell() -> None:
        say(f"  {time.monotonic() - begun:5.0f} s  {progress()}")

    with repeated(tell, every, "progress"):
        yield
