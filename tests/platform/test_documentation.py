"""The documentation as `make docs` builds it: whole, and with no word to any other host."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.platform.test_description import WHOLE
from tests.site.stage import served

ROOT = Path(__file__).parents[2]
SPHINX = ROOT / ".venv-docs" / "bin" / "sphinx-build"

pytestmark = pytest.mark.timeout(900)


def sphinx(pages: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Build pages as the Makefile does."""
    makefile = (ROOT / "Makefile").read_text()
    (options,) = re.findall(r"^\t@\.venv-docs/bin/sphinx-build (.*) build/docs/pages", makefile, re.MULTILINE)
    command = [str(SPHINX), *options.split(), str(pages), str(site)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documentation")
    assert SPHINX.exists(), "There is nothing to build the documentation with; `make .venv-docs/ready` installs it."
    subprocess.run([sys.executable, ROOT / "tools" / "docs_pages.py", folder / "pages"], check=True)
    built = sphinx(folder / "pages", folder / "site")
    assert (built.returncode, built.stderr) == (0, "")
    return folder / "site"


class Resources(HTMLParser):
    """The addresses that a page loads by itself: all but where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name in ("src", "srcset", "poster", "data", "action") or (tag == "link" and name == "href")):
                self.found.append(value)
            if value and name == "style":
                self.found += re.findall(r"url\(([^)]*)\)", value)


def test_every_page_of_docs_is_in_it(site: Path) -> None:
    pages = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    docs = [path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert {re.sub(r"\bREADME\b", "index", name) for name in docs} < pages
    assert {"stacks", "contributing", "security", "labs/index.ko"} <= pages


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    loaded = 0
    for path in site.rglob("*.html"):
        resources = Resources()
        resources.feed(path.read_text())
        for address in resources.found:
            assert not re.match(r"\s*(?:[a-z]+:)?//", address, re.IGNORECASE), f"{path.name}: {address}"
            if not address.startswith(("data:", "#")):
                assert (path.parent / address.partition("?")[0].partition("#")[0]).exists(), f"{path.name}: {address}"
                loaded += 1
    assert loaded > 100
    for path in site.rglob("*.css"):
        assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", path.read_text()), path.name


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    with served(site) as address:
        yield address


def test_a_browser_asks_no_other_host_and_finds_what_it_searches(browser: Browser, site: Path, address: str) -> None:
    asked: list[str] = []
    broken: list[str] = []
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: broken.append(str(error)))
        for path in sorted(site.rglob("*.html")):
            tab.goto(f"{address}{path.relative_to(site)}")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 390, f"{path.name} is wider than a phone"
        tab.goto(f"{address}search.html?q=landlock")
        tab.locator("ul.search a", has_text="0015").wait_for()
        assert broken == []
        # Without a web server, too; then results come without an excerpt.
        tab.goto(f"{(site / 'search.html').as_uri()}?q=landlock")
        tab.locator("ul.search a", has_text="0015").wait_for()
    assert len(asked) > 300
    assert [each for each in asked if not each.startswith((address, "file:", "data:"))] == []


def test_the_whole_api_is_in_it(site: Path) -> None:
    page = (site / "api.html").read_text()
    operations = [each for (method, _), each in WHOLE.operations().items() if method in ("GET", "POST")]
    assert len(operations) > 15
    for operation in operations:
        assert f'<article id="{operation["operationId"]}">' in page
    (address,) = re.findall(r'href="(_downloads/[^"]*openapi\.json)"', page)
    assert (site / address).exists()


def test_a_korean_page_says_that_it_is_korean(site: Path) -> None:
    assert '<html class="no-js" lang="ko"' in (site / "labs" / "index.ko.html").read_text()
    assert '<html class="no-js" lang="en"' in (site / "labs" / "index.html").read_text()


@pytest.mark.parametrize("link", ["nowhere.md", "#nowhere", "other.md#nowhere"])
def test_a_link_that_leads_nowhere_stops_the_build(tmp_path: Path, link: str) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "other.md").write_text("# Other\n")
    (pages / "index.md").write_text(f"# Index\n\n[there]({link})\n\n```{{toctree}}\nother\n```\n")
    built = sphinx(pages, tmp_path / "site")
    assert built.returncode == 1
    assert "nowhere" in built.stderr


def test_a_page_that_no_menu_leads_to_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    for name in ("index", "lost"):
        (tmp_path / "pages" / f"{name}.md").write_text(f"# {name}\n")
    built = sphinx(tmp_path / "pages", tmp_path / "site")
    assert built.returncode == 1
    assert "lost.md" in built.stderr
