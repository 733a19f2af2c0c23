"""The access keys that a local cloud knows: its folder's own, those of tasks, and those that STS and IAM issue."""

from __future__ import annotations

import re
import threading
from xml.sax.saxutils import unescape

from ecs_emulator.access_key import AccessKey

_ENDED = 4096  # of which it is remembered that they have ended
_ISSUED = re.compile(
    r"<AccessKeyId>([^<]+)</AccessKeyId>.*?<SecretAccessKey>([^<]+)</SecretAccessKey>"
    r"(?:\s*<SessionToken>([^<]+)</SessionToken>)?",
    re.DOTALL,
)


class RevokedKey(Exception):
    """A key that was good, and is not any more."""


class Keys:
    """Safe for many threads."""

    def __init__(self, own: AccessKey) -> None:
        self.own = own
        self._lock = threading.Lock()
        self._known = {own.id: own}
        self._issuers = {own.id}
        self._ends: dict[str, float] = {}  # seconds since the epoch
        self._ended: dict[str, None] = {}  # in the order of their ends

    def add(self, key: AccessKey, ends: float | None = None) -> None:
        """Let a key in, until `ends` (seconds since the epoch) when that is given."""
        with self._lock:
            self._known[key.id] = key
            if ends is not None:
                self._ends[key.id] = ends

    def remove(self, key_id: str) -> None:
        """Let a key in no longer."""
        with self._lock:
            self._remove(key_id)

    def find(self, key_id: str, now: float) -> AccessKey | None:
        """The key with an id, None when there is none. Raises Ended."""
        if key_id == self.own.id:
            return self.own
        with self._lock:
            if self._ends.get(key_id, now) < now:
                self._remove(key_id)
            if key_id in self._ended:
                raise RevokedKey(key_id)
            return self._known.get(key_id)

    def may_issue(self, key: AccessKey) -> bool:
        """True when what STS and IAM issue to this key is let in."""
        return key.id in self._issuers

    def issue(self, answer: str) -> None:
        """Let in the keys that an answer of STS or IAM tells."""
        for key_id, secret, token in _ISSUED.findall(answer):
            self.add(AccessKey(key_id, unescape(secret), unescape(token)))
            with self._lock:
                self._issuers.add(key_id)

    def _remove(self, key_id: str) -> None:
        self._ends.pop(key_id, None)
        if self._known.pop(key_id, None):
            self._ended[key_id] = None
            if len(self._ended) > _ENDED:
                del self._ended[next(iter(self._ended))]
