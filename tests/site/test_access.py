"""For everyone: axe on every state, small screens, magnification, forced colours, quiet motion."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.site.conftest import Visit
from tests.site.stage import Api, Held, problem, unreachable

LANGUAGES = {"en": "en-US", "ko": "ko-KR", "zh": "zh-CN"}
axe = Axe()


def loaded(page: Page) -> None:
    expect(page.locator(".card")).to_have_count(12)


def states(visit: Visit, **settings: str) -> Iterator[tuple[str, Page]]:
    """Every state that the page can be in, one after the other, in few windows."""
    held, api = Held(), Api()
    gary = api.id_of("Gary")
    page = visit(api=api, **settings)
    loaded(page)
    yield "list", page
    page.locator("#finder [name=q]").fill("unicorn")
    expect(page.locator("#gallery .notice")).to_be_visible()
    yield "nothing found", page
    page.locator("#gallery .notice button").click()
    loaded(page)
    page.locator(f"#view-{gary}").click()
    expect(page.locator(".heart")).to_be_enabled()
    yield "profile", page
    api.answers["POST .*"] = unreachable
    page.locator(".heart").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "like failed", page
    api.answers.clear()
    page.locator(".heart").click()
    page.locator("[data-part=ask]").click()
    expect(page.locator(".confirm")).to_be_visible()
    yield "liked, adoption asked", page
    api.answers["POST .*"] = problem(409)
    page.locator("[data-part=yes]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "adopted by somebody else", page
    page.keyboard.press("Escape")
    page.locator("nav a").last.click()
    expect(page.locator(".conversation")).to_have_count(2)
    yield "community", page

    api = Api({"GET /mysfits": held, "GET /mysfits/.*": problem(404), "GET /api/.*": problem(404)})
    page = visit(api=api, **settings)
    page.wait_for_selector("html:not(.wordless) #language:enabled")
    yield "loading", page
    held.release(problem(503, Retry_After="60", X_Request_ID="r-1"))
    expect(page.get_by_role("alert")).to_be_visible()
    yield "list failed", page
    page.goto(f"{visit.site}#/mysfits/nobody")
    expect(page.locator(".unknown")).to_be_visible()
    yield "unknown mysfit", page
    page.keyboard.press("Escape")
    page.locator("nav a").last.click()
    expect(page.locator("#community .notice")).to_be_visible()
    yield "no community", page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_any_state(visit: Visit, language: str, scheme: str) -> None:
    visit.expect_complaints("Failed to load resource")
    found = {}
    for name, page in states(visit, scheme=scheme, locale=LANGUAGES[language]):
        result = axe.run(page)
        assert language == page.locator("html").get_attribute("lang")
        if result.violations_count:
            found[name] = result.generate_report()
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_for_missing_addresses(visit: Visit, scheme: str) -> None:
    page = visit("error.html", scheme=scheme, viewport={"width": 320, "height": 640})
    expect(page.get_by_role("link", name="See who is looking for a home")).to_be_visible()
    result = axe.run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_needs_sideways_scrolling_at_320_pixels_or_400_percent(visit: Visit, language: str) -> None:
    """A window of 1280 by 1024 magnified four times is 320 by 256 CSS pixels."""
    visit.expect_complaints("Failed to load resource")
    window = {"width": 320, "height": 256}
    for name, page in states(visit, locale=LANGUAGES[language], viewport=window):  # type: ignore[arg-type]
        wide = page.evaluate(
            """() => {
              const root = document.querySelector("dialog[open]") ?? document.documentElement;
              const over = [...root.querySelectorAll("*")].filter((each) => each.checkVisibility()
                && !each.closest(".visually-hidden, .axis, .skip")
                && each.getBoundingClientRect().right > innerWidth + 0.5);
              return [root.scrollWidth - root.clientWidth, over.map((each) => each.outerHTML.slice(0, 80))];
            }"""
        )
        assert (name, [0, []]) == (name, wide)


def test_every_target_is_at_least_24_pixels(visit: Visit) -> None:
    visit.expect_complaints("Failed to load resource")
    for name, page in states(visit, viewport={"width": 320, "height": 640}):  # type: ignore[arg-type]
        small = page.evaluate(
            """() => [...document.querySelectorAll("a, button, select, input")]
              .filter((each) => each.checkVisibility() && !each.matches(".skip"))
              .map((each) => [each, (each.closest("label") ?? each.closest(".card") ?? each).getBoundingClientRect()])
              .filter(([, box]) => box.width < 24 || box.height < 24)
              .map(([each]) => each.outerHTML.slice(0, 80))"""
        )
        assert (name, []) == (name, small)


def test_forced_colours_still_show_what_is_chosen_and_liked(visit: Visit) -> None:
    api = Api()
    page = visit(f"?goodevil=Good#/mysfits/{api.id_of('Cole')}", api=api, forced_colors="active")
    background = "element => getComputedStyle(element).backgroundColor"
    heart = page.get_by_role("button", name="Like Cole")
    before = heart.evaluate(background)
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    assert before != heart.evaluate(background)
    page.keyboard.press("Escape")
    chosen, other = (page.get_by_role("group", name="Heart").get_by_text(word) for word in ("Good", "Evil"))
    expect(page.get_by_role("radio", name="Good")).to_be_checked()
    assert chosen.evaluate(background) != other.evaluate(background)


def test_nothing_moves_for_those_who_asked_for_quiet(visit: Visit) -> None:
    page = visit(api=Api({"GET /mysfits": Held()}))
    expect(page.locator(".skeleton i").first).to_have_css("animation-name", "none")


def test_the_focus_is_seen_on_every_stop(visit: Visit) -> None:
    page = visit()
    loaded(page)
    expect(page.locator("#language")).to_be_enabled()
    seen = set()
    for _ in range(22):
        page.keyboard.press("Tab")
        name, width = page.evaluate(
            """() => {
              const it = document.activeElement;
              const drawn = [it, it.nextElementSibling, it.closest(".card")].filter(Boolean);
              const widths = drawn.map((each) => getComputedStyle(each))
                .map((style) => style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth));
              return [it.outerHTML.slice(0, 90), Math.max(...widths)];
            }"""
        )
        assert width >= 2, name
        seen.add(name)
    assert len(seen) == 22
