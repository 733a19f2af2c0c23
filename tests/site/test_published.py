"""The site as it is published: pages to share, without a network, its face, and its requests before the first paint."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from emulator.tests.support.browser import PAGE_PATIENCE
from emulator.tests.support.waiting import until
from ops.face import display_face
from ops.seed import read_seed
from ops.site_files import SITE, site_files
from tests.site.conftest import Visit
from tests.site.published import Handler, PublishedFiles, StubApi
from tests.site.servers import serving
from tests.site.stage import Api, board

KIB = 1024
LANGUAGES = {"en": "en-US", "ko": "ko-KR", "zh": "zh-CN"}


class Network:
    """What is between a browser and the servers of this file."""

    away = False


class Cut(Handler):
    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        if Network.away:
            self.close_connection = True
        else:
            super().answer(status, body, headers)


class Service(StubApi, Cut):
    """The API's stand-in, where there is a network."""


class Files(PublishedFiles, Cut):
    """The files as published, where there is a network."""


@dataclass
class Published:
    api: str
    address: str
    folder: Path

    def publish(self, site: Path = SITE) -> dict[str, bytes]:
        """Publish `site` beside what was there before, as publishing does."""
        files = site_files(site, self.api, self.address, read_seed("mysfits"), display_face())  # type: ignore[arg-type]
        for key, content in files.items():
            path = self.folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return files


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Published]:
    Network.away = False
    with serving(Service) as api, serving(partial(Files, directory=str(tmp_path))) as address:
        there = Published(api, address, tmp_path)
        there.publish()
        yield there


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(reduced_motion="reduce") as context:
        context.set_default_timeout(PAGE_PATIENCE)
        yield context


def open_(visitor: BrowserContext, address: str) -> tuple[Page, list[str]]:
    page, said = visitor.new_page(), []
    page.on("console", lambda each: said.append(each.text) if each.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    expect(page.locator(".card")).to_have_count(12)
    return page, said


def until_kept(page: Page, but: str = "") -> str:
    """Wait until there is one release in the cache, another one than `but`, with the list beside it; its name."""
    settled = """async () => {
      const names = await caches.keys();
      const releases = names.filter((name) => name !== "mysfits-list");
      const { active } = (await navigator.serviceWorker.getRegistration()) ?? {};
      const there = active?.state === "activated" && names.includes("mysfits-list") && releases.length === 1;
      return there ? releases[0] : "";
    }"""

    def kept() -> str:
        name = str(page.evaluate(settled))
        return "" if name == but else name

    return until(kept, "the service worker has one release")


def test_the_page_of_a_mysfit_opens_its_profile_and_nothing_complains(
    visitor: BrowserContext, published: Published
) -> None:
    page, said = open_(visitor, f"{published.address}/meet/gary.html")
    expect(page.get_by_role("dialog", name="Gary")).to_be_visible()
    assert re.fullmatch(rf"{published.address}/#/mysfits/3f0f196c.*", page.url)
    until_kept(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.reload()
    expect(page.locator(".card")).to_have_count(12)
    assert said == []


def test_without_a_network_there_is_the_last_release_and_a_list_that_says_how_old_it_is(
    visitor: BrowserContext, published: Published, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page, _ = open_(visitor, published.address)
    expect(page.get_by_text("copy of the list")).to_have_count(0)
    first = until_kept(page)

    # Published while the service worker is there: the next load has it, and the worker follows.
    site = shutil.copytree(SITE, tmp_path_factory.mktemp("next") / "site")
    words = site / "scripts/words/en.js"
    words.write_text(words.read_text().replace("Looking for a home", "Waiting for you"))
    published.publish(site)
    page.reload()
    expect(page.get_by_role("heading", level=2, name="Waiting for you", exact=True)).to_be_visible()
    assert until_kept(page, but=first) != first

    Network.away = True
    page.reload()
    expect(page.get_by_role("heading", level=2, name="Waiting for you", exact=True)).to_be_visible()
    expect(page.locator(".card")).to_have_count(12)
    expect(page.get_by_text("copy of the list")).to_be_visible()
    page.locator("#language").select_option("한국어")
    expect(page.get_by_text("저장해 둔 목록이에요")).to_be_visible()
    # No answer but the list is kept.
    page.get_by_role("listitem").first.get_by_role("link").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    # A page that is not kept leads to the one that is.
    page.goto(f"{published.address}/meet/gary.html")
    expect(page.locator(".card")).to_have_count(12)

    Network.away = False
    page.reload()
    expect(page.locator(".card")).to_have_count(12)
    expect(page.get_by_text("저장해 둔 목록이에요")).to_have_count(0)


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_the_face_comes_early_is_small_and_moves_nothing(browser: Browser, published: Published, locale: str) -> None:
    with browser.new_context(locale=locale, viewport={"width": 390, "height": 844}) as visitor:
        visitor.add_init_script(
            "window.shifts = []; new PerformanceObserver((list) => window.shifts.push(...list.getEntries()))"
            ".observe({ type: 'layout-shift', buffered: true });"
            # Where nothing is painted for 200 ms, the page goes on all the same; that is no matter here.
            "window.setTimeout = ((set) => (task, ms) => set(task, ms === 200 ? 60_000 : ms))(setTimeout)"
        )
        page = visitor.new_page()
        network = visitor.new_cdp_session(page)
        network.send("Network.enable")
        slow = {"offline": False, "latency": 150, "downloadThroughput": 200 * KIB, "uploadThroughput": 90 * KIB}
        network.send("Network.emulateNetworkConditions", slow)
        page.goto(published.address)
        expect(page.locator(".card")).to_have_count(12)
        page.wait_for_function("document.fonts.check('700 20px Fraunces', 'M')")
        before = page.evaluate(
            """() => {
              const { startTime } = performance.getEntriesByName("first-paint")[0];
              const resources = performance.getEntriesByType("resource");
              return resources.filter((each) => each.startTime < startTime).map(({ name }) => name);
            }"""
        )
        # The icon is the browser's own matter: it comes when it likes, and no paint waits for it.
        waited = [name for name in before if "favicon" not in name]
        assert len(waited) + 1 <= 6, waited
        assert any("/fonts/" in name for name in before)
        assert page.evaluate("window.shifts.reduce((sum, each) => sum + each.value, 0)") == 0


def test_the_first_view_is_small() -> None:
    files = site_files(SITE, "", "", [], display_face())
    start = next(content.decode() for key, content in files.items() if key.startswith("scripts/start."))
    soon = [each for each in re.findall(r'"((?:scripts/|config)[\w/.-]+)"', start) if "words/" not in each]
    style = next(key for key in files if key.startswith("styles/tokens-page."))
    for language in LANGUAGES:
        words = next(key for key in files if key.startswith(f"scripts/words/{language}."))
        first = ["index.html", style, next(key for key in files if key.startswith("scripts/start.")), *soon, words]
        assert sum(len(gzip.compress(files[key], 9)) for key in first) <= 30 * KIB


WHERE = {
    "": ".card",
    "#/mysfits/a68db521-c031-44c7-b5ef-bfa4c0850e2a": "dialog .deeds:not([hidden])",
    "#/community": ".conversation",
}
TOO_WIDE = """() => {
  const seen = [...document.querySelectorAll("h1, h2, h3, p, a, button, label, legend, select, span")];
  const shown = seen.filter((each) => each.checkVisibility() && getComputedStyle(each).position !== "absolute");
  const over = (each) => each.getBoundingClientRect().right > innerWidth + 1;
  const cut = (each) => each.clientWidth && each.scrollWidth > each.clientWidth + 1;
  return shown.filter((each) => over(each) || cut(each)).map((each) => each.textContent.trim().slice(0, 40));
}"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_fits_its_place_on_a_small_phone(visit: Visit, language: str) -> None:
    page = visit(api=Api(board()), locale=LANGUAGES[language], viewport={"width": 320, "height": 640})
    for where, ready in WHERE.items():
        page.evaluate("(where) => (location.hash = where || '#/')", where)
        expect(page.locator(ready).first).to_be_visible()
        assert page.evaluate(TOO_WIDE) == [], where
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
