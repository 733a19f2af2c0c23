"""Handler of log events that writes those of one turn of an event loop together."""

from __future__ import annotations

import asyncio
import logging
from typing import TextIO

# Bytes that a pipe takes as a whole on Linux: the lines of several processes stay apart in one.
# https://man7.org/linux/man-pages/man7/pipe.7.html
PIPE_BUF = 4096


class LineHandler(logging.Handler):
    """Lines of ASCII to a stream, in writes of whole lines, each no longer than PIPE_BUF unless one line is.

    A line of whoever runs on an event loop is written before the next turn of the loop, so a coroutine that emits and
    then awaits `asyncio.sleep(0)` goes on when its line has been written. Any other line is written when `emit`
    returns, behind those that wait.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._waiting: list[str] = []
        self._newest: logging.LogRecord | None = None
        self._loop: asyncio.AbstractEventLoop | None = None  # it will write what waits

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n"
        except RecursionError:
            raise
        except Exception:  # noqa: BLE001 (an event never fails who tells it)
            self.handleError(record)
            return
        self._waiting.append(line)
        self._newest = record
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        if self._loop is None:
            self._loop = loop
            loop.call_soon(self.flush)
        elif self._loop is not loop:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self.acquire()
        try:
            lines, self._waiting, self._loop = self._waiting, [], None
            for text in _batches(lines):
                self._write(text)
        finally:
            self.release()

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except Exception:  # noqa: BLE001 (what the stream does not take fails nobody)
            if self._newest is not None:
                self.handleError(self._newest)


def _batches(lines: list[str]) -> list[str]:
    """The same lines in order, as few texts as there can be of PIPE_BUF each; a longer line is one by itself."""
    texts: list[str] = []
    batch: list[str] = []
    size = 0
    for line in lines:
        if batch and size + len(line) > PIPE_BUF:
            texts.append("".join(batch))
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        texts.append("".join(batch))
    return texts
