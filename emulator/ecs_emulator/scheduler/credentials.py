"""Credentials of a task, for its task role: temporary access keys, at an address that nobody else knows.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html

On ECS the address is 169.254.170.2, and a container is told AWS_CONTAINER_CREDENTIALS_RELATIVE_URI alone. No laptop has
that address: here it is one of the loopback, told by AWS_CONTAINER_CREDENTIALS_FULL_URI, which the SDKs take as well.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from ecs_emulator.access_key import TEMPORARY, AccessKey
from ecs_emulator.cloud.keys import Keys

LIFE = 6 * 3600.0  # seconds that a key lives, as on ECS
RENEWAL = 3600.0  # seconds before its end from which on there is another; SDKs ask 15 minutes before


class TaskRole:
    """The credentials of one task, until `end`. `now` is in seconds since the epoch."""

    def __init__(self, arn: str, keys: Keys, now: Callable[[], float] = time.time) -> None:
        self.path = f"/v2/credentials/{secrets.token_urlsafe(32)}"
        self.uri = ""  # where the path is served
        self._arn = arn
        self._keys = keys
        self._now = now
        self._lock = threading.Lock()
        self._issued: list[AccessKey] = []
        self._ends = 0.0
        self._has_ended = False

    def document(self) -> dict[str, str]:
        """Credentials document that the address answers."""
        with self._lock:
            if self._ends - self._now() < RENEWAL:
                self._ends = self._now() + LIFE
                self._issue(self._ends)
            key = self._issued[-1]
            expiration = datetime.fromtimestamp(self._ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "RoleArn": self._arn,
            "AccessKeyId": key.id,
            "SecretAccessKey": key.secret,
            "Token": key.token,
            "Expiration": expiration,
        }

    def lasting(self) -> AccessKey:
        """A key for the whole life of the task, where the address cannot be reached."""
        with self._lock:
            return self._issue(None)

    def end(self) -> None:
        """From now on the endpoint refuses every key of the task."""
        with self._lock:
            self._has_ended = True
            for key in self._issued:
                self._keys.remove(key.id)

    def _issue(self, ends: float | None) -> AccessKey:
        key = AccessKey.generate(TEMPORARY)
        # An answer may be under way when the task ends.
        if not self._has_ended:
            self._keys.add(key, ends)
        self._issued.append(key)
        return key
