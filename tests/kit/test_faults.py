"""What goes wrong on purpose: only what was asked for, and only where that is allowed."""

from __future__ import annotations

import dataclasses
import mmap
from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.kit import faults
from app.kit.config import Config
from app.kit.faults import parse_faults


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", {}),
        (" , ", {}),
        ("crash-at-start", {"crash-at-start": 1}),
        (" slow-start=2.5 , error-share=0.1 ", {"slow-start": 2.5, "error-share": 0.1}),
        ("unhealthy-after=0,ignore-sigterm", {"unhealthy-after": 0, "ignore-sigterm": 1}),
    ],
)
def test_faults_are_a_list_of_names_with_numbers(text: str, meant: Mapping[str, float]) -> None:
    assert parse_faults(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("crash", "slow-start", "slow-start=", "crash-at-start=1", "error-share=0.1,error-share=0.2"),
        *("slow-start=-1", "slow-start=soon", "slow-start=nan", "slow-start=inf", "error-share=1.1", "=1"),
    ],
)
def test_a_fault_that_there_is_not_says_which_there_are(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a list of crash-at-start, slow-start=SECONDS, .*, error-share=SHARE,"):
        parse_faults(text)


def client_with(config: Config, text: str) -> FlaskClient:
    return create_app(dataclasses.replace(config, faults=parse_faults(text))).test_client()


def test_a_share_of_the_features_requests_fails_as_a_problem(config: Config) -> None:
    client = client_with(config, "error-share=0.5")
    answers = [client.get("/mysfits/nobody") for _ in range(200)]
    failed = [answer for answer in answers if answer.status_code == 500]
    assert 50 < len(failed) < 150
    assert {answer.status_code for answer in answers} == {404, 500}
    assert failed[0].content_type == "application/problem+json"
    assert failed[0].json
    assert failed[0].json["title"] == "Fault on purpose"


def test_what_every_assembly_answers_is_spared_the_share_of_errors(config: Config) -> None:
    client = client_with(config, "error-share=1")
    assert client.get("/mysfits").status_code == 500
    for address in ("/", "/health", "/version"):
        assert client.get(address).status_code == 200


def test_health_fails_from_its_time_on_and_nothing_else_does(config: Config) -> None:
    assert client_with(config, "unhealthy-after=3600").get("/health").status_code == 200
    client = client_with(config, "unhealthy-after=0")
    answer = client.get("/health")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert client.get("/version").status_code == 200
    assert client.get("/mysfits").status_code == 200


def test_without_faults_nothing_looks_for_them(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    switched = mmap.mmap(-1, 1)
    switched[0] = 1
    monkeypatch.setattr(faults, "_unhealthy", switched)
    assert client_with(config, "").get("/health").status_code == 200
    assert client_with(config, "unhealthy-on-usr1").get("/health").status_code == 503
