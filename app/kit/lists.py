"""Answers that hold a list: one text for everybody, a second old at the most, and known by an ETag."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

from flask import Response

from app.kit import environ
from app.kit.front_response import SharedResponse
from app.kit.ttl_cache import TtlCache

# Seconds that a list may be old: its counts of likes are as of then, and each profile has those of the moment.
LIFETIME = 1

# https://www.rfc-editor.org/rfc/rfc9110#section-13.1
_CONDITIONS = {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"}

Key = TypeVar("Key", bound=Hashable)


class Lists(Generic[Key]):
    """`read(key)` gives what is answered as JSON. There must be few keys."""

    def __init__(self, read: Callable[[Key], Awaitable[Any]]) -> None:
        self._read = read
        self._responses = TtlCache[Key, SharedResponse](self._response, LIFETIME)

    async def answer(self, key: Key) -> Response:
        """The answer to the request being served; 304 when the caller has it. Raises what `read` raises."""
        shared = await self._responses.get(key)
        asked = environ.current.get()
        if _CONDITIONS.isdisjoint(asked):
            return shared
        response = shared.copy()
        response.make_conditional(asked)
        return response

    async def _response(self, key: Key) -> SharedResponse:
        text = json.dumps(await self._read(key))
        response = Response(text, content_type="application/json")
        response.headers["Cache-Control"] = f"public, max-age={LIFETIME}"
        response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:16])
        return SharedResponse(response)
