"""What once went wrong on the site, each as a kind: presses, tabs, announcements, rows, errors and addresses."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.site.conftest import Visit
from tests.site.stage import API, Api, Held, fulfil, play, problem

FAILED = "Failed to load resource"
PHONE = {"width": 390, "height": 844}
IN_VIEW = """element => {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && top >= 0 && bottom <= innerHeight;
}"""


def profile(visit: Visit, name: str, api: Api | None = None, **settings: object) -> Page:
    api = api or Api()
    page = visit(f"#/mysfits/{api.id_of(name)}", api=api, **settings)  # type: ignore[arg-type]
    expect(page.locator(".heart")).to_be_enabled()
    return page


def test_no_double_click_adopts_at_any_width_in_any_language(visit: Visit) -> None:
    for locale in ("en-US", "ko-KR", "zh-CN"):
        api = Api()
        page = visit(api=api, locale=locale)
        # Where the answer comes to lie under the pointer.
        for width, height, name in [(390, 844, "Evangeline"), (768, 1024, "Gretta"), (820, 1180, "Evangeline")]:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{visit.site}#/mysfits/{api.id_of(name)}")
            ask = page.locator("[data-part=ask]")
            expect(ask).to_be_visible()
            ask.dblclick()
            expect(page.locator(".confirm")).to_be_visible()
            page.locator("[data-part=no]").click()
            expect(ask).to_be_focused()
        assert api.count("POST .*") == 0


@pytest.mark.parametrize("locale", ["en-US", "ko-KR", "zh-CN"])
def test_nothing_moves_under_a_finger_that_taps_the_heart_again(visit: Visit, locale: str) -> None:
    api = Api()
    for place, row in enumerate(list(api.rows.values())[:6]):
        row["likes"] = (0, 9, 99, 999, 9_999, 4)[place]
    page = visit(api=api, locale=locale, has_touch=True)
    for width, (mysfit, row) in zip([320, 375, 390, 412, 768, 1280], api.rows.items(), strict=False):
        likes = row["likes"]
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(f"{visit.site}#/mysfits/{mysfit}")
        heart, ask = page.locator(".heart"), page.locator("[data-part=ask]")
        count = page.get_by_role("dialog").locator("[data-part=count]")
        expect(count).to_have_text(f"{likes:,}")
        expect(ask).to_be_visible()
        heart.scroll_into_view_if_needed()
        # The count may take a digit's width more; the heart stays where it begins.
        where = """() => ["heart", "ask"].map((part) => document.querySelector(`dialog [data-part=${part}]`))
          .map((each) => each.getBoundingClientRect())
          .flatMap(({ left, top, height }, place) => [place || left, top, height])"""
        before = page.evaluate(where)
        box = heart.bounding_box()
        assert box
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.touchscreen.tap(*middle)
        expect(count).to_have_text(f"{likes + 1:,}")
        assert page.evaluate(where) == before, (width, row["name"])
        # While a like is on its way, another is the same.
        for _tap in range(2):
            page.touchscreen.tap(*middle)
            page.wait_for_function("() => document.querySelector('[role=status]').textContent")
        expect(page.locator("[data-part=forever]")).to_be_visible()
        assert page.evaluate(where) == before, (width, row["name"])
        expect(ask).to_be_visible()


def test_what_is_said_of_a_second_press_goes_and_does_not_come_back(visit: Visit) -> None:
    page = profile(visit, "Gary")
    page.locator(".heart").click()
    expect(page.get_by_role("status")).to_contain_text("You like Gary")
    page.locator(".heart").click()
    said = page.locator("[data-part=forever]")
    expect(said).to_be_visible()
    page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
    expect(said).to_be_hidden()
    page.locator("[data-part=ask]").click()
    page.locator("[data-part=no]").click()
    expect(page.locator("[data-part=ask]")).to_be_visible()
    assert said.is_hidden()


def test_what_somebody_does_gets_there_though_they_leave(visit: Visit) -> None:
    page = visit.new_page()
    page.add_init_script(
        "window.asked = []; const real = fetch;"
        "window.fetch = (url, it) => { asked.push([it?.method, it?.keepalive]); return real(url, it) }"
    )
    page.goto(f"{visit.site}#/mysfits/{Api().id_of('Gary')}")
    page.locator(".heart:enabled").click()
    expect(page.get_by_role("status")).to_contain_text("You like Gary")
    page.locator("[data-part=ask]").click()
    page.locator("[data-part=yes]:not([aria-disabled])").click()
    expect(page.locator("dialog [data-part=adopted]")).to_be_visible()
    assert [keepalive for method, keepalive in page.evaluate("asked") if method == "POST"] == [True, True]


def test_an_adoption_on_its_way_cannot_be_taken_back(visit: Visit) -> None:
    held = Held()
    page = profile(visit, "Gary", Api({"POST .*/adopt": held}))
    page.locator("[data-part=ask]").click()
    page.locator("[data-part=yes]:not([aria-disabled])").click()
    expect(page.locator("[data-part=confirm]")).to_have_attribute("aria-busy", "true")
    page.locator("[data-part=no]").click()
    expect(page.locator("[data-part=confirm]")).to_be_visible()
    fulfil(held.come(page), 200, {"Update": "Success"})
    expect(page.locator("dialog [data-part=adopted]")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280, 1440])
def test_a_choice_moves_neither_the_choices_nor_the_list(visit: Visit, width: int) -> None:
    page = visit(viewport={"width": width, "height": 844})
    expect(page.locator("#gallery .card")).to_have_count(12)
    if width < 600:
        page.get_by_role("button", name="Filters").click()
    watched = page.locator("#finder fieldset" if width < 600 else "#gallery .card").first
    page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
    before = watched.bounding_box()
    page.get_by_text("Neutral", exact=True).first.click()
    expect(page.locator("[data-part=found]")).to_have_text("4 mysfits")
    expect(page.get_by_role("button", name="Clear filters")).to_be_visible()
    after = watched.bounding_box()
    assert before
    assert after
    assert (after["x"], after["y"]) == (before["x"], before["y"])


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640)])
def test_what_is_asked_is_in_view_with_its_answers(visit: Visit, width: int, height: int) -> None:
    visit.expect_complaints(FAILED)
    api = Api({"POST .*/like": problem(503)})
    page = profile(visit, "Evangeline", api, viewport={"width": width, "height": height})
    page.locator("[data-part=ask]").click()
    for part in ("question", "yes", "no", "close"):
        assert page.locator(f"[data-part={part}]").evaluate(IN_VIEW), part
    page.locator("[data-part=no]").click()
    page.locator(".heart").click()
    expect(page.get_by_role("alert").get_by_role("button")).to_be_visible()
    assert page.get_by_role("alert").get_by_role("button").evaluate(IN_VIEW)
    assert page.locator("[data-part=close]").evaluate(IN_VIEW)


def test_two_windows_of_a_device_count_one_like_and_forget_none(visit: Visit) -> None:
    api = Api()
    one = profile(visit, "Cole", api)
    other = play(one.context.new_page(), api)
    other.goto(one.url)
    expect(other.locator(".heart")).to_be_enabled()
    one.locator(".heart").click()
    expect(other.locator(".heart")).to_have_attribute("aria-pressed", "true")
    expect(other.get_by_test_id("likes")).to_have_text(one.get_by_test_id("likes").inner_text())
    other.locator(".heart").click()
    other.goto(f"{visit.site}#/mysfits/{api.id_of('Snowflake')}")
    other.get_by_role("button", name="Like Snowflake").click()
    expect(other.get_by_role("status")).to_contain_text("You like Snowflake")
    assert api.count("POST .*/like") == 2
    kept = one.evaluate("localStorage.getItem('mysfits.liked').split(' ').sort()")
    assert sorted(map(api.id_of, ("Cole", "Snowflake"))) == kept


def test_what_is_announced_last_is_the_like_and_only_one_that_was_counted(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    api = Api()
    page = visit("?sort=likes", api=api)
    page.locator(f"#view-{api.id_of('Twilight Glitter')}").click()
    expect(page.get_by_role("status")).to_contain_text("Profile of Twilight Glitter")
    page.evaluate(
        "window.said = []; new MutationObserver(() => said.push(document.querySelector('[role=status]').textContent))"
        ".observe(document.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true })"
    )
    page.locator(".heart").click()
    expect(page.get_by_role("status")).to_contain_text("You like Twilight Glitter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert all("You like" in each for each in page.evaluate("said") if each)
    api.answers["POST .*"] = problem(503)
    page.locator(f"#view-{api.id_of('Nessi')}").click()
    page.get_by_role("button", name="Like Nessi").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert not [each for each in page.evaluate("said") if "You like Nessi" in each]


def test_the_list_knows_who_has_a_home(visit: Visit) -> None:
    api = Api()
    api.rows[api.id_of("CoCo")]["adopted"] = True
    page = visit(api=api)
    expect(page.locator("[data-part=found]")).to_have_text("11 looking for a home · 1 adopted")
    expect(page.get_by_role("listitem").filter(has_text="CoCo")).to_contain_text("Has a home")
    page.get_by_text("Still free").click()
    expect(page.get_by_role("listitem")).to_have_count(11)
    assert page.url.endswith("?home=free#/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_placeholders_can_be_read_and_the_current_page_is_marked_in_every_engine(visit: Visit, scheme: str) -> None:
    page = visit(scheme=scheme)
    contrast = page.evaluate(
        """() => {
          const light = (colour) => {
            const [r, g, b] = colour.match(/[\\d.]+/g).map((each) => each / 255)
              .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const input = document.querySelector("[name=q]");
          const placeholder = getComputedStyle(input, "::placeholder");
          const [one, other] = [placeholder.color, getComputedStyle(input).backgroundColor].map(light).sort();
          return placeholder.opacity === "1" ? (other + 0.05) / (one + 0.05) : 0;
        }"""
    )
    assert contrast >= 4.5
    expect(page.locator("nav [aria-current]")).to_have_css("text-decoration-thickness", "2px")


ROWS: dict[str, dict[str, Any]] = {
    "long": {"name": "x" * 300, "species": "y" * 300, "description": "z" * 900},
    "old": {"age": 10**30},
    "bare": {"age": None, "description": "", "likes": -5, "thumbImageUri": "", "profileImageUri": ""},
    "odd": {"age": -3, "goodevil": "Chaotic Good", "lawchaos": "constructor", "profileImageUri": "images/gone.svg"},
    "hostile": {"name": "\u202eتنين", "species": "<b>\u202e", "profileImageUri": "data:image/svg+xml,<svg/>"},
}


@pytest.mark.parametrize("width", [320, 1280])
def test_any_row_leaves_list_and_profile_whole(visit: Visit, width: int) -> None:
    visit.expect_complaints(FAILED, "Content Security Policy", "Loading the image")
    api = Api()
    usual = api.rows[api.id_of("Gary")]
    api.rows = {key: usual | row | {"mysfitId": key} for key, row in ROWS.items()}
    page = visit(api=api, viewport={"width": width, "height": 800})
    expect(page.locator("#gallery .card")).to_have_count(len(ROWS))
    assert max(page.locator("#gallery .card").evaluate_all("all => all.map((each) => each.offsetHeight)")) < 800
    for key in ROWS:
        page.goto(f"{visit.site}#/mysfits/{key}")
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("[data-part=ask]")).to_be_visible()
        page.wait_for_function("() => document.querySelector('dialog .frame img').naturalWidth > 0")
        assert dialog.evaluate("it => it.scrollWidth - it.clientWidth") == 0, key
        said = dialog.inner_text()
        assert not re.search(r"goodevil\.|lawchaos\.|-\d|\u202e.*Adopt", said), said
        assert not re.search("\u202e", dialog.locator(".deeds").inner_text())
    expect(dialog.locator("[data-part=ask]")).to_have_text("Adopt \u2068تنين\u2069")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_each_view_has_a_title_and_begins_at_its_beginning(visit: Visit) -> None:
    page = visit(viewport=PHONE)
    expect(page.locator(".card")).to_have_count(12)
    page.get_by_role("link", name="View profile of Gary").click()
    expect(page).to_have_title("Gary the Kraken · Mythical Mysfits")
    page.keyboard.press("Escape")
    expect(page).to_have_title("Mythical Mysfits: adopt a creature of legend")
    page.evaluate("scrollTo(0, 900)")
    page.locator("nav a").last.evaluate("link => link.click()")
    expect(page).to_have_title("Community · Mythical Mysfits")
    expect(page.get_by_role("heading", level=1, name="Community")).to_be_focused()
    assert page.evaluate("scrollY") == 0


def test_a_profile_on_its_way_is_left_by_escape(visit: Visit) -> None:
    page = visit.new_page(Api())
    styles = Held()
    page.route("**/styles/profile.css", styles)
    page.goto(visit.site, wait_until="commit")
    page.get_by_role("link", name="View profile of Gary").click()
    expect(page).to_have_title("Gary the Kraken · Mythical Mysfits")
    page.keyboard.press("Escape")
    expect(page).to_have_title("Mythical Mysfits: adopt a creature of legend")
    styles.come(page).continue_()
    page.wait_for_load_state()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_page_behind_a_profile_does_not_scroll(visit: Visit) -> None:
    page = profile(visit, "Gary")
    page.mouse.move(10, 400)
    page.mouse.wheel(0, 500)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize(
    ("answer", "path"), [(problem(503), ""), ((200, "<html>"), ""), ((200, {"mysfits": []}), ""), (None, "?q=unicorn")]
)
def test_trouble_is_in_the_first_screen_of_a_phone(visit: Visit, answer, path: str) -> None:  # type: ignore[no-untyped-def]
    visit.expect_complaints(FAILED)
    page = visit(path, api=Api({"GET /mysfits": answer} if answer else {}), viewport=PHONE)
    shown = page.locator("#gallery .notice[data-kind]")
    expect(shown).to_be_visible()
    assert shown.evaluate(IN_VIEW)
    has_answer = answer is None or answer[1] == {"mysfits": []}
    expect(page.locator("#finder")).to_be_visible(visible=has_answer)


def test_a_phone_shows_somebody_to_touch_in_its_first_screen_and_filters_in_a_sheet(visit: Visit) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    expect(page.locator(".card")).to_have_count(12)
    box = page.locator(".card").first.bounding_box()
    assert box
    assert box["y"] < 480
    page.get_by_role("button", name="Filters").tap()
    page.locator("#finder").get_by_text("Evil", exact=True).tap()
    page.get_by_role("button", name="Show them").tap()
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator(".card")).to_have_count(4)
    expect(page.get_by_role("button", name="Filters")).to_contain_text("1")


def test_without_scripts_the_page_promises_nothing(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    expect(page.locator("noscript .notice p")).to_have_count(3)
    expect(page.locator("noscript .notice")).to_be_visible()
    for part in ("#finder", ".skeleton", "[data-part=found]"):
        expect(page.locator(part)).to_be_hidden()


def test_closing_a_profile_never_leaves_the_site(visit: Visit) -> None:
    page = profile(visit, "Gary")
    page.evaluate("location.hash = '#/'")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("dialog", name="Gary")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.url.startswith(visit.site)


def test_addresses_that_lead_nowhere_say_so(visit: Visit) -> None:
    api = Api()
    page = visit("#/nope", api=api)
    expect(page.get_by_role("alert")).to_contain_text("Nobody lives at this address")
    page.get_by_role("alert").get_by_role("button").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.goto(f"{visit.site}#/mysfits/a%2Fb")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Nobody lives at this address")
    assert api.count(f"GET .*{API}.*%2F.*|GET /mysfits/a.*") == 0


def test_an_adoption_is_an_event_to_keep_and_to_share(visit: Visit) -> None:
    api = Api()
    page = visit.new_page(api)
    page.add_init_script(
        "delete Navigator.prototype.share;"
        "const writeText = async (text) => (window.copied = text);"
        "Object.defineProperty(navigator, 'clipboard', { value: { writeText } })"
    )
    page.goto(f"{visit.site}#/mysfits/{api.id_of('Gary')}")
    page.locator("[data-part=ask]").click()
    page.locator("[data-part=yes]").click()
    certificate = page.get_by_role("group", name="Certificate of adoption")
    expect(certificate).to_be_focused()
    expect(certificate).to_contain_text("I borrowed your bathtub.")
    expect(certificate).to_contain_text("3F0F196C")
    expect(certificate.locator("[data-part=date]")).to_contain_text(re.compile(r"20\d\d"))
    expect(page.locator(".confetti")).to_have_count(0)
    with page.expect_download() as saved:
        certificate.get_by_role("button", name="Save as a picture").click()
    assert saved.value.suggested_filename == "Gary.png"
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    certificate.get_by_role("button", name="Share").click()
    expect(certificate.get_by_role("button", name="Address copied")).to_be_visible()
    assert page.evaluate("copied") == f"{visit.site}#/mysfits/{api.id_of('Gary')}"
    certificate.get_by_role("link", name="My mysfits").click()
    expect(page.get_by_role("list", name="At home with you").get_by_role("listitem")).to_contain_text("Gary")
    page.get_by_role("link", name="View profile of Gary").click()
    expect(certificate).to_contain_text("I borrowed your bathtub.")


def test_a_search_that_is_taken_back_stays_taken_back(visit: Visit) -> None:
    page = visit()
    expect(page.locator(".card")).to_have_count(12)
    field = page.get_by_role("searchbox")
    field.fill("unic")
    everyone = page.get_by_role("button", name="Show everyone")
    expect(everyone).to_be_visible()
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1_000"))
    # The last letters are not searched for yet when it is pressed.
    field.press_sequentially("orn")
    everyone.click()
    page.clock.run_for(1_000)
    expect(page.locator(".card")).to_have_count(12)
    expect(field).to_have_value("")
    expect(page).to_have_url(re.compile(r"/(#/)?$"))


def test_a_phone_is_filled_by_a_profile_even_of_nobody(visit: Visit) -> None:
    visit.expect_complaints(FAILED)
    page = visit("#/mysfits/nobody", viewport={"width": 320, "height": 640})
    heading, close = page.get_by_role("heading", name="Unknown mysfit"), page.locator("[data-part=close]")
    expect(heading).to_be_visible()
    sheet = page.get_by_role("dialog").bounding_box()
    assert sheet
    assert (sheet["width"], sheet["height"]) == (320, 640)
    letters = """element => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return Math.max(...[...range.getClientRects()].map(({ right }) => right));
    }"""
    assert heading.evaluate(letters) <= close.evaluate("e => e.getBoundingClientRect().left")


def test_profiles_are_leafed_through_by_key_and_by_finger(visit: Visit) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    page.get_by_role("link", name="View profile of Atlantis").click()
    expect(page.get_by_role("dialog", name="Atlantis")).to_be_visible()
    expect(page.get_by_role("button", name="Previous mysfit")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="CoCo")).to_be_visible()
    expect(page.get_by_role("button", name="Next mysfit")).to_be_focused()
    page.evaluate(
        """() => {
          const target = document.querySelector("dialog .description");
          for (const [type, clientX] of [["touchstart", 300], ["touchend", 120]]) {
            const touch = new Touch({ identifier: 1, target, clientX, clientY: 400 });
            const touches = type === "touchstart" ? [touch] : [];
            target.dispatchEvent(new TouchEvent(type, { touches, changedTouches: [touch], bubbles: true }));
          }
        }"""
    )
    expect(page.get_by_role("dialog", name="Cole")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="View profile of Cole")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/(#/)?$"))
