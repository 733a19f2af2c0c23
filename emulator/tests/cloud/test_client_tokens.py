from __future__ import annotations

import threading
from typing import Any

import pytest

from ecs_emulator.cloud import client_tokens
from ecs_emulator.cloud.client_tokens import ClientTokens
from ecs_emulator.cloud.errors import AwsError


class Counter:
    """An operation that counts how often it was carried out."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> dict[str, Any]:
        self.count += 1
        return {"tasks": [{"number": self.count}]}


@pytest.fixture
def operate() -> Counter:
    return Counter()


@pytest.fixture
def tokens() -> ClientTokens:
    return ClientTokens("ecs")


def test_a_request_is_carried_out_once_for_a_token(tokens: ClientTokens, operate: Counter) -> None:
    request = {"clientToken": "a", "count": 1}
    first = tokens.once("RunTask", request, operate)
    assert first == tokens.once("RunTask", dict(request), operate) == {"tasks": [{"number": 1}]}
    assert operate.count == 1


def test_what_a_caller_does_with_an_answer_is_not_seen_by_the_next(tokens: ClientTokens, operate: Counter) -> None:
    for _ in range(3):
        answer = tokens.once("RunTask", {"clientToken": "a"}, operate)
        assert answer == {"tasks": [{"number": 1}]}
        answer["tasks"].clear()


def test_without_a_token_and_with_another_it_is_carried_out_again(tokens: ClientTokens, operate: Counter) -> None:
    for request in ({}, {}, {"clientToken": ""}, {"clientToken": "a"}, {"clientToken": "b"}):
        tokens.once("RunTask", request, operate)
    tokens.once("CreateService", {"clientToken": "a"}, operate)
    assert operate.count == 6


@pytest.mark.parametrize(
    ("service", "code"), [("ecs", "ConflictException"), ("cloudformation", "TokenAlreadyExistsException")]
)
def test_a_token_of_another_request_is_refused(service: str, code: str, operate: Counter) -> None:
    tokens = ClientTokens(service)
    tokens.once("RunTask", {"clientToken": "a", "count": 1}, operate)
    with pytest.raises(AwsError) as error:
        tokens.once("RunTask", {"clientToken": "a", "count": 2}, operate)
    assert error.value.code == code
    assert operate.count == 1


def test_a_request_that_failed_may_be_tried_again(tokens: ClientTokens, operate: Counter) -> None:
    def fail() -> dict[str, Any]:
        raise AwsError("ServerException", "not now")

    with pytest.raises(AwsError):
        tokens.once("RunTask", {"clientToken": "a"}, fail)
    assert tokens.once("RunTask", {"clientToken": "a"}, operate) == {"tasks": [{"number": 1}]}


def test_a_token_is_forgotten_after_a_day_and_tokens_do_not_gather(
    tokens: ClientTokens, operate: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for now, count in ((0.0, 1), (86_400.0, 1), (86_400.1, 2)):
        monkeypatch.setattr(client_tokens, "monotonic", lambda now=now: now)
        tokens.once("RunTask", {"clientToken": "a"}, operate)
        assert operate.count == count
    monkeypatch.setattr(client_tokens, "_MOST", 5)
    for number in range(20):
        tokens.once("RunTask", {"clientToken": f"{number}"}, operate)
    assert len(tokens._answered) <= 5


def test_two_at_once_are_one(tokens: ClientTokens, operate: Counter) -> None:
    threads = [threading.Thread(target=tokens.once, args=("RunTask", {"clientToken": "a"}, operate)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert operate.count == 1
