from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from emulator.tests.support.browser import PAGE_PATIENCE
from tests.site.engines import Stage, staged
from tests.site.stage import API, Api, play, served


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(browser, tmp_path_factory.mktemp("engines")) as stage:
        yield stage


class Visit:
    """One visitor's browser. Everything that it complains of, or asks strangers for, is kept for the end."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser = browser
        self.site = site
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.expected: tuple[str, ...] = ()
        self.apis: list[Api] = []
        self.left = False

    def __call__(self, path: str = "", api: Api | None = None, scheme: str = "light", **settings: object) -> Page:
        """Open the page at `path` as a visitor with these settings; `locale`, `viewport` and so on are Playwright's."""
        page = self.new_page(api, scheme, **settings)
        page.goto(self.site + path)
        return page

    def new_page(self, api: Api | None = None, scheme: str = "light", **settings: object) -> Page:
        context = self.browser.new_context(color_scheme=scheme, reduced_motion="reduce", **settings)  # type: ignore[arg-type]
        context.set_default_timeout(PAGE_PATIENCE)
        self.contexts.append(context)
        self.apis.append(api or Api())
        page = play(context.new_page(), self.apis[-1])
        page.on("console", lambda said: self.hear(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.hear(str(error)))
        page.on("request", lambda request: self.see(request.url))
        return page

    def expect_complaints(self, *parts: str) -> None:
        """Say beforehand which words the console may hold, where a test makes something fail."""
        self.expected = parts

    def hear(self, text: str) -> None:
        if not self.left and not any(part in text for part in self.expected):
            self.complaints.append(text)

    def see(self, url: str) -> None:
        if not url.startswith((self.site, API, "data:")):
            self.strangers.append(url)

    def leave(self) -> None:
        self.left = True
        for api in self.apis:
            api.leave()
        for context in self.contexts:
            context.close()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    visit = Visit(browser, site)
    yield visit
    visit.leave()
    # In every test: no error, no policy violation, no request to anybody else.
    assert visit.complaints == []
    assert visit.strangers == []
