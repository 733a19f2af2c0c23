"""Everything that can go wrong says in plain words what happened and what to do, and leaves the rest alone."""

import pytest
from playwright.sync_api import expect

from tests.site.conftest import Visit
from tests.site.stage import Answer, Api, Held, fulfil, problem, unreachable

FAILED = "Failed to load resource"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (unreachable, "We can't reach the mysfits"),
        (problem(500, X_Request_ID="r-77"), "Something broke on our side"),
        (problem(503), "The mysfits have too many visitors"),
        ((200, "<html>"), "Something broke on our side"),
        ((200, {"mysfits": "?"}), "Something broke on our side"),
    ],
)
def test_a_list_that_does_not_come_is_explained_and_can_be_tried_again(visit: Visit, answer, said: str) -> None:  # type: ignore[no-untyped-def]
    visit.expect_complaints(FAILED)
    api = Api({"GET /mysfits": answer})
    page = visit(api=api)
    expect(page.get_by_role("alert")).to_contain_text(said)
    if "r-77" in str(answer):
        expect(page.get_by_role("alert")).to_contain_text("r-77")
    api.answers.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("listitem")).to_have_count(12)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("region", name="Looking for a home")).to_be_focused()


def test_a_busy_service_is_asked_again_after_the_wait_it_wished_for(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    api = Api({"GET /mysfits": problem(503, Retry_After="9")})
    page = visit.new_page(api)
    # A clock that goes on by itself would have waited for nine seconds where the machine is slow.
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    page.goto(visit.site)
    expect(page.get_by_role("alert")).to_contain_text("Trying again in 9 seconds…")
    api.answers.clear()
    page.clock.run_for(8_900)
    assert api.count("GET /mysfits") == 1
    page.clock.run_for(200)
    expect(page.get_by_role("listitem")).to_have_count(12)


def test_a_slow_answer_is_announced_and_a_missing_one_given_up(visit: Visit) -> None:
    held = Held()
    page = visit.new_page(Api({"GET /mysfits": held}))
    # The browser's own timers cannot be turned forward; the page's patience is made short instead.
    page.add_init_script(
        "AbortSignal.timeout = ms => { const c = new AbortController(); setTimeout(() => "
        "c.abort(new DOMException('', 'TimeoutError')), ms); return c.signal }"
    )
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    page.goto(visit.site)
    held.come(page)
    expect(page.get_by_role("region", name="Looking for a home")).to_have_attribute("aria-busy", "true")
    page.clock.run_for(5_000)
    expect(page.get_by_text("This is taking longer than usual.").first).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("longer than usual")
    page.clock.run_for(20_000)
    expect(page.get_by_role("alert")).to_contain_text("The answer didn't come in time")


def test_an_offline_page_goes_on_by_itself_when_the_network_is_back(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    held = Held()
    api = Api({"GET /mysfits": held})
    page = visit(api=api)
    expect(page.get_by_text("Calling the mysfits…").first).to_be_visible()
    # All of the page is there, and only the answer is missing.
    page.wait_for_function(
        "names => names.every(name => performance.getEntriesByType('resource').some(each => each.name.endsWith(name)))",
        arg=["scripts/release.js", "scripts/profile.js", "styles/profile.css"],
    )
    request = held.come(page)
    page.context.set_offline(True)
    page.wait_for_function("() => !navigator.onLine")
    request.abort("internetdisconnected")
    expect(page.get_by_role("alert")).to_contain_text("You're offline")
    api.answers.clear()
    page.context.set_offline(False)
    expect(page.get_by_role("listitem")).to_have_count(12)


def test_a_network_that_was_back_before_the_page_could_say_so_is_not_waited_for(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    users, threads = Held(), Held()
    api = Api({"GET /api/users": users, "GET /api/threads": threads})
    page = visit.new_page(api)
    page.add_init_script(
        "Object.defineProperty(navigator, 'onLine', { get() { window.asked = true; return !window.away } })"
    )
    page.goto(f"{visit.site}#/community")
    failing, late = users.come(page), threads.come(page)
    page.evaluate("window.away = true")
    failing.abort("internetdisconnected")
    page.wait_for_function("() => window.asked")
    page.evaluate("window.away = false; window.dispatchEvent(new Event('online'))")
    api.answers.clear()
    fulfil(late, *api.usual("GET /api/threads"))
    expect(page.get_by_text("Started by Marceline Singer")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_unknown_mysfit_has_a_page_that_leads_back(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    page = visit("#/mysfits/nobody%2Fhere")
    expect(page.get_by_role("alert")).to_contain_text("Nobody lives at this address")
    page.get_by_role("button", name="Show everyone").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("listitem")).to_have_count(12)


def test_a_profile_that_does_not_come_can_be_tried_again(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    api = Api({"GET /mysfits/.*": problem(500)})
    page = visit(f"#/mysfits/{api.id_of('Cole')}", api=api)
    expect(page.get_by_role("alert")).to_contain_text("Something broke on our side")
    expect(page.get_by_role("button", name="Like Cole")).to_have_count(0)
    api.answers.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Like Cole")).to_be_visible()


def test_a_mysfit_that_somebody_else_adopted_first_is_shown_as_adopted(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    api = Api({"POST .*/adopt": problem(409)})
    page = visit(f"#/mysfits/{api.id_of('Cole')}", api=api)
    page.get_by_role("button", name="Adopt Cole").click()
    page.get_by_role("button", name="Yes, adopt Cole").click()
    expect(page.get_by_role("alert")).to_contain_text("Cole already has a home")
    expect(page.get_by_text("Adopted", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Adopt Cole")).to_be_hidden()


def test_an_adoption_that_does_not_get_there_can_be_tried_again(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    api = Api({"POST .*/adopt": unreachable})
    page = visit(f"#/mysfits/{api.id_of('Cole')}", api=api)
    page.get_by_role("button", name="Adopt Cole").click()
    page.get_by_role("button", name="Yes, adopt Cole").click()
    expect(page.get_by_role("alert")).to_contain_text("Cole hasn't been adopted yet")
    api.answers.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Adopted", exact=True)).to_be_visible()


@pytest.mark.parametrize("nothing", [problem(404), (200, [])])
def test_a_service_without_community_says_so_calmly(visit: Visit, nothing: Answer) -> None:
    visit.expect_complaints(FAILED)
    page = visit("#/community", api=Api({"GET /api/.*": nothing}))
    expect(page.get_by_text("The community hasn't moved in yet")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("gone", "there"),
    [
        ("users", ["What do you feed a phoenix?", "Started by Somebody", "Embers, mostly."]),
        ("threads", ["Members", "Marceline Singer"]),
        ("posts", ["What do you feed a phoenix?", "Started by Marceline Singer", "Members"]),
    ],
)
def test_what_there_is_of_the_community_is_shown_when_a_part_of_it_fails(
    visit: Visit, gone: str, there: list[str]
) -> None:
    visit.expect_complaints(FAILED)
    api = Api({f"GET /api/{gone}": problem(503)})
    page = visit("#/community", api=api)
    expect(page.get_by_role("alert")).to_contain_text("The mysfits have too many visitors")
    for text in there:
        expect(page.locator("#community")).to_contain_text(text)
    # Nobody knows whether there are answers.
    expect(page.get_by_text("Nobody has answered yet.").filter(visible=True)).to_have_count(0 if gone != "users" else 1)
    for name, heading in (("users", "Members"), ("threads", "Conversations")):
        expect(page.get_by_role("heading", name=heading)).to_have_count(0 if gone == name else 1)
    api.answers.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Mine likes cinnamon.")).to_be_visible()
    expect(page.get_by_role("heading", name="Members")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_service_with_a_part_of_the_community_shows_that_part_without_complaint(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    page = visit("#/community", api=Api({"GET /api/(users|posts)": problem(404)}))
    expect(page.get_by_text("What do you feed a phoenix?")).to_be_visible()
    expect(page.locator("#community .notice")).to_have_count(0)


def test_mysfits_whose_age_is_unknown_are_last(visit: Visit) -> None:
    api = Api()
    api.rows[api.id_of("Hasla")]["age"] = None
    page = visit("?sort=age", api=api)
    expect(page.get_by_role("listitem").first).to_contain_text("Nessi")
    expect(page.get_by_role("listitem").last).to_contain_text("Hasla")
    expect(page.get_by_role("alert")).to_have_count(0)


INJECTED = "throw new Error('injected')"
COMPONENTS = ["finder", "gallery", "language", "release", "profile", "like", "adopt", "community"]


@pytest.mark.parametrize(
    ("component", "how"),
    [(component, "when it is mounted") for component in COMPONENTS]
    + [("profile", "when it is loaded"), ("like", "missing")],
)
def test_a_broken_part_leaves_the_other_parts_working(visit: Visit, component: str, how: str) -> None:
    visit.expect_complaints("injected", FAILED, "dynamically imported module")
    api = Api()
    page = visit.new_page(api)
    script = {"when it is loaded": INJECTED, "when it is mounted": f"export const mount = () => {{ {INJECTED} }}"}
    page.route(
        f"**/scripts/{component}.js",
        lambda route: route.fulfill(
            status=200 if how in script else 404, body=script.get(how, ""), content_type="text/javascript"
        ),
    )
    page.goto(f"{visit.site}#/mysfits/{api.id_of('Gary')}")
    if component != "profile":
        dialog = page.get_by_role("dialog", name="Gary")
        expect(dialog).to_contain_text("2,709 years old")
        if component != "like":
            dialog.get_by_role("button", name="Like Gary").click()
            expect(dialog.get_by_test_id("likes")).to_have_text("1,801")
        if component != "adopt":
            dialog.get_by_role("button", name="Adopt Gary").click()
            expect(dialog.get_by_role("button", name="Yes, adopt Gary")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    if component != "gallery":
        expect(page.get_by_role("listitem")).to_have_count(12)
    if component not in ("finder", "gallery"):
        page.get_by_text("Evil", exact=True).first.click()
        expect(page.get_by_role("listitem")).to_have_count(4)
    page.get_by_role("link", name="Community").click()
    expect(page.get_by_role("heading", name="Community")).to_be_visible()
    if component != "community":
        expect(page.get_by_text("What do you feed a phoenix?")).to_be_visible()
    if component == "profile":
        page.get_by_role("link", name="Mysfits", exact=True).click()
    if component not in ("release", "like", "adopt"):
        expect(page.locator(".out-of-order")).to_contain_text("out of order")


def test_a_mysfit_that_cannot_be_shown_does_not_hide_the_others(visit: Visit) -> None:
    visit.expect_complaints("normalize", "TypeError", "null")
    rows = [
        {"mysfitId": str(i), "name": f"Number {i}", "species": "Golem", "goodevil": "Good", "lawchaos": "Lawful"}
        for i in range(3)
    ]
    page = visit(api=Api({"GET /mysfits": (200, {"mysfits": [*rows, {"mysfitId": "x"}, {}]})}))
    expect(page.get_by_role("listitem").filter(has_text="Number")).to_have_count(3)


@pytest.mark.parametrize("module", ["main", "api", "words"])
def test_a_page_whose_foundation_does_not_arrive_says_so_in_every_language(visit: Visit, module: str) -> None:
    visit.expect_complaints(FAILED, "dynamically imported module")
    page = visit.new_page(locale="zh-CN")
    page.route(f"**/scripts/{module}.js", lambda route: route.abort())
    page.goto(visit.site)
    for sentence in ("Please reload it.", "새로고침해 주세요.", "请重新加载。"):
        expect(page.get_by_role("alert").get_by_text(sentence)).to_be_visible()
