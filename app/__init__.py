"""The adoption platform's API. This is the one place that knows all features."""

from collections.abc import Callable
from typing import NamedTuple

from flask import Blueprint, Flask, Response, request
from flask_cors import CORS

from app.adoptions.routes import adoption_routes
from app.adoptions.store import Adoptions
from app.catalog.routes import catalog_routes
from app.catalog.store import Mysfits
from app.kit import aws
from app.kit.config import Config
from app.kit.dynamodb import Table
from app.kit.gate import let_in
from app.kit.health import health_routes
from app.kit.parse import no_body
from app.kit.problems import answer_with_problems
from app.kit.request_log import log_every_request
from app.likes.actions import liking
from app.likes.routes import like_routes
from app.likes.stamps import Writer
from app.likes.store import Likes


class Feature(NamedTuple):
    """`needs` names the settings that a feature cannot run without; `mount` makes its routes."""

    needs: tuple[str, ...]
    mount: Callable[[Config, aws.DynamoDB], Blueprint]


def _table_of_mysfits(config: Config, dynamodb: aws.DynamoDB) -> Table:
    return Table(dynamodb, config.mysfits_table)


FEATURES = {
    "catalog": Feature(("DDB_TABLE_NAME",), lambda *given: catalog_routes(Mysfits(_table_of_mysfits(*given)))),
    "likes": Feature(
        ("DDB_TABLE_NAME",), lambda *given: like_routes(liking(Likes(_table_of_mysfits(*given), Writer())))
    ),
    "adoptions": Feature(("DDB_TABLE_NAME",), lambda *given: adoption_routes(Adoptions(_table_of_mysfits(*given)))),
}
NEEDS = {name: feature.needs for name, feature in FEATURES.items()}


def create_app(config: Config) -> Flask:
    """The application with the features of `config`, and with what holds for every request."""
    app = Flask(__name__, static_folder=None)
    # Two slashes are not one; without this they would be an HTML redirect.
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]

    log_every_request(app)
    answer_with_problems(app)
    CORS(
        app,
        origins=list(config.cors_origins),
        send_wildcard=config.cors_origins == ("*",),
        methods=["GET", "HEAD", "POST", "OPTIONS"],
        expose_headers=["Retry-After", "X-Request-ID"],
        max_age=600,
    )
    app.before_request(lambda: no_body(request))
    let_in(app, config.threads)
    app.after_request(_keep_private_and_plain)

    app.register_blueprint(health_routes(config))
    dynamodb = aws.dynamodb(config.region, connections=config.threads)
    for name in config.features:
        app.register_blueprint(FEATURES[name].mount(config, dynamodb))
    return app


def _keep_private_and_plain(response: Response) -> Response:
    # Counts change with every like: what a browser kept would be wrong.
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
