"""A list of thousands: shown as it comes, and as it is needed."""

import json

from playwright.sync_api import Page, expect

from tests.site.conftest import Visit
from tests.site.stage import Api

# The list in two pieces: `finish()` sends the second, `breakOff()` ends the connection instead.
PIECES = """
const real = globalThis.fetch;
globalThis.fetch = (url, options) => {
  if (!String(url).endsWith("/mysfits")) return real(url, options);
  const bytes = new TextEncoder().encode(LIST);
  const half = Math.floor(bytes.length / 2);
  return Promise.resolve(new Response(new ReadableStream({
    start(stream) {
      stream.enqueue(bytes.slice(0, half));
      globalThis.finish = () => { stream.enqueue(bytes.slice(half)); stream.close(); };
      globalThis.breakOff = () => stream.error(new TypeError("connection lost"));
    },
  })));
};
"""


def many(number: int) -> Api:
    api = Api()
    usual = next(iter(api.rows.values()))
    api.rows = {f"m-{n}": usual | {"mysfitId": f"m-{n}", "name": f"M{n:05}"} for n in range(number)}
    return api


def half_of(visit: Visit, number: int, path: str = "") -> Page:
    """Page that has been given the first half of a list."""
    api = many(number)
    page = visit.new_page(api)
    page.add_init_script(PIECES.replace("LIST", json.dumps(json.dumps(api.usual("GET /mysfits")[1]))))
    page.goto(visit.site + path)
    page.wait_for_function("() => globalThis.finish")
    return page


def test_the_first_are_shown_while_the_others_are_on_their_way(visit: Visit) -> None:
    page = half_of(visit, 500)
    gallery, cards = page.locator("#gallery"), page.locator("#gallery .card")
    expect(cards).to_have_count(12)
    expect(cards.first).to_be_visible()
    expect(page.locator("[data-part=skeleton]")).to_be_hidden()
    expect(gallery).to_have_attribute("aria-busy", "true")
    expect(page.locator("[data-part=found]")).to_have_text("Calling the mysfits…")
    page.locator("#view-m-3").focus()
    page.evaluate("finish()")
    expect(cards).to_have_count(60)
    expect(page.locator("[data-part=found]")).to_have_text("500 mysfits")
    expect(page.locator("#view-m-3")).to_be_focused()
    expect(gallery).not_to_have_attribute("aria-busy", "true")


def test_a_choice_holds_for_the_first_and_for_all(visit: Visit) -> None:
    page = half_of(visit, 500, "?q=M0000")
    expect(page.locator("#gallery .card")).to_have_count(10)
    page.get_by_role("searchbox").fill("M0049")
    page.evaluate("finish()")
    expect(page.locator("[data-part=found]")).to_have_text("10 mysfits")
    expect(page.locator("#gallery .card h3").first).to_have_text("M00490")


def test_an_order_that_only_all_can_have_waits_for_all(visit: Visit) -> None:
    page = half_of(visit, 500, "?sort=likes")
    expect(page.locator("[data-part=skeleton]")).to_be_visible()
    page.evaluate("finish()")
    expect(page.locator("#gallery .card")).to_have_count(60)


def test_a_list_that_breaks_off_is_none(visit: Visit) -> None:
    page = half_of(visit, 500)
    expect(page.locator("#gallery .card").first).to_be_visible()
    page.evaluate("breakOff()")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#gallery .card").first).to_be_hidden()
    expect(page.locator("[data-part=found]")).to_have_text("")


def test_ten_thousand_mysfits_are_shown_as_they_are_needed(visit: Visit) -> None:
    api = many(10_000)
    page = visit("?sort=likes", api=api)
    cards = page.locator("#gallery .card")
    expect(cards).to_have_count(60)
    page.get_by_role("button", name="Show more (9,940 to go)").click()
    expect(cards).to_have_count(120)
    expect(page.locator("#view-m-60")).to_be_focused()
    assert [call for call in api.calls if "/mysfits/" in call] == []
