"""A visitor likes a mysfit."""

from __future__ import annotations

import dataclasses
import logging

import pytest
from flask.testing import FlaskClient

from app.kit.config import Config
from tests.conftest import Rows


@pytest.fixture
def config(config: Config) -> Config:
    """With the route for a like service."""
    return dataclasses.replace(config, fulfill_like=True)


def processed(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.getMessage() == "Like processed."]


@pytest.fixture(autouse=True)
def every_event(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="app")


def test_a_like_counts_one_more(client: FlaskClient, rows: Rows) -> None:
    mysfit_id = rows.add(Likes=41)
    answer = client.post(f"/mysfits/{mysfit_id}/like")
    assert (answer.status_code, answer.json) == (200, {"Update": "Success", "likes": 42})
    assert rows.get(mysfit_id)["Likes"] == 42


def test_the_first_like_of_all_counts_one(client: FlaskClient, rows: Rows) -> None:
    mysfit_id = rows.add(Likes=None)
    client.post(f"/mysfits/{mysfit_id}/like")
    assert rows.get(mysfit_id)["Likes"] == 1


def test_a_like_changes_nothing_else_that_a_visitor_sees(client: FlaskClient, rows: Rows) -> None:
    mysfit_id = rows.add()
    before = client.get(f"/mysfits/{mysfit_id}").json
    client.post(f"/mysfits/{mysfit_id}/like")
    after = client.get(f"/mysfits/{mysfit_id}").json
    assert before
    assert after == before | {"likes": 1}


def test_a_profile_shows_a_like_as_soon_as_it_is_answered(client: FlaskClient, rows: Rows) -> None:
    mysfit_id = rows.add()
    for number in range(1, 6):
        client.post(f"/mysfits/{mysfit_id}/like")
        profile = client.get(f"/mysfits/{mysfit_id}").json
        assert profile
        assert profile["likes"] == number


def test_a_like_for_nobody_writes_nothing(client: FlaskClient, rows: Rows, caplog: pytest.LogCaptureFixture) -> None:
    for route in ("like", "fulfill-like"):
        answer = client.post(f"/mysfits/nobody/{route}")
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
    assert rows.all() == []
    assert processed(caplog) == []


def test_each_like_leaves_one_log_event(client: FlaskClient, rows: Rows, caplog: pytest.LogCaptureFixture) -> None:
    mysfit_id = rows.add()
    for number in range(20):
        client.post(f"/mysfits/{mysfit_id}/like", headers={"X-Request-ID": f"visitor-{number}"})
    assert len(processed(caplog)) == 20
    assert {vars(record)["mysfit_id"] for record in processed(caplog)} == {mysfit_id}


def test_a_fulfilled_like_counts_without_a_log_line(
    client: FlaskClient, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    mysfit_id = rows.add()
    answer = client.post(f"/mysfits/{mysfit_id}/fulfill-like")
    assert answer.status_code == 200
    assert answer.json
    assert answer.json["Update"] == "Success"
    assert rows.get(mysfit_id)["Likes"] == 1
    assert processed(caplog) == []


def test_a_like_that_was_not_stored_leaves_no_line(
    client: FlaskClient, rows: Rows, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A number that cannot grow makes DynamoDB refuse the update.
    mysfit_id = rows.add(Likes="many")
    answer = client.post(f"/mysfits/{mysfit_id}/like")
    assert answer.status_code == 500
    assert processed(caplog) == []
