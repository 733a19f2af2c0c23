"""What a visitor does: look, choose, open a profile, like, adopt."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.site.conftest import Visit
from tests.site.stage import Api, Held, board, problem

FAILED = "Failed to load resource"


def names(page: Page) -> list[str]:
    return page.get_by_role("list", name="Mysfits").get_by_role("heading").all_inner_texts()


def open_profile(page: Page, name: str) -> None:
    page.get_by_role("link", name=f"View profile of {name}").click()
    expect(page.get_by_role("dialog", name=name)).to_be_visible()


def test_the_list_shows_all_twelve_by_name(visit: Visit) -> None:
    page = visit()
    expect(page.get_by_role("list", name="Mysfits").get_by_role("listitem")).to_have_count(12)
    assert sorted(names(page), key=str.lower) == names(page)
    expect(page.get_by_role("img", name="Portrait of Gary, Kraken")).to_be_visible()


def test_filters_combine_and_live_in_the_address(visit: Visit) -> None:
    page = visit()
    page.get_by_role("group", name="Nature").get_by_text("Good").click()
    expect(page.get_by_role("listitem")).to_have_count(4)
    page.get_by_role("group", name="Manners").get_by_text("Chaotic").click()
    expect(page.get_by_role("listitem")).to_have_count(2)
    assert names(page) == ["CoCo", "Cole"]
    assert page.url.endswith("?goodevil=Good&lawchaos=Chaotic#/")

    page.reload()
    expect(page.get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_role("radio", name="Good")).to_be_checked()

    page.go_back()
    expect(page.get_by_role("listitem")).to_have_count(4)
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("listitem")).to_have_count(12)
    expect(page.get_by_role("group", name="Nature").get_by_label("Any")).to_be_checked()


@pytest.mark.parametrize(
    ("words", "found"), [("drag", ["CoCo"]), ("GLITTER peg", ["Twilight Glitter"]), ("ŸETI", ["Snowflake"])]
)
def test_a_search_finds_names_and_species_in_any_case(visit: Visit, words: str, found: list[str]) -> None:
    page = visit()
    page.get_by_role("searchbox", name="Search").fill(words)
    expect(page.get_by_role("listitem")).to_have_count(len(found))
    assert found == names(page)
    expect(page.get_by_role("status")).to_have_text("1 mysfit")


def test_a_search_without_result_offers_everyone(visit: Visit) -> None:
    page = visit("?q=unicorn")
    expect(page.get_by_text("No mysfit like that… yet")).to_be_visible()
    page.get_by_role("button", name="Show everyone").click()
    expect(page.get_by_role("listitem")).to_have_count(12)
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_sorting_asks_for_no_mysfit_by_itself(visit: Visit) -> None:
    api = Api()
    page = visit(api=api)
    page.get_by_label("Sort by").select_option("Oldest first")
    expect(page.get_by_role("listitem").first).to_contain_text("Hasla")
    expect(page.get_by_role("listitem").last).to_contain_text("Pauly")
    page.get_by_label("Sort by").select_option("Most liked")
    most = max(api.rows.values(), key=lambda row: row["likes"])
    expect(page.get_by_role("listitem").first).to_contain_text(most["name"])
    assert api.count("GET /mysfits/.*") == 0


def test_a_profile_has_an_address_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit()
    open_profile(page, "Hasla")
    dialog = page.get_by_role("dialog", name="Hasla")
    expect(dialog).to_contain_text("2 billion years old")
    assert re.search(r"#/mysfits/a901bb08-1985-42f5-bb77-27439ac14300$", page.url)

    page.go_back()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="View profile of Hasla")).to_be_focused()
    page.go_forward()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="View profile of Hasla")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/(#/)?$"))


def test_a_profile_that_is_asked_for_while_it_closes_opens_again(visit: Visit) -> None:
    page = visit()
    open_profile(page, "Hasla")
    # Back and forward, before the browser has said that the dialog closed.
    page.evaluate(
        """() => {
          const closed = new Promise((tell) => document.getElementById("profile").addEventListener("close", tell));
          const open = location.hash;
          for (const hash of ["#/", open]) {
            history.replaceState(null, "", hash);
            dispatchEvent(new PopStateEvent("popstate"));
          }
          return closed.then(() => {});
        }"""
    )
    expect(page.get_by_role("dialog", name="Hasla")).to_be_visible()
    assert page.url.endswith("#/mysfits/a901bb08-1985-42f5-bb77-27439ac14300")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("how", ["Escape", "the button", "beside it"])
def test_closing_a_profile_undoes_no_step_that_was_taken_meanwhile(visit: Visit, how: str) -> None:
    page = visit.new_page()
    # A browser goes back when it has time to; what is pressed before that is pressed on the page as it is.
    page.add_init_script(
        "const back = history.back.bind(history);"
        "history.back = () => setTimeout(() => { back(); setTimeout(() => (window.wentBack = true), 100) }, 500)"
    )
    page.goto(visit.site)
    open_profile(page, "Cole")
    if how == "Escape":
        page.keyboard.press("Escape")
    elif how == "the button":
        page.get_by_role("button", name="Close").click()
    else:
        page.mouse.click(4, 4)
    page.get_by_role("link", name="Community").click()
    page.wait_for_function("() => window.wentBack")
    expect(page.get_by_role("heading", name="Community")).to_be_visible()
    assert page.url.endswith("#/community")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/(#/)?$"))


def test_a_profile_opens_from_its_address_alone(visit: Visit) -> None:
    api = Api()
    page = visit(f"?goodevil=Evil#/mysfits/{api.id_of('Rujin')}", api=api)
    expect(page.get_by_role("dialog", name="Rujin")).to_contain_text("221 years old")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="View profile of Rujin")).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?goodevil=Evil#/$"))


def test_a_click_beside_the_profile_closes_it(visit: Visit) -> None:
    page = visit()
    open_profile(page, "Cole")
    page.mouse.click(4, 4)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_like_shows_before_the_service_has_answered(visit: Visit) -> None:
    held = Held()
    api = Api({"POST .*/like": held})
    likes = api.rows[api.id_of("Gary")]["likes"]
    page = visit(api=api)
    open_profile(page, "Gary")
    expect(page.get_by_test_id("likes")).to_have_text(f"{likes:,}")
    page.get_by_role("button", name="Like Gary").click()
    expect(page.get_by_test_id("likes")).to_have_text(f"{likes + 1:,}")
    expect(page.get_by_role("button", name="Like Gary")).to_have_attribute("aria-pressed", "true")
    held.release((200, {"Update": "Success", "likes": likes + 5}))
    expect(page.get_by_test_id("likes")).to_have_text(f"{likes + 5:,}")


def test_a_double_click_likes_once_and_the_device_remembers(visit: Visit) -> None:
    api = Api()
    page = visit(api=api)
    open_profile(page, "Nessi")
    page.get_by_role("button", name="Like Nessi").dblclick()
    expect(page.get_by_role("status")).to_contain_text(re.compile("You like Nessi|already liked Nessi"))
    page.reload()
    # The list behind the profile is announced too.
    expect(page.locator(".card")).to_have_count(12)
    heart = page.get_by_role("button", name="Like Nessi")
    expect(heart).to_have_attribute("aria-pressed", "true")
    heart.click()
    expect(page.get_by_role("status")).to_contain_text("already liked Nessi")
    expect(page.get_by_text("Nessi never gives one back")).to_be_in_viewport()
    assert api.count("POST .*/like") == 1


def test_a_like_that_does_not_get_there_is_taken_back_and_can_be_tried_again(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    api = Api({"POST .*/like": problem(503, Retry_After="7")})
    page = visit(api=api)
    likes = api.rows[api.id_of("Gary")]["likes"]
    open_profile(page, "Gary")
    page.get_by_role("button", name="Like Gary").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Your like for Gary wasn't counted")
    expect(alert).to_contain_text("in 7 seconds")
    expect(page.get_by_test_id("likes")).to_have_text(f"{likes:,}")
    expect(page.get_by_role("button", name="Like Gary")).to_have_attribute("aria-pressed", "false")

    api.answers.clear()
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("likes")).to_have_text(f"{likes + 1:,}")
    expect(alert).to_have_count(0)


def test_adopting_is_asked_twice_and_stays(visit: Visit) -> None:
    api = Api()
    page = visit(api=api)
    open_profile(page, "Twilight Glitter")
    page.get_by_role("button", name="Adopt Twilight Glitter", exact=True).dblclick()
    expect(page.get_by_role("group", name=re.compile("Take Twilight Glitter home"))).to_be_visible()
    page.get_by_role("button", name="Not yet").click()
    expect(page.get_by_role("button", name="Adopt Twilight Glitter", exact=True)).to_be_focused()
    assert api.count("POST .*") == 0

    page.keyboard.press("Enter")
    page.get_by_role("button", name="Yes, adopt Twilight Glitter").click()
    expect(page.get_by_text("Adopted", exact=True)).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("You've adopted Twilight Glitter")
    page.reload()
    expect(page.get_by_text("Adopted", exact=True)).to_be_visible()
    expect(page.get_by_text("Twilight Glitter lives with you now.")).to_be_visible()


def test_the_whole_journey_is_possible_with_the_keyboard_alone(visit: Visit) -> None:
    api = Api()
    page = visit(api=api)
    expect(page.get_by_role("listitem")).to_have_count(12)

    def tab_to(role: str, name: str) -> None:
        wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        expect(wanted).to_be_visible()
        for _ in range(40):
            page.keyboard.press("Tab")
            if wanted.count() and wanted.evaluate("element => element === document.activeElement"):
                return
        pytest.fail(f"Tab does not reach {name}.")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    tab_to("searchbox", "Search")
    page.keyboard.type("kraken")
    expect(page.get_by_role("listitem")).to_have_count(1)
    tab_to("link", "View profile of Gary")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Gary")).to_be_visible()
    expect(page.get_by_role("button", name="Like Gary")).to_be_visible()
    tab_to("button", "Like Gary")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Like Gary")).to_have_attribute("aria-pressed", "true")
    tab_to("button", "Adopt Gary")
    page.keyboard.press("Enter")
    tab_to("button", "Yes, adopt Gary")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Adopted", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="View profile of Gary")).to_be_focused()
    assert [call.split()[0] for call in api.calls if call.startswith("POST")] == ["POST"] * 2


def test_the_community_page_shows_who_said_what(visit: Visit) -> None:
    page = visit()
    page.get_by_role("link", name="Community").click()
    expect(page.get_by_role("heading", name="Community")).to_be_visible()
    conversation = page.get_by_role("article").filter(has_text="What do you feed a phoenix?")
    expect(conversation).to_contain_text("Started by Marceline Singer")
    expect(conversation.get_by_role("listitem")).to_contain_text(["Embers, mostly.", "Mine likes cinnamon."])
    expect(page.get_by_role("article").filter(has_text="My gorgon")).to_contain_text("Nobody has answered yet.")
    expect(page.get_by_role("link", name="Community")).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page.get_by_role("list", name="Mysfits")).to_be_visible()


def test_the_community_page_shows_the_people_beside_the_conversations(visit: Visit) -> None:
    page = visit("#/community", api=Api(board()))
    expect(page.get_by_role("article")).to_have_count(3)
    people = page.get_by_role("list", name="Members").get_by_role("listitem")
    expect(people).to_contain_text(["Jiwoo Han", "Tove Lindqvist", "Mateo Ibarra", "Amara Okoye"])
    expect(people.first).to_contain_text("@jiwoo")
    said = page.get_by_role("article").first.get_by_role("listitem")
    expect(said).to_contain_text(["Jiwoo Han", "Mateo Ibarra", "Amara Okoye"])
    expect(page.get_by_role("status")).to_have_text("3 conversations")


def test_what_people_write_is_text_whatever_it_looks_like(visit: Visit) -> None:
    text = "<img src=x onerror=alert(1)>"
    rows = {
        "users": [{"id": 1, "username": "constructor", "name": text, "bio": "toString"}],
        "threads": [{"id": 1, "title": "__proto__", "createdBy": 1}],
        "posts": [{"id": 1, "thread": 1, "text": text, "user": 1}, {"id": 2, "thread": 1, "text": "hasOwnProperty"}],
    }
    page = visit("#/community", api=Api({f"GET /api/{name}": (200, each) for name, each in rows.items()}))
    expect(page.get_by_role("article").get_by_role("heading")).to_have_text("__proto__")
    expect(page.get_by_role("article").get_by_role("listitem")).to_contain_text([text, "hasOwnProperty"])
    expect(page.get_by_role("list", name="Members")).to_contain_text("toString")
    expect(page.locator("#community img")).to_have_count(0)


def test_the_footer_says_which_version_and_revision_answers(visit: Visit) -> None:
    api = Api()
    page = visit(api=api)
    expect(page.get_by_role("listitem")).to_have_count(12)
    assert api.count("GET /version") == 0
    page.get_by_role("contentinfo").scroll_into_view_if_needed()
    expect(page.get_by_role("contentinfo")).to_contain_text("Version 1.2.3 · revision mysfits-service:7")


def test_a_service_without_version_leaves_the_footer_alone(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    page = visit(api=Api({"GET /version": problem(404)}))
    expect(page.get_by_role("listitem")).to_have_count(12)
    with page.expect_response("**/version"):
        page.get_by_role("contentinfo").scroll_into_view_if_needed()
    expect(page.get_by_role("contentinfo")).to_have_text("No mysfit was harmed in the making of this page.")
