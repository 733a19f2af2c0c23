"""Adopters: a crowd that wants the same mysfit at the same moment, one mysfit after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from ecs_emulator.load.history import HistoryWriter
from ecs_emulator.ops.http import Answer, call
from reliability import history

CROWD = 4
PATIENCE = 30.0  # seconds for an answer
SETTLED = (200, 409)


@contextmanager
def adopting(api_url: str, mysfits: Sequence[str], recorder: HistoryWriter, pause: float) -> Iterator[None]:
    """Every `pause` seconds the next of them, and again where somebody was told neither yes nor no."""
    over = threading.Event()

    def adopt(mysfit: str) -> int:
        return ask(api_url, mysfit, history.ADOPT, recorder).status

    def keep_adopting() -> None:
        with ThreadPoolExecutor(CROWD) as crowd:
            for mysfit in mysfits:
                settled = False
                while not settled:
                    if over.wait(pause):
                        return
                    settled = all(status in SETTLED for status in crowd.map(adopt, [mysfit] * CROWD))
                ask(api_url, mysfit, history.READ, recorder)

    thread = threading.Thread(target=keep_adopting, name="adopters", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def ask(api_url: str, mysfit: str, action: str, recorder: HistoryWriter) -> Answer:
    """One request for an action of `reliability.history`, recorded."""
    method, end = {history.READ: ("GET", ""), history.LIKE: ("POST", "/like"), history.ADOPT: ("POST", "/adopt")}[
        action
    ]
    begin = time.monotonic_ns()
    answer = call(method, f"{api_url}/mysfits/{mysfit}{end}", timeout=PATIENCE)
    history.add(recorder, mysfit, action, begin, answer.status, answer.body)
    return answer
