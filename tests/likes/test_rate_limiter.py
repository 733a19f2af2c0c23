"""How many likes one client may leave in a second, where that is limited.

Breaks that this file notices, tried: the first address of X-Forwarded-For instead of the last; `>=` for `>`; counts
that are kept for longer than their second.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from app import create_app
from app.kit import aws
from app.kit.config import Config
from app.kit.dynamodb_client import DynamoDBClient
from app.likes.rate_limiter import RateLimiter, TooManyLikes, client_of
from tests.conftest import Rows


def a_like(forwarded_for: str | None) -> dict[str, Any]:
    given = {} if forwarded_for is None else {"HTTP_X_FORWARDED_FOR": forwarded_for}
    return EnvironBuilder("/", environ_base={"REMOTE_ADDR": "10.0.0.1", **given}).get_environ()


@pytest.mark.parametrize(
    ("forwarded_for", "client"),
    [
        (None, "10.0.0.1"),
        ("", "10.0.0.1"),
        ("192.0.2.7", "192.0.2.7"),
        ("198.51.100.1, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, ", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        # A socket of IPv6 that takes IPv4 too, NAT64 before a server of IPv6 alone, and 6to4: behind all, one of IPv4.
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:207", "192.0.2.7"),
        ("64:ff9b::192.0.2.7", "192.0.2.7"),
        ("64:ff9b:1::192.0.2.7", "64:ff9b:1::/64"),
        ("2002:c000:207:5::1", "192.0.2.7"),
        ("2002:c000:207:6::1", "192.0.2.7"),
        ("::192.0.2.7", "::/64"),
        ("x" * 10_000, "x" * 64),
    ],
)
def test_a_client_is_who_the_load_balancer_says(forwarded_for: str | None, client: str) -> None:
    assert client_of(a_like(forwarded_for)) == client


def taken(limiter: RateLimiter, forwarded_for: str) -> bool:
    try:
        limiter.take(a_like(forwarded_for))
    except TooManyLikes:
        return False
    return True


def test_each_client_has_its_own_likes_in_each_second() -> None:
    now = 7.0
    limiter = RateLimiter(2, lambda: now)
    assert [taken(limiter, "192.0.2.1") for _ in range(4)] == [True, True, False, False]
    assert [taken(limiter, "198.51.100.1, 192.0.2.1") for _ in range(2)] == [False, False]
    assert [taken(limiter, "192.0.2.1, 192.0.2.2") for _ in range(3)] == [True, True, False]
    now = 8.0
    assert [taken(limiter, "192.0.2.1") for _ in range(3)] == [True, True, False]


def test_nothing_of_a_client_is_kept_for_longer_than_its_second() -> None:
    now = 0.0
    limiter = RateLimiter(1, lambda: now)
    for second in range(20):
        now = float(second)
        for number in range(100):
            assert taken(limiter, f"192.0.{second}.{number}")
    assert len(limiter._taken) == 100


def test_without_a_limit_there_is_none() -> None:
    limiter = RateLimiter(0)
    assert all(taken(limiter, "192.0.2.1") for _ in range(1_000))


def test_too_many_likes_are_a_problem_that_says_when_to_come_back_and_store_nothing(
    config: Config, rows: Rows, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "dynamodb", lambda region: dynamodb)
    monkeypatch.setattr("app.RateLimiter", lambda per_second: RateLimiter(per_second, lambda: 1.0))
    client = create_app(dataclasses.replace(config, likes_per_second=2, fulfill_like=True)).test_client()
    mysfit_id = rows.add()
    answers = [client.post(f"/mysfits/{mysfit_id}/like") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429, 429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert answers[-1].json == {
        "type": "/problems/too-many-likes",
        "title": "Too many likes",
        "status": 429,
        "detail": "That was too fast. Nothing was changed.",
    }
    assert rows.get(mysfit_id)["Likes"] == 2
    # A separate like service speaks for many visitors.
    assert client.post(f"/mysfits/{mysfit_id}/fulfill-like").status_code == 200
    assert client.get(f"/mysfits/{mysfit_id}").status_code == 200
