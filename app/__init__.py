"""The adoption platform's API. This is the one place that knows all features."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flask import Blueprint

from app.adoptions.description import DESCRIPTION as ADOPTIONS
from app.adoptions.routes import adoption_routes
from app.adoptions.store import Adoptions
from app.catalog.description import DESCRIPTION as CATALOG
from app.catalog.routes import catalog_routes
from app.catalog.store import Mysfits
from app.community.description import POSTS, THREADS, USERS
from app.community.routes import post_routes, thread_routes, user_routes
from app.community.store import Posts, Threads, Users
from app.hello.description import DESCRIPTION as HELLO
from app.hello.routes import hello_routes
from app.hello.store import Counter
from app.kit import aws
from app.kit.application import Application
from app.kit.config import Config
from app.kit.cors import TO_EVERYBODY, share_with
from app.kit.description import Description
from app.kit.description_routes import description_routes
from app.kit.dynamodb import Table
from app.kit.front import Front
from app.kit.headers import response_headers
from app.kit.health import DESCRIPTION as SERVICE
from app.kit.health import health_routes
from app.kit.problems import answer_with_problems
from app.likes.actions import liking
from app.likes.description import likes_description
from app.likes.rate_limiter import RateLimiter
from app.likes.routes import like_routes
from app.likes.sequence_numbers import Writer
from app.likes.store import Likes


class Feature(NamedTuple):
    """`needs` names the settings that a feature cannot run without; `mount` makes its routes on the tables it opens.

    `describe` tells of the routes that `mount` makes with the same settings.
    """

    needs: tuple[str, ...]
    mount: Callable[[Config, Callable[[str], Table]], Blueprint]
    describe: Callable[[Config], Description]


FEATURES = {
    "catalog": Feature(
        ("DDB_TABLE_NAME",),
        lambda config, table: catalog_routes(Mysfits(table(config.mysfits_table))),
        lambda _: CATALOG,
    ),
    "likes": Feature(
        ("DDB_TABLE_NAME",),
        lambda config, table: like_routes(
            liking(Likes(table(config.mysfits_table), Writer())),
            RateLimiter(config.likes_per_second),
            config.fulfill_like,
        ),
        lambda config: likes_description(config.fulfill_like),
    ),
    "adoptions": Feature(
        ("DDB_TABLE_NAME",),
        lambda config, table: adoption_routes(Adoptions(table(config.mysfits_table))),
        lambda _: ADOPTIONS,
    ),
    "users": Feature(
        ("USERS_TABLE_NAME",), lambda config, table: user_routes(Users(table(config.users_table))), lambda _: USERS
    ),
    "threads": Feature(
        ("THREADS_TABLE_NAME",),
        lambda config, table: thread_routes(Threads(table(config.threads_table))),
        lambda _: THREADS,
    ),
    "posts": Feature(
        ("POSTS_TABLE_NAME",), lambda config, table: post_routes(Posts(table(config.posts_table))), lambda _: POSTS
    ),
    "hello": Feature(
        ("HELLO_TABLE_NAME",), lambda config, table: hello_routes(Counter(table(config.hello_table))), lambda _: HELLO
    ),
}
NEEDS = {name: feature.needs for name, feature in FEATURES.items()}
# What features do that is counted in CloudWatch: the message of its log event, and the metric.
METRICS = {"Like processed.": "Likes"}


def create_app(config: Config) -> Application:
    """The application with the features of `config`, behind a front with what holds for every request."""
    app = Application(__name__)
    # Two slashes are not one; without this they would be an HTML redirect.
    app.url_map.merge_slashes = False

    answer_with_problems(app)
    share_with(app, config.cors_origins)
    is_for_everybody = config.cors_origins == TO_EVERYBODY
    headers = response_headers(config.revision, for_every_origin=is_for_everybody)
    Front(app, headers, config.requests, config.threads, config.faults, has_hooks=not is_for_everybody)

    app.register_blueprint(health_routes(config))
    table = partial(Table, aws.dynamodb(config.region))
    for name in config.features:
        app.register_blueprint(FEATURES[name].mount(config, table))
    features = [FEATURES[name].describe(config) for name in config.features]
    app.register_blueprint(description_routes([SERVICE, *features], config.version))
    return app
