"""Log events of all tasks, merged and followed, as server-sent events."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.console.feed import HEARTBEAT, event
from ecs_emulator.ops.logs import LogFollower, worded

EVERY = 0.5  # seconds between two readings
_FOLLOWERS = 4  # at a time; each takes a thread of the server
_MOST = 500  # events of the first reading, the latest

_free = threading.BoundedSemaphore(_FOLLOWERS)


def followed(session: boto3.Session, group: str, since: int, pattern: str) -> Iterator[bytes]:
    """Events `lines`, lists of log events that match a filter pattern, for ever; `problem` is the last one."""
    follower = LogFollower(session, group, since, pattern=pattern)
    if not _free.acquire(blocking=False):
        yield event("problem", {"message": "Too many pages follow logs."})
        return
    try:
        said = time.monotonic()
        while True:
            found = list(follower.read())[-_MOST:]
            lines = [
                {
                    "at": each["timestamp"] / 1000,
                    "stream": each["logStreamName"],
                    "text": worded(each["message"]).rstrip("\n"),
                }
                for each in found
            ]
            if lines:
                yield event("lines", lines)
                said = time.monotonic()
            elif time.monotonic() - said > HEARTBEAT:
                yield b": still here\n\n"
                said = time.monotonic()
            time.sleep(EVERY)
    except (ClientError, BotoCoreError) as error:
        yield event("problem", {"message": str(error)})
    finally:
        _free.release()
