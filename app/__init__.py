"""The adoption platform's API. This is the one place that knows all features."""

from collections.abc import Callable
from typing import NamedTuple

from flask import Blueprint, Flask, Response, request
from flask_cors import CORS

from app.adoptions.routes import routes as adoptions
from app.adoptions.store import Adoptions
from app.catalog.routes import routes as catalog
from app.catalog.store import Mysfits
from app.kit import aws, health
from app.kit.config import Config
from app.kit.dynamodb import Table
from app.kit.parse import no_body
from app.kit.problems import answer_with_problems
from app.kit.request_log import log_every_request
from app.likes.routes import routes as likes
from app.likes.store import Likes


class Feature(NamedTuple):
    """`needs` names the settings that a feature cannot run without; `mount` makes its routes."""

    needs: tuple[str, ...]
    mount: Callable[[Config, aws.DynamoDB], Blueprint]


FEATURES = {
    "catalog": Feature(("DDB_TABLE_NAME",), lambda config, db: catalog(Mysfits(Table(db, config.mysfits_table)))),
    "likes": Feature(("DDB_TABLE_NAME",), lambda config, db: likes(Likes(Table(db, config.mysfits_table)))),
    "adoptions": Feature(("DDB_TABLE_NAME",), lambda config, db: adoptions(Adoptions(Table(db, config.mysfits_table)))),
}
NEEDS = {name: feature.needs for name, feature in FEATURES.items()}


def create_app(config: Config) -> Flask:
    """The application with the features of `config`, and with what holds for every request."""
    app = Flask(__name__, static_folder=None)
    # `//mysfits` is not `/mysfits`; without this it would be an HTML redirect.
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]

    log_every_request(app)
    answer_with_problems(app)
    CORS(
        app,
        origins=list(config.cors_origins),
        methods=["GET", "HEAD", "POST", "OPTIONS"],
        expose_headers=["Retry-After", "X-Request-ID"],
        max_age=600,
    )
    app.before_request(lambda: no_body(request))
    app.after_request(_keep_private_and_plain)

    app.register_blueprint(health.routes())
    dynamodb = aws.dynamodb(config.region, connections=config.threads)
    for name in config.features:
        app.register_blueprint(FEATURES[name].mount(config, dynamodb))
    return app


def _keep_private_and_plain(response: Response) -> Response:
    # Counts change with every like: what a browser kept would be wrong.
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
