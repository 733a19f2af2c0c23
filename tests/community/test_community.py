"""The message board: users, threads and posts, for reading."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from flask.testing import FlaskClient

from app.community.actions import reading
from app.kit.event_loop import run
from ops.seed import seed_all
from tests.conftest import TABLES
from tests.kit.blocking import in_thread

STRANGE = [
    *("0", "-1", "+1", "01", "1.0", "1e3", "one", "nobody", "%31%00", "٣", "1 ", "%201", "true", "null", "{}", "'--"),
    *("9" * 18, "9" * 19, "9" * 39, "9" * 10_000),
]


@pytest.fixture
def put(session: boto3.Session, tables: dict[str, str]) -> Callable[..., None]:
    """Store a row in the table of a setting, past the application."""

    def store(setting: str, **attributes: Any) -> None:
        session.resource("dynamodb").Table(tables[setting]).put_item(Item=attributes)

    return store


@pytest.fixture
def board(session: boto3.Session, tables: dict[str, str], client: FlaskClient) -> FlaskClient:
    """The application on the seeds."""
    seed_all(session, {output: tables[setting] for setting, output in TABLES.items()})
    return client


def test_the_board_says_that_it_is_there(client: FlaskClient) -> None:
    for address in ("/api", "/api/"):
        answer = client.get(address)
        assert (answer.status_code, answer.text) == (200, "API ready to receive requests")
        assert answer.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("address", ["/api/users", "/api/threads", "/api/posts"])
def test_an_empty_board_is_an_empty_list(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json) == (200, [])


def test_a_user_is_the_same_in_the_list_and_alone(board: FlaskClient) -> None:
    users = board.get("/api/users").json
    assert users
    assert [user["id"] for user in users] == [1, 2, 3, 4]
    assert users[1] == {
        "id": 2,
        "username": "tove",
        "name": "Tove Lindqvist",
        "bio": "Retired lighthouse keeper. The kraken came with the view.",
    }
    for user in users:
        assert board.get(f"/api/users/{user['id']}").json == user


def test_a_thread_is_the_same_in_the_list_and_alone(board: FlaskClient) -> None:
    threads = board.get("/api/threads").json
    assert threads
    assert [thread["id"] for thread in threads] == [1, 2, 3]
    assert threads[2] == {"id": 3, "title": "Is it normal that he counts the stairs?", "createdBy": 4}
    for thread in threads:
        assert board.get(f"/api/threads/{thread['id']}").json == thread


def test_posts_are_listed_all_by_thread_and_by_user(board: FlaskClient) -> None:
    posts = board.get("/api/posts").json
    assert posts
    assert [post["id"] for post in posts] == [1, 2, 3, 4, 5, 6]
    assert posts[4] == {
        "id": 5,
        "thread": 2,
        "text": "My dragon collects them too. He gives them back when I read to him: one spoon a chapter, "
        "so choose a long book.",
        "user": 1,
    }
    for thread in (1, 2, 3):
        mine = [post for post in posts if post["thread"] == thread]
        assert mine
        assert board.get(f"/api/posts/in-thread/{thread}").json == mine
    for user in (1, 2, 3, 4):
        mine = [post for post in posts if post["user"] == user]
        assert mine
        assert board.get(f"/api/posts/by-user/{user}").json == mine


def test_a_thread_in_which_nobody_has_answered_is_there_and_empty(
    client: FlaskClient, put: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    put("POSTS_TABLE_NAME", Thread=8, Id=0, Kind="thread")
    put("POSTS_TABLE_NAME", Thread=0, Id=9, User=9, Kind="user")
    assert client.get("/api/posts/in-thread/8").json == []
    assert client.get("/api/posts/by-user/9").json == []
    assert client.get("/api/posts").json == []
    assert client.get("/api/posts/in-thread/9").status_code == 404
    assert client.get("/api/posts/by-user/8").status_code == 404
    assert "Incomplete row left out." not in caplog.text


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/api/users/", "user"),
        ("/api/threads/", "thread"),
        ("/api/posts/in-thread/", "thread"),
        ("/api/posts/by-user/", "user"),
    ],
)
def test_an_unknown_id_is_a_problem_however_strange(board: FlaskClient, address: str, kind: str) -> None:
    for number in ["7", *STRANGE]:
        answer = board.get(address + number)
        assert answer.status_code == 404, number
        assert answer.content_type == "application/problem+json"
        assert answer.json == {
            "type": f"/problems/no-such-{kind}",
            "title": f"No such {kind}",
            "status": 404,
            "detail": f"No {kind} has this id.",
        }


def test_every_list_walks_every_page_and_is_in_order(client: FlaskClient, put: Callable[..., None]) -> None:
    # DynamoDB ends a page at 1 MB.
    long = "o" * 100_000
    for number in [*range(20, 0, -1)]:
        put("USERS_TABLE_NAME", Id=number, Username="u", Name="U", Bio=long)
        put("THREADS_TABLE_NAME", Id=number, Title=long, CreatedBy=1)
        put("POSTS_TABLE_NAME", Thread=1 + number % 2 * 6, Id=number, User=5, Text=long)
    for address in ("/api/users", "/api/threads", "/api/posts", "/api/posts/by-user/5"):
        rows = client.get(address).json
        assert rows
        assert [row["id"] for row in rows] == list(range(1, 21)), address
    odd = client.get("/api/posts/in-thread/7").json
    assert odd
    assert [post["id"] for post in odd] == list(range(1, 21, 2))


def test_one_bad_row_does_not_take_the_list_from_everybody(client: FlaskClient, put: Callable[..., None]) -> None:
    put("USERS_TABLE_NAME", Id=1, Username="u", Name="U", Bio="b")
    put("USERS_TABLE_NAME", Id=2, Name="Nobody")
    put("THREADS_TABLE_NAME", Id=1, Title="t", CreatedBy=1)
    put("THREADS_TABLE_NAME", Id=2, Title="Nobody's")
    put("POSTS_TABLE_NAME", Thread=1, Id=1, User=1, Text="t")
    put("POSTS_TABLE_NAME", Thread=1, Id=2, Text="Nobody's")
    put("POSTS_TABLE_NAME", Thread=1, Id=3, User=1)
    for address in ("/api/users", "/api/threads", "/api/posts", "/api/posts/in-thread/1", "/api/posts/by-user/1"):
        rows = client.get(address).json
        assert rows
        assert [row["id"] for row in rows] == [1], address


@pytest.mark.parametrize("address", ["/api/users", "/api/threads", "/api/posts"])
def test_a_list_that_the_caller_has_is_not_sent_again(board: FlaskClient, address: str) -> None:
    first = board.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=1"
    again = board.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_those_who_want_the_same_at_once_share_a_read() -> None:
    reads: list[int] = []
    first_reads, go_on = threading.Event(), threading.Event()

    def find(number: int) -> int:
        reads.append(number)
        first_reads.set()
        go_on.wait(30)
        return number

    find_one = reading(in_thread(find))
    found: list[int] = []
    visitors = [threading.Thread(target=lambda: found.append(run(find_one(7)))) for _ in range(10)]
    visitors[0].start()
    first_reads.wait(30)
    for visitor in visitors[1:]:
        visitor.start()
    go_on.set()
    for visitor in visitors:
        visitor.join(30)
    assert found == [7] * 10
    assert len(reads) < 10
