"""A record says what the answer of an operation says."""

from __future__ import annotations

import pytest

from ecs_emulator.load.history import Exchange, members_of
from ops.visitors import LIKE, MEMBERS
from reliability.history import record


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b'{"Update": "Success", "likes": 8}', (8, None, False)),
        (200, b'{"name": "Ozzy", "likes": 8, "adopted": true}', (8, True, False)),
        (200, b"<html>", (None, None, False)),
        (503, b'{"detail": "The data store cannot be reached. Nothing was changed."}', (None, None, True)),
        (503, b'{"detail": "The data store did not answer in time."}', (None, None, False)),
        (502, b"<html>", (None, None, False)),
        (0, b"", (None, None, False)),
        (404, b"", (None, None, True)),
        (429, b'{"detail": "That was too fast. Nothing was changed."}', (None, None, True)),
    ],
)
def test_a_record_says_what_an_answer_says_and_whether_it_was_void(
    status: int, body: bytes, said: tuple[int | None, bool | None, bool]
) -> None:
    exchange = Exchange("ozzy", LIKE, 1, 2, status, members_of(body, MEMBERS))
    assert record(exchange) == ("ozzy", "POST like", 1, 2, status, *said)
