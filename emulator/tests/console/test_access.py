from __future__ import annotations

import pytest

from ecs_emulator.access_key import AccessKey
from ecs_emulator.console.access import Access, link

KEY = AccessKey.generate()
URL = "http://localhost:4567"


def ticket(access: Access, key: AccessKey = KEY) -> str:
    return link(URL, access.start, key).partition("#key=")[2]


def test_a_link_opens_one_session_and_no_second_one() -> None:
    access = Access(KEY)
    once = ticket(access)
    session = access.open(once)
    assert session
    assert access.admits(session.cookie, session.token)
    assert access.open(once) is None


def test_another_link_opens_another_session_beside_the_first() -> None:
    access = Access(KEY)
    first, second = access.open(ticket(access)), access.open(ticket(access))
    assert first
    assert second
    assert access.admits(*first)
    assert access.admits(*second)


def test_both_secrets_are_needed_and_of_one_session() -> None:
    access = Access(KEY)
    first, second = access.open(ticket(access)), access.open(ticket(access))
    assert first
    assert second
    assert not access.admits(first.cookie, "")
    assert not access.admits("", first.token)
    assert not access.admits(first.cookie, second.token)
    assert not access.admits("no\ufffd", "no\ufffd")


def test_a_link_of_another_key_or_of_another_start_opens_nothing() -> None:
    access = Access(KEY)
    assert access.open(ticket(access, AccessKey.generate())) is None
    assert access.open(ticket(Access(KEY))) is None
    assert access.open("") is None
    assert access.open("nonce") is None
    assert access.open("nonce.\ufffd") is None


def test_the_oldest_session_ends_where_there_are_too_many() -> None:
    access = Access(KEY)
    sessions = [access.open(ticket(access)) for _ in range(65)]
    first, last = sessions[0], sessions[-1]
    assert first
    assert last
    assert not access.admits(*first)
    assert access.admits(*last)


@pytest.mark.parametrize("ticket", ["\ud800.a", "a.\ud800", "\u00e9.x", "", ".", "no dot"])
def test_a_ticket_of_anything_opens_nothing(ticket: str) -> None:
    assert Access(AccessKey.generate()).open(ticket) is None
