"""Visitors' journeys by HTTP and in a real browser, against a real `mysfits up`, and the log lines that they leave.

All in one file, so that each assembly is started once: tests of two files may run in two processes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ecs_emulator.local import client_environment
from tests.asking import call, text
from tests.platform_runner import Platform, until

PICTURES = Path(__file__).parents[2] / "test-results"
NESSI = "a68db521-c031-44c7-b5ef-bfa4c0850e2a"


# By HTTP, as another team's client would


def test_a_like_is_seen_in_the_profile_and_in_the_log(platform: Platform) -> None:
    api = platform.api_url
    assert len(call("GET", f"{api}/mysfits")[1]["mysfits"]) == 12
    before = call("GET", f"{api}/mysfits/{NESSI}")[1]
    assert (before["name"], before["species"], before["age"]) == ("Nessi", "Plesiosaurus", 75_000_000)

    status, answer, headers = call("POST", f"{api}/mysfits/{NESSI}/like", **{"X-Request-ID": "journey-1"})
    assert (status, answer["Update"], headers["X-Request-ID"]) == (200, "Success", "journey-1")
    assert call("GET", f"{api}/mysfits/{NESSI}")[1]["likes"] == before["likes"] + 1

    def line() -> str:
        output = platform.mysfits("logs", "--grep", "Like processed.", "--json").stdout
        return next((each for each in output.splitlines() if "journey-1" in each), "")

    event = json.loads(until(line, "the log line"))
    assert event["message"] == "Like processed."
    assert (event["mysfit_id"], event["request_id"]) == (NESSI, "journey-1")

    # The same with the AWS CLI, which knows nothing of us.
    command = [
        str(Path(sys.executable).parent / "aws"),
        *("logs", "filter-log-events", "--log-group-name", platform.outputs["LogGroup"]),
        *("--filter-pattern", '"Like processed."', "--query", "events[].message", "--output", "json"),
    ]
    environment = os.environ | client_environment(platform.cloud_url, platform.key)
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert any("journey-1" in message for message in json.loads(found))


def test_an_adoption_happens_once_and_never_for_nobody(platform: Platform) -> None:
    api = platform.api_url
    assert call("POST", f"{api}/mysfits/{NESSI}/adopt")[0] == 200
    status, problem, headers = call("POST", f"{api}/mysfits/{NESSI}/adopt", Origin=platform.site_url)
    assert (status, problem["title"]) == (409, "Already adopted")
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert call("POST", f"{api}/mysfits/nobody/adopt")[0] == 404
    assert len(call("GET", f"{api}/mysfits")[1]["mysfits"]) == 12


# The message board and the counter, whichever services they are in


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


# In a browser


@pytest.fixture
def page(page: Page) -> Page:
    """A page that keeps still."""
    page.emulate_media(reduced_motion="reduce")
    return page


def names(page: Page) -> list[str]:
    return page.get_by_role("list", name="Mysfits").get_by_role("heading").all_inner_texts()


def wait_for_pictures(page: Page, count: int) -> None:
    page.wait_for_function(
        "count => [...document.querySelectorAll('main li img')]"
        ".filter(image => image.complete && image.naturalWidth > 0).length >= count",
        arg=count,
    )


def test_a_visitor_finds_likes_and_adopts_a_mysfit(platform: Platform, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    strangers: list[str] = []
    ours = (platform.site_url, platform.api_url, "data:")
    page.on("request", lambda request: None if request.url.startswith(ours) else strangers.append(request.url))

    page.goto(platform.site_url)
    mysfits = page.get_by_role("list", name="Mysfits").get_by_role("listitem")
    expect(mysfits).to_have_count(12)
    page.set_viewport_size({"width": 1280, "height": 1060})
    wait_for_pictures(page, 4)
    page.screenshot(path=PICTURES / "list.png")

    finder = page.get_by_role("search")
    finder.get_by_text("Evil", exact=True).click()
    expect(mysfits).to_have_count(4)
    assert sorted(names(page)) == ["Evangeline", "Gretta", "Rujin", "Snowflake"]
    finder.get_by_text("Chaotic", exact=True).click()
    expect(mysfits).to_have_count(1)
    assert names(page) == ["Rujin"]
    page.get_by_role("button", name="Clear filters").click()
    expect(mysfits).to_have_count(12)

    page.get_by_role("link", name="View profile of Gary").click()
    profile = page.get_by_role("dialog", name="Gary")
    likes = profile.get_by_test_id("likes")
    expect(likes).to_have_text("0")
    page.wait_for_function("() => [...document.querySelectorAll('dialog img')].every(image => image.naturalWidth > 0)")
    page.screenshot(path=PICTURES / "profile.png")
    profile.get_by_role("button", name=re.compile("Like Gary")).click()
    expect(likes).to_have_text("1")
    page.keyboard.press("Escape")
    expect(profile).to_be_hidden()

    page.get_by_role("link", name="View profile of Gary").click()
    expect(likes).to_have_text("1")
    profile.get_by_role("button", name="Adopt Gary", exact=True).click()
    page.get_by_role("button", name="Yes, adopt Gary").click()
    expect(profile.get_by_text("Adopted", exact=True).first).to_be_visible()

    page.reload()
    expect(likes).to_have_text("1")
    expect(profile.get_by_text("Adopted", exact=True).first).to_be_visible()

    assert errors == []
    assert strangers == []


def test_without_the_api_the_page_says_so_and_recovers(platform: Platform, page: Page) -> None:
    page.route(f"{platform.api_url}/**", lambda route: route.abort())
    page.goto(platform.site_url)
    panel = page.get_by_role("alert").filter(has=page.get_by_role("button", name="Try again"))
    expect(panel).to_be_visible()
    page.unroute(f"{platform.api_url}/**")
    panel.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("list", name="Mysfits").get_by_role("listitem")).to_have_count(12)


def test_every_mysfit_has_a_picture_of_its_own_that_loads(platform: Platform, page: Page) -> None:
    page.goto(platform.site_url)
    pictures = page.get_by_role("list", name="Mysfits").get_by_role("img")
    expect(pictures).to_have_count(12)
    for number in range(12):
        pictures.nth(number).scroll_into_view_if_needed()
    wait_for_pictures(page, 12)
    assert len({pictures.nth(number).get_attribute("src") for number in range(12)}) == 12
    assert all(pictures.nth(number).get_attribute("alt") for number in range(12))
