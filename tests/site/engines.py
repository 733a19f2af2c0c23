"""Chromium, Firefox and WebKit on the same page: windows that are started once for all that a file tries in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from playwright.sync_api import Browser

from emulator.tests.control.attacker import firefox_program
from emulator.tests.support.browser import PAGE_PATIENCE
from emulator.tests.support.marionette import firefox
from emulator.tests.support.webkit import driver_program, webkit
from tests.site.servers import api_served, site_served
from tests.site.stage import Api
from tests.windows import Chromium, Driven, Window

ENGINES = ("chromium", "firefox", "webkit")
Scheme = Literal["light", "dark"]
LANGUAGES = ("en", "ko", "zh")
WIDE = (1280, 900)
# Each engine in one scheme and one language; all in all of them with FULL_MATRIX, as `make site-audit` has it.
SCHEME: dict[str, Scheme] = {"chromium": "light", "firefox": "light", "webkit": "dark"}
LANGUAGE = {"chromium": "en", "firefox": "ko", "webkit": "zh"}
IS_FULL = bool(os.environ.get("FULL_MATRIX"))
SCHEMES: list[tuple[str, Scheme]] = [
    (each, scheme) for each in ENGINES for scheme in get_args(Scheme) if IS_FULL or scheme == SCHEME[each]
]
MATRIX = [
    (each, scheme, language)
    for each, scheme in SCHEMES
    for language in LANGUAGES
    if IS_FULL or language == LANGUAGE[each]
]


@dataclass
class Stage:
    """The site for one API, whose rows and answers are replaced by `begin`, and the windows that look at it."""

    site: str
    api: Api
    chromium: Browser
    home: Path
    stack: ExitStack
    windows: dict[tuple[str, Scheme], Window] = field(default_factory=dict)

    def begin(self, engine: str, scheme: Scheme = "light", language: str = "en", hash: str = "#/") -> Window:
        """The window of an engine on the page, of a visitor who has never been here. Chromium's has touch by name."""
        fresh = Api()
        self.api.rows, self.api.answers, self.api.calls = fresh.rows, {}, []
        if (engine, scheme) not in self.windows:
            self.windows[engine, scheme] = self._start(engine, scheme)
        window = self.windows[engine, scheme]
        window.resize(*WIDE)
        # A page of the same origin, without scripts: what a visitor before has left is taken away.
        window.open(f"{self.site}error.html")
        window.value(f"[localStorage.clear(), localStorage.setItem('mysfits.language', '{language}')]")
        window.open(f"{self.site}{hash}")
        return window

    def _start(self, engine: str, scheme: Scheme) -> Window:
        home = self.home / f"{engine}-{scheme}"
        if engine == "firefox":
            return Driven(self.stack.enter_context(firefox(firefox_program(), home, "en-US", is_dark=scheme == "dark")))
        if engine == "webkit":
            return Driven(self.stack.enter_context(webkit(driver_program(), home, is_dark=scheme == "dark")))
        touch = engine == "touch"
        context = self.chromium.new_context(color_scheme=scheme, reduced_motion="reduce", has_touch=touch)
        self.stack.callback(context.close)
        context.set_default_timeout(PAGE_PATIENCE)
        return Chromium(context.new_page(), touch)


@contextmanager
def staged(chromium: Browser, home: Path) -> Iterator[Stage]:
    """The stage, until all its windows are closed."""
    api = Api()
    with ExitStack() as stack:
        site = stack.enter_context(site_served(stack.enter_context(api_served(api))))
        yield Stage(site, api, chromium, home, stack)
