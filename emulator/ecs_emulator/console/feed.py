"""Feed of state to whoever listens, as server-sent events; while nobody does, nothing is read.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from ecs_emulator.console.reader import State

LOOK = 0.1  # seconds between two readings while somebody listens
HEARTBEAT = 10.0  # seconds of silence after which something is sent, to learn whether somebody is there

log = logging.getLogger(__name__)


class TooManyListeners(Exception):
    """As many pages are open as there may be."""


class Feed:
    """Readings of `read`, shared by all listeners, `most` at the most. What has not changed must be the same object."""

    def __init__(self, read: Callable[[], State], most: int) -> None:
        self._read = read
        self._most = most
        self._news = threading.Condition()
        self._state: State | None = None
        self._at = 0.0
        self._listeners = 0
        self._is_closed = False
        self._is_reading = False

    @property
    def is_reading(self) -> bool:
        with self._news:
            return self._is_reading

    def listen(self) -> Iterator[bytes]:
        """Events `state`, all there is, and then `changes` (`set` by key, and `gone` keys). Raises TooManyListeners."""
        with self._news:
            if self._listeners >= self._most:
                raise TooManyListeners
            self._listeners += 1
            if not self._is_reading and not self._is_closed:
                self._is_reading, self._state = True, None
                threading.Thread(target=self._run, name="The console's reader", daemon=True).start()
        return self._events()

    def close(self) -> None:
        with self._news:
            self._is_closed = True
            self._news.notify_all()

    def _events(self) -> Iterator[bytes]:
        known: State | None = None
        try:
            while True:
                with self._news:
                    self._wait(known)
                    if self._is_closed:
                        return
                    state, at = self._state, self._at
                if state is None or state is known:
                    yield b": still here\n\n"
                elif known is None:
                    yield event("state", {"at": at, "set": state})
                else:
                    news = {key: facts for key, facts in state.items() if known.get(key) is not facts}
                    yield event("changes", {"at": at, "set": news, "gone": [key for key in known if key not in state]})
                known = state
        finally:
            with self._news:
                self._listeners -= 1

    def _wait(self, known: State | None) -> None:
        self._news.wait_for(lambda: self._is_closed or self._state is not known, HEARTBEAT)

    def _run(self) -> None:
        while True:
            with self._news:
                if self._is_closed or not self._listeners:
                    self._is_reading = False
                    return
            try:
                state = self._read()
            except Exception:
                # One broken look must not be the last.
                log.exception("The console's reader stumbled.")
                state = None
            with self._news:
                if state is not None and not _is_same(state, self._state):
                    self._state, self._at = state, time.time()
                    self._news.notify_all()
            time.sleep(LOOK)


def _is_same(state: State, before: State | None) -> bool:
    return (
        before is not None
        and len(state) == len(before)
        and all(before.get(key) is facts for key, facts in state.items())
    )


def event(name: str, content: Any) -> bytes:
    """A server-sent event with JSON for data; dates are seconds since the epoch."""
    return f"event: {name}\ndata: {as_json(content)}\n\n".encode()


def as_json(content: Any) -> str:
    """JSON on one line, of answers of AWS too."""
    return json.dumps(content, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else str(value)
