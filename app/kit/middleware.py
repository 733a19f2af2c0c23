"""WSGI middleware around the whole application: an id and a log event for each request, headers for each answer.

One pass, once prepared, where a hook of Flask for each of them would search the headers anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from app.kit import request_log
from app.kit.headers import DEFAULTS, Headers


class Middleware:
    """`headers` are those of every answer, beside its request's id and what it has itself."""

    def __init__(self, application: Callable[..., Iterable[bytes]], headers: Headers) -> None:
        self._application = application
        self._headers = headers

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        event, token = request_log.begin(environ)

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            event.write(int(status[:3]))
            names = {name for name, _ in headers}
            headers += [each for each in DEFAULTS if each[0] not in names]
            headers += self._headers
            headers.append(("X-Request-ID", event.request_id))
            return start_response(status, headers, *exc_info)

        try:
            return self._application(environ, start)
        finally:
            request_log.end(token)
