"""Answers that hold a list: one text for everybody, a second old at the most, and known by an ETag."""

import hashlib
import json
from collections.abc import Callable, Hashable
from typing import Any, Generic, NamedTuple, TypeVar

from flask import Response, request

from app.kit.ttl_cache import TtlCache

# Seconds that a list may be old. Nothing that the lists show changes from one second to the next.
LIFETIME = 1

Key = TypeVar("Key", bound=Hashable)


class _Body(NamedTuple):
    text: str
    etag: str


class Lists(Generic[Key]):
    """`read(key)` gives what is answered as JSON. There must be few keys."""

    def __init__(self, read: Callable[[Key], Any]) -> None:
        self._read = read
        self._bodies = TtlCache[Key, _Body](self._body, LIFETIME)

    def answer(self, key: Key) -> Response:
        """The answer to the request being served; 304 when the caller has it. Raises what `read` raises."""
        body = self._bodies.get(key)
        response = Response(body.text, content_type="application/json")
        response.headers["Cache-Control"] = f"public, max-age={LIFETIME}"
        response.set_etag(body.etag)
        return response.make_conditional(request)  # type: ignore[return-value]

    def _body(self, key: Key) -> _Body:
        text = json.dumps(self._read(key))
        return _Body(text, hashlib.sha256(text.encode()).hexdigest()[:16])
