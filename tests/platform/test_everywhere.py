"""Rules that hold for every route, every setting, every module."""

from __future__ import annotations

import dataclasses
import errno
import itertools
import os
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from app import FEATURES, NEEDS, create_app
from app.kit.config import Config, WrongSetting

ROOT = Path(__file__).parents[2]
TABLES = {setting: "none" for needed in NEEDS.values() for setting in needed}
ANYWHERE = Config.from_env({"AWS_REGION": "us-east-1", "FULFILL_LIKE": "yes", **TABLES}, NEEDS)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def every_route() -> list[tuple[str, set[str]]]:
    """(an address, the methods it takes), for every route of the application."""
    methods: dict[str, set[str]] = {}
    for rule in create_app(ANYWHERE).url_map.iter_rules():
        methods.setdefault(re.sub("<.*>", "nobody", rule.rule), set()).update(rule.methods or ())
    return sorted(methods.items())


ROUTES = every_route()


def test_the_routes_are_those_of_the_contract() -> None:
    assert {address: methods - {"HEAD", "OPTIONS"} for address, methods in ROUTES} == {
        "/": {"GET"},
        "/api": {"GET"},
        "/api/": {"GET"},
        "/api/posts": {"GET"},
        "/api/posts/by-user/nobody": {"GET"},
        "/api/posts/in-thread/nobody": {"GET"},
        "/api/threads": {"GET"},
        "/api/threads/nobody": {"GET"},
        "/api/users": {"GET"},
        "/api/users/nobody": {"GET"},
        "/docs": {"GET"},
        "/health": {"GET"},
        "/hello": {"GET"},
        "/hello/again": {"GET"},
        "/openapi.json": {"GET"},
        "/version": {"GET"},
        "/mysfits": {"GET"},
        "/mysfits/nobody": {"GET"},
        "/mysfits/nobody/adopt": {"POST"},
        "/mysfits/nobody/fulfill-like": {"POST"},
        "/mysfits/nobody/like": {"POST"},
    }


def test_fulfill_like_is_there_only_where_a_setting_opens_it() -> None:
    closed = dataclasses.replace(
        ANYWHERE, fulfill_like=Config.from_env({"AWS_REGION": "r", **TABLES}, NEEDS).fulfill_like
    )
    client = create_app(closed).test_client()
    assert client.get("/mysfits/nobody/like").status_code == 405
    for method in [*METHODS, "HEAD", "OPTIONS"]:
        answer = client.open("/mysfits/nobody/fulfill-like", method=method)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    for path in ("/openapi.json", "/docs"):
        assert "fulfill" not in client.get(path).text.lower()


@pytest.mark.parametrize(("address", "allowed"), ROUTES)
def test_a_wrong_method_is_a_problem_that_names_the_right_ones(
    client: FlaskClient, address: str, allowed: set[str]
) -> None:
    for method in set(METHODS) - allowed:
        answer = client.open(address, method=method)
        assert answer.status_code == 405
        assert answer.content_type == "application/problem+json"
        assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(("address", "allowed"), ROUTES)
def test_no_route_takes_a_body(client: FlaskClient, address: str, allowed: set[str]) -> None:
    for method in allowed:
        for sent in ({"data": b"{}"}, {"headers": {"Transfer-Encoding": "chunked"}}):
            answer = client.open(address, method=method, **sent)
            assert answer.status_code == 400
            assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(("address", "allowed"), ROUTES)
def test_every_answer_may_be_read_by_every_origin(client: FlaskClient, address: str, allowed: set[str]) -> None:
    for method in [*METHODS, "HEAD", "OPTIONS"]:
        answer = client.open(address, method=method, headers={"Origin": "https://somewhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["X-Request-ID"]
        assert answer.headers["X-Service-Revision"] == "development"
        if method != "OPTIONS":
            exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
            assert {"X-Request-ID", "X-Service-Revision"} <= set(exposed)


SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Server": "mysfits",
}


@pytest.mark.parametrize(("address", "allowed"), [*ROUTES, ("/nowhere", set())])
def test_a_browser_is_told_to_do_nothing_with_an_answer_but_to_hand_it_over(
    client: FlaskClient, address: str, allowed: set[str]
) -> None:
    for method in [*METHODS, "HEAD", "OPTIONS"]:
        answer = client.open(address, method=method)
        told = {name: answer.headers[name] for name in SAFE}
        if address == "/docs" and method in ("GET", "HEAD"):
            assert told.pop("Content-Security-Policy").startswith("default-src 'none'; style-src 'sha256-")
        assert told.items() <= SAFE.items()
        assert "Cache-Control" in answer.headers


@pytest.mark.parametrize(("address", "allowed"), ROUTES)
def test_a_preflight_is_answered(client: FlaskClient, address: str, allowed: set[str]) -> None:
    answer = client.options(
        address, headers={"Origin": "https://somewhere.example", "Access-Control-Request-Method": "POST"}
    )
    assert answer.status_code == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(("address", "allowed"), ROUTES)
def test_head_answers_as_get_does_without_a_body(client: FlaskClient, address: str, allowed: set[str]) -> None:
    if "GET" in allowed:
        assert client.head(address).status_code == client.get(address).status_code
        assert client.head(address).data == b""


@pytest.mark.parametrize(
    "address", ["/nowhere", "/mysfits/", "/mysfits/a/b", "/mysfits/%2F", "/%00", "/../", "/api/users/", "/api/posts/1"]
)
def test_what_is_not_there_is_a_problem(client: FlaskClient, address: str) -> None:
    for method in METHODS:
        answer = client.open(address, method=method)
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
        assert answer.json == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "There is nothing at this address.",
        }


@pytest.mark.parametrize(
    "mysfit_id", ["x" * 10_000, "%00", "é", "..", "%F0%9F%90%89", "a%20b", "%", "{}", "%0A", "'--"]
)
def test_no_id_is_too_strange_for_a_404(client: FlaskClient, mysfit_id: str) -> None:
    for method, route in (("GET", ""), ("POST", "/like"), ("POST", "/fulfill-like"), ("POST", "/adopt")):
        answer = client.open(f"/mysfits/{mysfit_id}{route}", method=method)
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"


def test_an_unforeseen_error_is_logged_and_says_nothing_of_its_inside(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.catalog.routes.parse_filter", lambda _: 1 / 0)
    answer = client.get("/mysfits", headers={"Origin": "https://somewhere.example"})
    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "division" not in answer.text
    assert answer.json
    (event,) = caplog.records
    assert "ZeroDivisionError" in vars(event)["exception"]
    assert answer.json["detail"] == "Something went wrong on our side. It has been logged."


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
def test_no_file_descriptor_left_is_a_503_wherever_it_is_noticed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    def open_something(_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("app.catalog.routes.parse_filter", open_something)
    answer = client.get("/mysfits")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    (event,) = caplog.records
    assert os.strerror(code) in vars(event)["cause"]


def test_another_error_of_the_operating_system_is_our_own_fault(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_something(_: object) -> None:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("app.catalog.routes.parse_filter", open_something)
    assert client.get("/mysfits").status_code == 500


def test_only_listed_origins_may_read_when_there_is_a_list(config: Config) -> None:
    client = create_app(dataclasses.replace(config, cors_origins=("https://mysfits.example",))).test_client()
    ours = client.get("/nowhere", headers={"Origin": "https://mysfits.example"})
    assert ours.headers["Access-Control-Allow-Origin"] == "https://mysfits.example"
    theirs = client.get("/mysfits", headers={"Origin": "https://other.example"})
    assert "Access-Control-Allow-Origin" not in theirs.headers
    assert theirs.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["", "*", "mysfits", "//", "//mysfits", "///mysfits", "//health", "//mysfits/nobody/like"]
)
def test_a_path_that_does_not_begin_with_one_slash_leads_nowhere(client: FlaskClient, path: str) -> None:
    for method in METHODS:
        environ = EnvironBuilder("/", method=method).get_environ() | {"PATH_INFO": path}
        # A test client would put the path in order.
        answer = Response.from_app(client.application, environ)
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"


def test_an_address_may_be_as_long_as_a_load_balancer_lets_it_be(client: FlaskClient) -> None:
    for address, status in {
        "/" + "x" * (16 * 1024 - 1): 404,
        "/" + "x" * 16 * 1024: 414,
        "/mysfits?filter=" + "x" * 16 * 1024: 414,
        "/mysfits/" + "x" * 16 * 1024 + "/like": 414,
    }.items():
        answer = client.open(address, method="POST" if address.endswith("like") else "GET")
        assert answer.status_code == status
        assert answer.content_type == "application/problem+json"


COMMON = {"/", "/health", "/version", "/openapi.json", "/docs"}
ALONE_AND_IN_PAIRS = [*itertools.combinations(FEATURES, 1), *itertools.combinations(FEATURES, 2)]


def routes(features: tuple[str, ...]) -> set[str]:
    """The routes of an assembly of these features, which knows the names of their tables and of no others."""
    environ = {setting: "none" for name in features for setting in NEEDS[name]}
    environ |= {"AWS_REGION": "us-east-1", "FEATURES": ",".join(features)}
    return {str(rule) for rule in create_app(Config.from_env(environ, NEEDS)).url_map.iter_rules()}


OF_EACH = {name: routes((name,)) - COMMON for name in FEATURES}


def test_every_route_is_of_one_feature_alone() -> None:
    assert all(OF_EACH.values())
    assert sum(map(len, OF_EACH.values())) == len(routes(tuple(FEATURES)) - COMMON)


@pytest.mark.parametrize("features", ALONE_AND_IN_PAIRS, ids=",".join)
def test_an_assembly_mounts_the_routes_of_its_features_and_no_others(features: tuple[str, ...]) -> None:
    assert routes(features) == COMMON.union(*(OF_EACH[name] for name in features))


@pytest.mark.parametrize("features", ALONE_AND_IN_PAIRS, ids=",".join)
def test_an_assembly_starts_with_the_names_of_its_tables_and_not_without_one(features: tuple[str, ...]) -> None:
    needed = {setting for name in features for setting in NEEDS[name]}
    for lacking in needed:
        environ = dict.fromkeys(needed - {lacking}, "none") | {"AWS_REGION": "r", "FEATURES": ",".join(features)}
        with pytest.raises(WrongSetting, match=f"^{lacking} is not set; the feature [a-z]+ needs it.$"):
            Config.from_env(environ, NEEDS)


def test_every_setting_is_on_its_page_and_no_other_is() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    settings = dataclasses.fields(Config)
    for setting in settings:
        row = f"| `{setting.metadata['env']}` |"
        assert row in page, f"The table of docs/settings.md lacks {row}"
        assert setting.metadata["help"] in page
    assert page.count("\n| `") == len(settings)


def test_only_the_kit_reads_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        if re.search(r"\bos\.environ|\bgetenv|from os import", path.read_text())
    }
    # The client of DynamoDB trusts the certificates that botocore does, which reads their place there.
    assert readers == {"app/asgi.py", "app/__main__.py", "app/kit/dynamodb_client.py"}
