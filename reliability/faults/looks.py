"""Requests beside the load, read more closely: each task is asked for what needs nothing but itself."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from ecs_emulator.load.client import TIMED_OUT, UNREACHABLE
from reliability.faults.environment import RunningTask
from reliability.faults.record import Look, words

EVERY = 0.5  # seconds
PATIENCE = 20.0  # seconds for one request
ALIVE = ("/health", "/")


def look(url: str, path: str, task: str = "") -> Look:
    """A request on a connection of its own."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        outcome = words(str(answer.status), answer.headers.get("X-Service-Revision", ""))
    except TimeoutError:
        outcome = TIMED_OUT
    except (OSError, http.client.HTTPException):
        outcome = UNREACHABLE
    finally:
        connection.close()
    return Look(task, path, outcome, time.monotonic() - began)


@contextmanager
def looking(tasks: Sequence[RunningTask]) -> Iterator[list[Look]]:
    """Looks at each task while the context lasts."""
    seen: list[Look] = []
    over = threading.Event()

    def keep_looking(task: RunningTask) -> None:
        while not over.wait(EVERY):
            seen.extend([look(task.url, path, task.name) for path in ALIVE])

    threads = [threading.Thread(target=keep_looking, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()
