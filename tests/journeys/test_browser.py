"""A visitor's journey in a real browser, against a real `mysfits up`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.platform_runner import Platform

PICTURES = Path(__file__).parents[2] / "test-results"


@pytest.fixture(autouse=True)
def calm(page: Page) -> None:
    page.set_default_timeout(15_000)
    page.emulate_media(reduced_motion="reduce")


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
    page.get_by_role("button", name="View all").click()
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
