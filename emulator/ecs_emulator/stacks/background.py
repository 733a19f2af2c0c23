"""Background operations of stacks: an API answers while its stack is made."""

from __future__ import annotations

import threading
from collections.abc import Callable

_FAREWELL = 10.0  # seconds for each that is under way when all ends


class BackgroundOperations:
    """Operations that each have a thread. May be used by several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self, work: Callable[[], None]) -> threading.Thread:
        """Run an operation."""
        thread = threading.Thread(target=work, name="stack", daemon=True)
        with self._lock:
            self._threads = [each for each in self._threads if each.is_alive()] + [thread]
            thread.start()
        return thread

    def join(self) -> None:
        """Wait for those that are under way, each for a while."""
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(_FAREWELL)
