"""Client tokens: a request that is sent again with its token is answered as before, and not carried out again.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, NamedTuple

from ecs_emulator.cloud.errors import AwsError

_MEMBERS = ("clientToken", "ClientRequestToken", "ClientToken")
_LAST = 24 * 3600.0  # seconds
_MOST = 10_000
# What a service says of a token that came with another request before.
_MISMATCH = {
    "ecs": ("ConflictException", "The provided clientToken is already in use with a different request."),
    "cloudformation": ("TokenAlreadyExistsException", "A client request token already exists."),
}


class _Answered(NamedTuple):
    request: Mapping[str, Any]
    answer: dict[str, Any] | None
    at: float


class ClientTokens:
    """Client tokens of one service, `ecs` or `cloudformation`; others have no such requests here."""

    def __init__(self, service: str) -> None:
        self._mismatch = _MISMATCH.get(service)
        self._answered: dict[tuple[str, str], _Answered] = {}  # oldest first
        self._lock = threading.Lock()

    def once(
        self, name: str, request: Mapping[str, Any], operate: Callable[[], dict[str, Any] | None]
    ) -> dict[str, Any] | None:
        """The answer of an operation, of before where its request has a token that it had then. Raises AwsError."""
        token = next((request[member] for member in _MEMBERS if request.get(member)), None)
        if token is None or self._mismatch is None:
            return operate()
        with self._lock:
            now = monotonic()
            self._forget(now)
            known = self._answered.get((name, token))
            if known is None:
                answer = operate()
                self._answered[name, token] = _Answered(copy.deepcopy(request), copy.deepcopy(answer), now)
                return answer
        if known.request != request:
            raise AwsError(*self._mismatch)
        return copy.deepcopy(known.answer)

    def _forget(self, now: float) -> None:
        while self._answered:
            key = next(iter(self._answered))
            if now - self._answered[key].at <= _LAST and len(self._answered) < _MOST:
                return
            del self._answered[key]
