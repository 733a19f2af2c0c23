"""What the page is on paper, without scripts, and for those who want more contrast or less transparency."""

from playwright.sync_api import Page, expect

from tests.site.conftest import Visit
from tests.site.stage import Api
from tests.site.states import faults
from tests.windows import Chromium


def on_paper(page: Page) -> None:
    page.wait_for_function("() => [...document.styleSheets].some(({ href }) => href?.includes('print'))")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")


def test_the_list_is_printed_with_all_portraits_and_without_what_cannot_be_pressed(visit: Visit) -> None:
    page = visit(scheme="dark", viewport={"width": 794, "height": 300})
    expect(page.get_by_role("listitem")).to_have_count(12)
    on_paper(page)
    page.wait_for_function("() => [...document.querySelectorAll('li img')].every(({ naturalWidth }) => naturalWidth)")
    for role in ("navigation", "search", "combobox", "button", "link"):
        names = [each for each in page.get_by_role(role).all_inner_texts() if each != "Mythical Mysfits"]
        assert names == []
    expect(page.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert faults(Chromium(page), ["color-contrast"]) == []


def test_a_profile_is_printed_as_a_poster(visit: Visit) -> None:
    api = Api()
    gary = api.id_of("Gary")
    api.rows[gary]["adopted"] = True
    page = visit(f"#/mysfits/{gary}", api=api, scheme="dark", viewport={"width": 794, "height": 1123})
    expect(page.get_by_text("Gary has found a home.")).to_be_visible()
    on_paper(page)
    poster = page.get_by_role("dialog", name="Gary")
    expect(page.get_by_role("heading", name="Somewhere")).to_be_hidden()
    expect(poster.get_by_role("button")).to_have_count(0)
    expect(poster.get_by_text("Gary has found a home.")).to_be_visible()
    box, portrait, name = (
        found.bounding_box() for found in (poster, poster.get_by_role("img"), poster.get_by_role("heading"))
    )
    assert box
    assert portrait
    assert name
    assert box["width"] == 794
    assert portrait["y"] + portrait["height"] <= name["y"]
    assert portrait["width"] == portrait["height"] >= 400
    # One sheet of A4, of which Chromium writes each in an object of its own.
    page.emulate_media(media="null")
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    assert faults(Chromium(page), ["color-contrast"]) == []


def test_without_scripts_there_is_a_sentence_in_three_languages_and_nothing_that_waits(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    said = page.locator("noscript p")
    expect(said).to_contain_text(["needs JavaScript", "자바스크립트가 필요해요", "需要 JavaScript"])
    for sentence in said.all():
        expect(sentence).to_be_visible()
    for role in ("search", "combobox", "searchbox"):
        expect(page.get_by_role(role)).to_have_count(0)
    expect(page.get_by_text("Calling the mysfits")).to_be_hidden()
    expect(page.locator("[aria-hidden=true] i").first).to_be_hidden()


def test_who_wants_more_contrast_has_seven_to_one(visit: Visit) -> None:
    for scheme in ("light", "dark"):
        page = visit(scheme=scheme, contrast="more")
        expect(page.get_by_role("listitem")).to_have_count(12)
        assert (scheme, []) == (scheme, faults(Chromium(page), ["color-contrast-enhanced"]))
        page.get_by_role("link", name="View profile of Evangeline").click()
        expect(page.get_by_role("button", name="Like Evangeline")).to_be_enabled()
        assert (scheme, []) == (scheme, faults(Chromium(page), ["color-contrast-enhanced"]))


def test_who_wants_less_transparency_sees_no_list_behind_a_profile(visit: Visit) -> None:
    page = visit.new_page()
    page.context.new_cdp_session(page).send(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-transparency", "value": "reduce"}]}
    )
    page.goto(visit.site)
    page.get_by_role("link", name="View profile of Gary").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    veil = dialog.evaluate("dialog => getComputedStyle(dialog, '::backdrop').backgroundColor")
    assert veil == "rgb(21, 13, 38)"
