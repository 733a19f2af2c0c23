"""The API and its description say the same: no route, answer, status or field is in one of them alone.

Breaks that this file notices are in tests/breaks/description.py; others, tried: a route without a description; a link
to a feature that does not run.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import boto3
import pytest
from flask import Flask, Response
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from app import create_app
from app.kit import aws
from app.kit.concurrency_limiter import Busy
from app.kit.config import Config
from app.kit.dynamodb_client import DynamoDBClient
from app.kit.problems import Problem, type_of
from tests.conftest import Rows
from tests.platform.described import Described, Description, Undescribed
from tests.platform.test_everywhere import ALONE_AND_IN_PAIRS, ANYWHERE


def described(app: Flask) -> Description:
    return Description(app.test_client().get("/openapi.json").text)


WHOLE = described(create_app(ANYWHERE))


@pytest.fixture(autouse=True)
def _one_client(dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "dynamodb", lambda region: dynamodb)


def test_the_description_is_openapi() -> None:
    assert WHOLE.document["openapi"].startswith("3.1.")
    validate(WHOLE.document, cls=OpenAPIV31SpecValidator)


@pytest.mark.parametrize("features", [ANYWHERE.features, *ALONE_AND_IN_PAIRS], ids=",".join)
def test_every_route_is_described_and_nothing_else(features: tuple[str, ...]) -> None:
    app = create_app(dataclasses.replace(ANYWHERE, features=features))
    routes = {
        (method, re.sub("<(.*?)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    assert set(described(app).operations()) == routes


@pytest.mark.parametrize("features", [ANYWHERE.features, *ALONE_AND_IN_PAIRS], ids=",".join)
def test_what_a_description_refers_to_is_in_it(features: tuple[str, ...]) -> None:
    description = described(create_app(dataclasses.replace(ANYWHERE, features=features)))
    description.resolved()
    ids = [operation["operationId"] for operation in description.operations().values()]
    assert len(set(ids)) == len(ids)
    assert set(re.findall('"operationId": "([^"]*)", "parameters": {', json.dumps(description.document))) <= set(ids)


def kinds(of: type[Problem]) -> Iterator[type[Problem]]:
    for kind in of.__subclasses__():
        if kind.__module__.startswith("app."):
            yield kind
        yield from kinds(kind)


def test_every_kind_of_problem_is_described_and_no_other() -> None:
    described = {
        (answer["content"]["application/problem+json"]["schema"]["properties"]["status"]["const"], kind)
        for answer in WHOLE.document["components"]["responses"].values()
        if "content" in answer
        for kind in answer["content"]["application/problem+json"]["schema"]["properties"]["type"]["enum"]
    }
    # Those without a title are kinds of kinds.
    there_are = {(kind.code, type_of(kind)) for kind in kinds(Problem) if hasattr(kind, "title")}
    of_routing = {(status, "about:blank") for status in (404, 405, 500)}
    assert described == there_are | of_routing


def test_the_list_leads_to_all_that_can_be_done_with_a_mysfit() -> None:
    links = WHOLE.operations()["GET", "/mysfits"]["responses"]["200"]["links"]
    assert {link["operationId"] for link in links.values()} == {
        "showProfile",
        "likeMysfit",
        "fulfillLike",
        "adoptMysfit",
    }


def test_every_example_is_what_it_is_an_example_of() -> None:
    found = 0

    def look(piece: Any) -> None:
        nonlocal found
        if isinstance(piece, dict):
            if "example" in piece:
                found += 1
                Draft202012Validator(piece["schema"]).validate(piece["example"])
            for each in piece.values():
                look(each)
        elif isinstance(piece, list):
            for each in piece:
                look(each)

    look(WHOLE.resolved())
    assert found > 100


def test_every_answer_of_success_has_an_example() -> None:
    for (method, path), operation in WHOLE.operations().items():
        for media_type, content in operation["responses"]["200"].get("content", {}).items():
            assert "example" in content or media_type.startswith("text/html"), (method, path)


def busy(_: object) -> None:
    raise Busy


def boom(**_: str) -> Response:
    raise ZeroDivisionError


def visit_all(client: Described, mysfit_id: str) -> None:
    """Every operation: well, again, with what the caller has, for an id that is not there, with a body."""
    real = {"mysfit_id": mysfit_id, "user_id": "1", "thread_id": "1"}
    for method, path in client.description.operations():
        address = path.format(**real)
        answers = [client.open(address, method=method) for _ in range(3)]
        client.open(address, method=method, headers={"If-None-Match": answers[0].headers.get("ETag", "")})
        client.open(address, method=method, data=b"{}")
        client.open(path.format(**dict.fromkeys(real, "nobody")), method=method)


def test_every_described_answer_is_given_and_every_given_answer_is_described(
    config: Config, session: boto3.Session, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = session.resource("dynamodb")
    store.Table(config.users_table).put_item(Item={"Id": 1, "Username": "u", "Name": "n", "Bio": "b"})
    store.Table(config.threads_table).put_item(Item={"Id": 1, "Title": "t", "CreatedBy": Decimal(1)})
    store.Table(config.posts_table).put_item(Item={"Id": 1, "Thread": 1, "User": 1, "Text": "t"})
    mysfit_id = rows.add()
    serving = Described(create_app(config))
    visit_all(serving, mysfit_id)
    hasty = Described(create_app(dataclasses.replace(config, likes_per_second=1)))
    for _ in range(3):
        hasty.post(f"/mysfits/{mysfit_id}/like")
    full = Described(create_app(dataclasses.replace(config, faults={"unhealthy-after": 0.0})))
    broken = Described(create_app(config))
    with monkeypatch.context() as patch:
        patch.setattr("app.kit.concurrency_limiter.ConcurrencyLimiter.enter", busy)
        visit_all(full, mysfit_id)
    with monkeypatch.context() as patch:
        patch.setattr(broken.application, "view_functions", dict.fromkeys(broken.application.view_functions, boom))
        patch.setattr(broken.application, "make_default_options_response", boom)
        visit_all(broken, mysfit_id)
    assert serving.seen | hasty.seen | full.seen | broken.seen == WHOLE.answers()


@pytest.mark.parametrize(
    ("view", "undescribed"),
    [
        ({"version": "1", "commit": "c", "revision": "r", "host": "h"}, "'host' was unexpected"),
        ({"version": "1", "commit": "c"}, "'revision' is a required property"),
        ({"version": "1", "commit": "c", "revision": None}, "None is not of type 'string'"),
        (({"version": "1", "commit": "c", "revision": "r"}, 202), "no 202 is described"),
        (({"type": "about:blank"}, 418), "no 418 is described"),
        (Response("{}", content_type="text/plain"), "text/plain"),
    ],
)
def test_what_is_not_described_is_noticed(view: Any, undescribed: str) -> None:
    app = create_app(ANYWHERE)
    app.view_functions["health.version"] = lambda: view
    with pytest.raises(Undescribed, match=undescribed):
        Described(app).get("/version")


def test_a_route_that_is_not_described_is_noticed() -> None:
    app = create_app(ANYWHERE)
    app.add_url_rule("/secret", "secret", lambda: {"open": "sesame"})
    with pytest.raises(Undescribed, match="no 200 is described"):
        Described(app).get("/secret")
