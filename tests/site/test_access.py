"""For everyone: small screens, magnification, forced colours, quiet motion. What axe finds is in test_engines.py."""

import pytest
from playwright.sync_api import Page, expect

from tests.site.conftest import Visit
from tests.site.engines import LANGUAGES, Stage
from tests.site.stage import Api, Held
from tests.site.states import states
from tests.windows import Window


def loaded(page: Page) -> None:
    expect(page.locator(".card")).to_have_count(12)


def nothing_is_wide(name: str, window: Window) -> None:
    wide = window.value(
        """(() => {
          const root = document.querySelector("dialog[open]") ?? document.documentElement;
          const over = [...root.querySelectorAll("*")].filter((each) => each.checkVisibility()
            && !each.closest(".visually-hidden, .axis, .skip")
            && each.getBoundingClientRect().right > innerWidth + 0.5);
          return [root.scrollWidth - root.clientWidth, over.map((each) => each.outerHTML.slice(0, 80))];
        })()"""
    )
    assert (name, [0, []]) == (name, wide)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_needs_sideways_scrolling_at_320_pixels_or_400_percent(stage: Stage, language: str) -> None:
    """A window of 1280 by 1024 magnified four times is 320 by 256 CSS pixels."""
    for name, window in states(stage, "chromium", language=language, size=(320, 256)):
        nothing_is_wide(name, window)


def test_a_profile_at_400_percent_says_whose_it_is(visit: Visit) -> None:
    page = visit(f"#/mysfits/{Api().id_of('Gary')}", viewport={"width": 320, "height": 256})
    expect(page.get_by_role("dialog").get_by_role("heading", name="Gary")).to_be_in_viewport(ratio=1)
    portrait = page.get_by_role("dialog").get_by_role("img", name="Gary").bounding_box()
    assert portrait
    assert portrait["height"] <= 0.4 * 256


def test_wide_spacing_of_text_cuts_nothing_off(stage: Stage) -> None:
    """https://www.w3.org/TR/WCAG22/#text-spacing"""
    # Not through the page's own policy, which knows no styles of others: as a reader's own are.
    spacing = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
    spaced = f"const its = new CSSStyleSheet(); its.replaceSync({spacing!r}); document.adoptedStyleSheets = [its]"
    for name, window in states(stage, "chromium", size=(320, 640)):
        window.value(f"(() => {{ {spaced} }})()")
        nothing_is_wide(name, window)
        cut = window.value(
            """[...document.querySelectorAll("h1, h2, h3, p, b, a, button, label, option, dt, dd")]
              .filter((each) => each.checkVisibility() && !each.closest(".visually-hidden, .axis, .skip")
                && getComputedStyle(each).overflow !== "visible" && each.scrollHeight > each.clientHeight + 1)
              .map((each) => each.outerHTML.slice(0, 80))"""
        )
        assert (name, []) == (name, cut)


def test_every_target_is_at_least_24_pixels(stage: Stage) -> None:
    for name, window in states(stage, "chromium", size=(320, 640)):
        small = window.value(
            """[...document.querySelectorAll("a, button, select, input")]
              .filter((each) => each.checkVisibility() && !each.matches(".skip") && !each.closest("p"))
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
    chosen, other = (page.get_by_role("group", name="Nature").get_by_text(word) for word in ("Good", "Evil"))
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
