"""Metering of what runs: metrics of tasks and load balancers, put where CloudWatch answers from."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from ecs_emulator.cloud.metrics import Datum, MetricStore
from ecs_emulator.worker import Worker

PERIOD = 20.0  # seconds between two readings that nobody asks for
FRESH = 1.0  # seconds for which a reading is good enough for whoever asks

Source = Callable[[float], Iterable[Datum]]  # of data at a time in seconds since the epoch

_log = logging.getLogger(__name__)


class Metering:
    """Reads its sources from time to time, and whenever somebody asks the store.

    `worker` is its thread for a supervisor. Times are those of the wall, whatever the emulator's speed.
    """

    def __init__(self, metrics: MetricStore, sources: Sequence[Source], now: Callable[[], float] = time.time) -> None:
        self._metrics = metrics
        self._sources = sources
        self._now = now
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._closing = threading.Event()
        self.worker = Worker("The metering", self._drive)
        metrics.before_reading = self.refresh

    def start(self) -> None:
        self.worker.start()

    def close(self) -> None:
        self._metrics.before_reading = None
        self._closing.set()
        self.worker.join(timeout=5)

    def refresh(self) -> None:
        """Take a reading, unless there is one of this moment."""
        with self._lock:
            now = self._now()
            if now - self._read_at < FRESH:
                return
            self._read_at = now
            for source in self._sources:
                try:
                    for datum in source(now):
                        self._metrics.put(datum)
                except Exception:  # noqa: BLE001 (what cannot be measured keeps nothing from running)
                    _log.exception("A metric cannot be read.")

    def _drive(self) -> None:
        while not self._closing.wait(PERIOD):
            self.refresh()
