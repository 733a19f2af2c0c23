"""The message board and the counter by HTTP, whichever services they are in."""

from __future__ import annotations

import urllib.request

from tests.journeys.test_http import call
from tests.platform_runner import Platform


def text(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        return str(answer.read().decode())


def test_the_board_says_who_talks_of_what(platform: Platform) -> None:
    board = f"{platform.api_url}/api"
    for address in (board, f"{board}/"):
        assert text(address) == "API ready to receive requests"
    users, threads, posts = (call("GET", f"{board}/{name}")[1] for name in ("users", "threads", "posts"))
    assert (len(users), len(threads), len(posts)) == (4, 3, 6)
    assert call("GET", f"{board}/users/{users[0]['id']}")[1] == users[0]
    assert call("GET", f"{board}/threads/{threads[0]['id']}")[1] == threads[0]
    for thread in threads:
        said = call("GET", f"{board}/posts/in-thread/{thread['id']}")[1]
        assert said == [post for post in posts if post["thread"] == thread["id"]]
    for user in users:
        said = call("GET", f"{board}/posts/by-user/{user['id']}")[1]
        assert said == [post for post in posts if post["user"] == user["id"]]


def test_what_is_not_on_the_board_is_a_problem(platform: Platform) -> None:
    for address in ("users", "threads", "posts/in-thread", "posts/by-user"):
        for number in ("99", "-1", "one", "9" * 40):
            status, problem, headers = call("GET", f"{platform.api_url}/api/{address}/{number}")
            assert (status, headers["Content-Type"]) == (404, "application/problem+json")
            assert problem["title"] in ("No such user", "No such thread")


def test_the_counter_counts_across_tasks(platform: Platform) -> None:
    api = platform.api_url
    assert text(f"{api}/hello") == "Hello ELECLE 1"
    for number in range(2, 12):
        assert text(f"{api}/hello/again") == f"Hello ELECLE {number}"
    assert text(f"{api}/hello") == "Hello ELECLE 1"


def test_every_answer_says_which_revision_gave_it(platform: Platform) -> None:
    status, told, headers = call("GET", f"{platform.api_url}/version")
    assert (status, headers["X-Service-Revision"]) == (200, told["revision"])
    assert told.keys() == {"version", "commit", "revision"}
