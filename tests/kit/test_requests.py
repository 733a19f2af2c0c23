"""Request ids, and one log event for each request."""

from __future__ import annotations

import logging
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from app.kit.application import Application
from app.kit.front import Front
from app.kit.request_log import bind, set_event


@pytest.fixture(autouse=True)
def every_event(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="app")


@pytest.mark.parametrize("header", ["X-Request-ID", "X-Amzn-Trace-Id"])
def test_a_given_request_id_comes_back(client: FlaskClient, header: str) -> None:
    answer = client.get("/", headers={header: "Root=1-67891233-abcdef012345678912345678"})
    assert answer.headers["X-Request-ID"] == "Root=1-67891233-abcdef012345678912345678"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "é", "<script>", '"'])
def test_an_id_that_is_not_plain_is_replaced(client: FlaskClient, given: str) -> None:
    answer = client.get("/", headers={"X-Request-ID": given})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_problems_carry_a_request_id_too(client: FlaskClient) -> None:
    for address in ("/nowhere", "/mysfits?filter=x", "/mysfits/nobody"):
        assert client.get(address).headers["X-Request-ID"]


def test_a_request_leaves_one_event_with_what_happened(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/mysfits/nobody")
    (record,) = caplog.records
    fields = vars(record)
    assert record.getMessage() == "Request answered."
    assert (fields["method"], fields["path"], fields["status"]) == ("GET", "/mysfits/nobody", 404)
    assert fields["duration_ms"] >= 0


def test_what_is_added_to_an_event_takes_nothing_from_it(caplog: pytest.LogCaptureFixture) -> None:
    app = Application(__name__)

    @app.get("/thread")
    def in_a_thread() -> str:
        bind(first=1)
        set_event("Done.", second=2)
        bind(third=3)
        return ""

    @app.get("/loop")
    async def on_the_loop() -> dict[str, str]:
        in_a_thread()
        return {}

    Front(app)
    assert [app.test_client().get(path).status_code for path in ("/thread", "/loop")] == [200, 200]
    for record in caplog.records:
        fields = vars(record)
        assert (record.getMessage(), fields["first"], fields["second"], fields["third"]) == ("Done.", 1, 2, 3)


def test_a_long_path_is_logged_shortened(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/" + "x" * 10_000)
    (record,) = caplog.records
    assert len(vars(record)["path"]) == 256


def test_a_path_is_logged_as_it_came(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    # A test client would put the paths in order.
    for path in ("//mysfits", "/\xc3\xa9", "/\xff", "/%"):
        Response.from_app(client.application, EnvironBuilder("/").get_environ() | {"PATH_INFO": path})
    assert [vars(record)["path"] for record in caplog.records] == ["//mysfits", "/%C3%A9", "/%FF", "/%25"]


def test_a_long_method_is_logged_shortened(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.open("/", method="X" * 20_000)
    client.open("/", method="UPDATEREDIRECTREF")
    assert [vars(record)["method"] for record in caplog.records] == ["X" * 32, "UPDATEREDIRECTREF"]


def test_health_checks_do_not_drown_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get("/health").status_code == 200
    assert caplog.records == []
    assert client.post("/health").status_code == 405
    assert len(caplog.records) == 1


def test_the_version_and_revision_that_answer_can_be_asked_for(client: FlaskClient) -> None:
    assert client.get("/version").json == {
        "version": "development",
        "commit": "development",
        "revision": "development",
    }


def test_nobody_can_write_the_line_of_a_like(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    for address in ("/Like%20processed.", "/mysfits/Like processed./like", "/x?Like processed."):
        client.post(address, headers={"X-Request-ID": "Like processed."})
    assert len(caplog.records) == 3
    assert "Like processed." not in "".join(str(vars(record)) for record in caplog.records)
