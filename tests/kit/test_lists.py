"""One response for everybody who asks for a list, as long as nobody's request changes it."""

from __future__ import annotations

import dataclasses

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.kit.config import Config

OURS, THEIRS = {"Origin": "https://mysfits.example"}, {"Origin": "https://other.example"}


@pytest.fixture
def restricted(config: Config) -> FlaskClient:
    """An application whose answers only the pages of one origin may use."""
    return create_app(dataclasses.replace(config, cors_origins=("https://mysfits.example",))).test_client()


def test_what_one_is_told_of_origins_is_told_to_no_other(restricted: FlaskClient) -> None:
    for asked, allowed in ((OURS, [OURS["Origin"]]), (THEIRS, []), (OURS, [OURS["Origin"]])):
        answer = restricted.get("/mysfits", headers=asked)
        assert answer.headers.getlist("Access-Control-Allow-Origin") == allowed


def test_a_list_is_the_same_for_all_whoever_asked_before(client: FlaskClient, restricted: FlaskClient) -> None:
    for each in (client, restricted):
        whole = each.get("/mysfits")
        for asked, status in (({"If-None-Match": whole.headers["ETag"]}, 304), ({"If-None-Match": '"other"'}, 200)):
            assert each.get("/mysfits", headers=asked).status_code == status
        head = each.head("/mysfits")
        assert (head.data, head.headers["Content-Length"]) == (b"", str(len(whole.data)))
        again = each.get("/mysfits")
        assert again.data == whole.data
        assert {**again.headers, "X-Request-ID": ""} == {**whole.headers, "X-Request-ID": ""}
