"""Thread that repeats an action while something else goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeated(action: Callable[[], None], every: float, name: str) -> Iterator[None]:
    """Context in which a thread of this name repeats an action, with `every` seconds before each time."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(every):
            action()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
