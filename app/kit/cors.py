"""Cross-origin resource sharing (CORS): which pages of other origins may use the answers, by flask-cors.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, request
from flask_cors import CORS
from flask_cors.core import get_cors_options, set_cors_headers

from app.kit.headers import EXPOSED

TO_EVERYBODY = ("*",)


def share_with(app: Flask, origins: Sequence[str]) -> None:
    """Let pages of `origins` use the answers. With TO_EVERYBODY every answer says so already, but for preflights."""
    rules: dict[str, Any] = {
        "origins": list(origins),
        "methods": ["GET", "HEAD", "POST", "OPTIONS"],
        "expose_headers": list(EXPOSED),
        "max_age": 600,
    }
    if tuple(origins) != TO_EVERYBODY:
        CORS(app, send_wildcard=False, **rules)
        return
    options = get_cors_options(app, rules | {"send_wildcard": True})

    @app.after_request
    def answer_preflight(response: Response) -> Response:
        if request.method == "OPTIONS":
            set_cors_headers(response, options)
            # These every answer has.
            for name in ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers"):
                response.headers.pop(name, None)
        return response
