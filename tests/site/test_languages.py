"""English, Korean and Chinese: chosen by the browser, switched by hand, remembered."""

import pytest
from playwright.sync_api import expect

from tests.site.conftest import Visit
from tests.site.stage import Api, Held, board

GREETINGS = {"en": "Somewhere, a monster", "ko": "어딘가에 나를 기다리는", "zh": "在某个地方"}


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-GB", "en"), ("ko-KR", "ko"), ("zh-CN", "zh"), ("zh-TW", "zh"), ("fr-FR", "en")],
)
def test_the_browser_chooses_the_language(visit: Visit, locale: str, language: str) -> None:
    page = visit(locale=locale)
    expect(page.get_by_role("heading", level=1)).to_contain_text(GREETINGS[language])
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("#language")).to_have_value(language)


def test_a_language_chosen_by_hand_holds_at_once_and_next_time(visit: Visit) -> None:
    page = visit(locale="en-US")
    expect(page.get_by_role("heading", name="Gary")).to_be_visible()
    page.get_by_label("Language").select_option("한국어")
    expect(page.get_by_role("heading", level=1)).to_contain_text(GREETINGS["ko"])
    expect(page.get_by_role("heading", name="Gary")).to_have_count(0)
    expect(page).to_have_title("미시컬 미스핏츠: 전설 속 친구를 입양하세요")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.get_by_role("heading", level=1)).to_contain_text(GREETINGS["ko"])


def test_a_korean_visitor_makes_the_whole_journey_in_korean(visit: Visit) -> None:
    api = Api()
    page = visit(api=api, locale="ko-KR", scheme="dark")
    page.get_by_role("group", name="마음씨").get_by_text("착함", exact=True).click()
    expect(page.get_by_role("listitem")).to_have_count(4)
    page.locator(f"#view-{api.id_of('Hasla')}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("20억 살")
    expect(dialog.locator(".description")).to_have_attribute("lang", "ko")
    dialog.get_by_role("button", name="좋아요").click()
    expect(page.get_by_role("status")).to_contain_text("1,201")
    dialog.get_by_role("button", name="입양하기").click()
    dialog.get_by_role("button", name="입양할게요").click()
    expect(dialog.get_by_text("입양 완료")).to_be_visible()


def test_the_original_name_is_found_in_every_language(visit: Visit) -> None:
    page = visit("?q=kraken", locale="zh-CN")
    expect(page.get_by_role("listitem")).to_have_count(1)


def test_a_mysfit_without_translation_is_told_in_english_and_marked_so(visit: Visit) -> None:
    api = Api()
    api.rows["new"] = {
        **next(iter(api.rows.values())),
        "mysfitId": "new",
        "name": "Newcomer",
        "description": "Just arrived.",
    }
    page = visit("#/mysfits/new", api=api, locale="ko-KR")
    expect(page.get_by_role("dialog", name="Newcomer").get_by_text("Just arrived.")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    ("locale", "title", "members"),
    [("ko-KR", "계단을 세는 게 정상인가요?", "회원"), ("zh-CN", "他总是数台阶，这正常吗？", "成员")],
)
def test_the_community_speaks_the_readers_language(visit: Visit, locale: str, title: str, members: str) -> None:
    page = visit("#/community", api=Api(board()), locale=locale)
    expect(page.get_by_text(title)).to_have_attribute("lang", locale[:2])
    expect(page.get_by_role("list", name=members).get_by_role("listitem")).to_have_count(4)
    assert page.locator("#community [lang=en]").count() == 0
    page.locator("#language").select_option("English")
    expect(page.get_by_text("Is it normal that he counts the stairs?")).to_have_attribute("lang", "en")
    expect(page.get_by_text(title)).to_have_count(0)


def test_what_nobody_has_translated_is_shown_in_english_and_marked_so(visit: Visit) -> None:
    visit.expect_complaints("Failed to load resource")
    page = visit.new_page(locale="ko-KR")
    page.goto(f"{visit.site}#/community")
    expect(page.get_by_text("What do you feed a phoenix?")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("커뮤니티")
    page = visit.new_page(Api(board()), locale="ko-KR")
    page.route("**/conversations.ko.json", lambda route: route.abort())
    page.goto(f"{visit.site}#/community")
    expect(page.get_by_text("Is it normal that he counts the stairs?")).to_have_attribute("lang", "en")


def test_words_that_do_not_arrive_leave_an_english_page(visit: Visit) -> None:
    visit.expect_complaints("Failed to load resource", "dynamically imported module")
    page = visit.new_page(locale="ko-KR")
    page.route("**/words/ko.js", lambda route: route.abort())
    page.route("**/descriptions.ko.json", lambda route: route.abort())
    page.goto(visit.site)
    expect(page.get_by_role("heading", level=1)).to_contain_text(GREETINGS["en"])
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("listitem")).to_have_count(12)


def test_no_english_is_seen_before_the_words_are_there(visit: Visit) -> None:
    held = Held()
    page = visit.new_page(locale="zh-CN")
    page.route("**/words/zh.js", held)
    with page.expect_request("**/words/zh.js"):
        page.goto(visit.site, wait_until="commit")
    expect(page.get_by_text("Somewhere, a monster")).to_be_hidden()
    held.come(page).continue_()
    expect(page.get_by_role("heading", level=1)).to_contain_text(GREETINGS["zh"])
