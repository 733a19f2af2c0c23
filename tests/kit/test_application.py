"""What the application leaves out of Flask makes no difference to an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_cors import CORS
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from app.kit.application import Application
from app.kit.front import Front

DOCUMENTS: list[Any] = [
    {"b": 1, "a": [True, None, 1.5], "é": "\u2028<script>"},
    {"when": datetime(2026, 11, 27, tzinfo=UTC), "id": UUID(int=7), "sum": Decimal("1.50")},
    {},
    ["x"],
]


def with_routes(app: Flask) -> Flask:
    app.url_map.merge_slashes = False

    @app.get("/documents/<int:number>")
    def document(number: int) -> Any:
        return DOCUMENTS[number]

    @app.post("/mysfits/<name>/like")
    def like(name: str) -> dict[str, str]:
        return {"name": name}

    return app


def flasks() -> Flask:
    app = with_routes(Flask("flask", static_folder=None))
    app.json.sort_keys = False  # type: ignore[attr-defined]
    return app


def with_coroutines(app: Application) -> Flask:
    """The same routes, served by a front."""
    app.url_map.merge_slashes = False

    @app.get("/documents/<int:number>")
    async def document(number: int) -> Any:
        return DOCUMENTS[number]

    @app.post("/mysfits/<name>/like")
    async def like(name: str) -> dict[str, str]:
        return {"name": name}

    Front(app)
    return app


@pytest.mark.parametrize("number", range(len(DOCUMENTS)))
@pytest.mark.parametrize("routes", [with_routes, with_coroutines])
def test_a_document_is_written_as_flask_writes_it(number: int, routes: Any) -> None:
    ours, theirs = (app.test_client().get(f"/documents/{number}") for app in (routes(Application("ours")), flasks()))
    assert (theirs.data, theirs.content_type) == (ours.data, ours.content_type)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/documents/1", {}),
        ("HEAD", "/documents/1", {}),
        ("GET", "/documents/x", {}),
        ("GET", "/nowhere", {}),
        ("DELETE", "/documents/1", {}),
        ("OPTIONS", "/documents/1", {}),
        ("POST", "/mysfits/\xc3\xa9/like", {}),
        ("POST", "/mysfits/\xff/like", {}),
        ("POST", "/mysfits//like", {}),
        ("POST", "//mysfits/a/like", {}),
        ("GET", "/documents/1", {"HTTP_HOST": "bad host"}),
        ("GET", "/documents/1", {"HTTP_HOST": ""}),
        ("GET", "/documents/1", {"HTTP_CONNECTION": "upgrade", "HTTP_UPGRADE": "websocket"}),
        ("GET", "/documents/1", {"SCRIPT_NAME": "/mounted"}),
    ],
)
def test_a_request_is_routed_as_flask_routes_it(method: str, path: str, headers: dict[str, str]) -> None:
    environ = EnvironBuilder("/", method=method).get_environ() | {"PATH_INFO": path} | headers
    ours, theirs = (Response.from_app(app, dict(environ)) for app in (with_routes(Application("ours")), flasks()))
    assert (theirs.status, theirs.data, sorted(theirs.headers)) == (ours.status, ours.data, sorted(ours.headers))


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
@pytest.mark.parametrize("address", ["/mysfits", "/nowhere"])
@pytest.mark.parametrize("asked", [None, "POST", "DELETE"])
def test_pages_of_other_origins_are_told_what_flask_cors_tells(
    client: FlaskClient, method: str, address: str, asked: str | None
) -> None:
    theirs = Flask("theirs", static_folder=None)
    CORS(
        theirs,
        origins=["*"],
        send_wildcard=True,
        methods=["GET", "HEAD", "POST", "OPTIONS"],
        expose_headers=["Retry-After", "X-Request-ID", "X-Service-Revision"],
        max_age=600,
    )
    headers = {"Origin": "https://mysfits.example"} | ({"Access-Control-Request-Method": asked} if asked else {})
    told = [
        sorted((name, value) for name, value in answer.headers if name.startswith("Access-Control") or name == "Vary")
        for answer in (each.open(address, method=method, headers=headers) for each in (client, theirs.test_client()))
    ]
    assert told[1] == told[0]
