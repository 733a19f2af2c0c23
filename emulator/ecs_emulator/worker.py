"""Worker: a thread that can be started again when an exception has ended it."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)


class Worker:
    """A daemon thread that does `work`, which returns only when it is told to. Implements Child of the supervisor."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self.name = name
        self._work = work
        self._thread: threading.Thread | None = None
        self._how = ""
        self._lines: Sequence[str] = ()

    def start(self) -> None:
        self._how, self._lines = "no exception", ()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end; at once when it was never started."""
        if self._thread:
            self._thread.join(timeout)

    def ended(self) -> str | None:
        return None if self._thread is None or self._thread.is_alive() else self._how

    def restart(self) -> None:
        self.start()

    def last_lines(self) -> Sequence[str]:
        return self._lines

    def _run(self) -> None:
        try:
            self._work()
        # SystemExit too, which ends a thread without a word.
        except BaseException as error:
            self._how = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
            self._lines = "".join(traceback.format_exception(error)).splitlines()
            log.exception("%s has ended.", self.name)
