"""Crowd on the console's page: what is too much for one screen comes in pages, and hands do not wait for it."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.console.crowd import SERVICES, TASKS, served

PAGE = 100


def test_a_long_table_has_pages(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as link, browser.new_context() as context:
        page = context.new_page()
        page.goto(link())
        page.get_by_role("link", name="Load balancers").click()
        rows = page.get_by_role("region", name="Targets").locator("tbody tr")
        before, after = (page.get_by_role("button", name=f"{which} page") for which in ("Previous", "Next"))
        expect(rows).to_have_count(PAGE)
        expect(before).to_be_disabled()
        expect(page.get_by_text(f"1–{PAGE} / {SERVICES * TASKS}")).to_be_visible()
        first = rows.first.inner_text()
        for _ in range(SERVICES * TASKS // PAGE - 1):
            after.press("Enter")
        expect(after).to_be_disabled()
        expect(
            page.get_by_text(f"{SERVICES * TASKS - PAGE + 1}–{SERVICES * TASKS} / {SERVICES * TASKS}")
        ).to_be_visible()
        assert rows.first.inner_text() != first
        before.press("Enter")
        expect(after).to_be_enabled()
