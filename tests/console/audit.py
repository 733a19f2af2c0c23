"""Measures the console over a crowd, fifty services with five hundred tasks: `python -m tests.console.audit`.

A browser is clicked and typed at while tasks change, three times, and the slowest answer of each run counts (INP);
Lighthouse judges accessibility and best practices; what a console costs that nobody looks at is measured beside it.
Ends with 1 below the bars. It measures the machine too: an empty page's answers are told for comparison.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile

from playwright.sync_api import Page, sync_playwright

from emulator.tests.support import browser
from tests.console.cost import MEGABYTES, PERCENT
from tests.console.crowd import served
from tests.site.audit import audit

RUNS = 3
BARS = {"INP (ms)": 100.0, "MB": MEGABYTES, "% of a core": PERCENT}
OBSERVE = (
    "window.slowest = 0; window.answers = []; new PerformanceObserver((list) => { for (const { duration, "
    "interactionId, name, target } of list.getEntries()) if (interactionId) { window.answers.push("
    "[duration, name, target?.textContent?.slice(0, 20)]); window.slowest = Math.max(window.slowest, duration) } })"
    ".observe({ type: 'event', durationThreshold: 16, buffered: true })"
)


def interact(page: Page) -> None:
    """What somebody does in a minute, at a view of everything and of one service."""
    page.get_by_role("heading", name="s-00").wait_for()
    for _ in range(2):
        page.get_by_label("Window").select_option("5 min")
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="One change back").click()
        page.get_by_role("button", name="One change forward").click()
        page.get_by_role("button", name="Go live").click()
        page.get_by_text("As a table").first.click()
        page.get_by_text("As a table").first.click()
        page.get_by_role("link", name="crowd").first.click()
        page.get_by_role("checkbox", name="s-07").click()
        page.get_by_role("link", name="s-07").click()
        for tab in ("Tasks", "Deployments", "Events", "Health and metrics"):
            page.get_by_role("link", name=tab, exact=True).click()
        page.get_by_role("link", name="Load balancers").click()
        page.get_by_role("link", name="Load and drills").click()
        page.get_by_label("Clients", exact=True).press_sequentially("12", delay=50)
        page.get_by_role("link", name="Clusters").first.click()
        page.get_by_role("button", name="한국어").click()
        page.get_by_role("button", name="English").click()


def slowest_answer(link: str) -> float:
    """Milliseconds from a press or a key to the next paint, at the worst."""
    with sync_playwright() as playwright:
        started = browser.start(playwright)
        page = started.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(OBSERVE)
        page.goto(link)
        interact(page)
        # An entry arrives with the frame after the one that it tells of.
        page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
        )
        worst = float(page.evaluate("window.slowest"))
        for duration, name, target in sorted(page.evaluate("window.answers"), key=lambda each: -each[0])[:3]:
            print(f"    {duration:5.0f} ms  {name} {target or ''}", flush=True)
        started.close()
        return worst


def of_an_empty_page() -> float:
    """The same of a page on which nothing happens: what the machine takes."""
    with sync_playwright() as playwright:
        started = browser.start(playwright)
        page = started.new_page()
        page.add_init_script(OBSERVE)
        page.goto("data:text/html,<title>-</title><button>press</button>")
        for _ in range(30):
            page.get_by_role("button").click()
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
        worst = float(page.evaluate("window.slowest"))
        started.close()
        return worst


def main() -> int:
    cost = json.loads(
        subprocess.run([sys.executable, "-m", "tests.console.cost"], capture_output=True, check=True).stdout
    )
    with tempfile.TemporaryDirectory() as folder, served(folder) as link:
        inp = statistics.median(slowest_answer(link()) for _ in range(RUNS))
        print(f"An empty page answers in {of_an_empty_page():.0f} ms at the worst.")
        figures = {"INP (ms)": inp, **cost}
        if "--no-lighthouse" not in sys.argv:
            audit.install()
            found = audit.lighthouse(link())
            figures |= {name: found[name] for name in ("accessibility", "best-practices")}
    missed = 0
    for name, figure in figures.items():
        good = figure <= BARS[name] if name in BARS else figure == 100
        missed += not good
        print(f"{'' if good else 'BELOW THE BAR '}{name:16} {figure:8.3f}".rstrip("0").rstrip("."))
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
