"""Flask application without what its routes have no use for, which would cost every request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Request
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import MapAdapter, Rule


class Application(Flask):
    """Flask whose views that are coroutines are served by its `front`, which sets itself there."""

    front: Any  # of kit/front.py, which knows this class

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name, static_folder=None)
        self.json = _JsonProvider(self)
        self._every = self.url_map.bind("")

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: to find out whether one is a coroutine takes longer than most hooks."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Routing by the path alone: no address is made here, so the host's name is not asked for.

        What would become a WebSocket is werkzeug's to refuse.
        """
        if request is None or "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        return self.adapter(request.environ)

    def matched(self, environ: Mapping[str, Any]) -> tuple[Rule, Mapping[str, Any]]:
        """The rule of a request and what its path gives the view. Raises werkzeug's NotFound and MethodNotAllowed."""
        path: str = environ["PATH_INFO"]
        if not path.isascii():
            path = path.encode("latin-1").decode(errors="replace")
        return self._every.match(path, environ["REQUEST_METHOD"], return_rule=True)

    def adapter(self, environ: Mapping[str, Any]) -> MapAdapter:
        """The routing of a request, from its environment of WSGI."""
        return self.url_map.bind(
            "",
            environ.get("SCRIPT_NAME"),
            url_scheme=environ["wsgi.url_scheme"],
            default_method=environ["REQUEST_METHOD"],
            path_info=environ["PATH_INFO"].encode("latin-1").decode(errors="replace"),
            query_args=environ.get("QUERY_STRING", ""),
        )


COMPACT = {"separators": (",", ":")}


class _JsonProvider(DefaultJSONProvider):
    """Compact documents in the order of their members, by one encoder for all answers."""

    compact = True
    sort_keys = False
    _encode = json.JSONEncoder(default=DefaultJSONProvider.default, separators=(",", ":")).encode

    def dumps(self, obj: Any, **options: Any) -> str:
        return type(self)._encode(obj) if options == COMPACT else super().dumps(obj, **options)
