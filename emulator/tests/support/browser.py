"""A real browser for the tests: one for each module, a fresh context for each test."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from emulator.tests.support.waiting import PATIENCE

# A test's browser talks to the pages under test and to nobody else, and needs neither a sandbox nor a graphics card.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Milliseconds for what is done with a page or expected of it. By itself Playwright expects all within five seconds.
PAGE_PATIENCE = PATIENCE / 2 * 1000
expect.set_options(timeout=PAGE_PATIENCE)

HOW_TO_GET_ONE = (
    "No browser was found. Install Chromium (for example `apt-get install chromium`), or run "
    "`playwright install chromium`, or set TEST_CHROMIUM to the path of a Chromium or Chrome."
)


# Not for the whole run: as long as Playwright is there, no other test of the process can have a loop of asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = start(playwright)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        context.set_default_timeout(PAGE_PATIENCE)
        yield context.new_page()


def start(playwright: Playwright) -> Browser:
    """Start the browser that TEST_CHROMIUM names, or one on the PATH, or Playwright's own.

    A browser that is not there fails the test: one that is skipped proves nothing.
    """
    try:
        return playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
    except Error as error:
        pytest.fail(f"{HOW_TO_GET_ONE}\n\n{error.message.splitlines()[0]}", pytrace=False)


def executable() -> str | None:
    """Path of the browser, None for Playwright's own."""
    # First the one that is made to run without a screen: it takes half of the processor's time.
    on_the_path = map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))
    return os.environ.get("TEST_CHROMIUM") or next(filter(None, on_the_path), None)
