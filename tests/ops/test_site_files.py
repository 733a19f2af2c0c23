"""Pages, cards, face and service worker, as publishing makes them of the site and of rows."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from ops.cards import card
from ops.face import Face, display_face
from ops.fingerprints import is_fingerprinted
from ops.pages import MysfitRow, key, slugs
from ops.seed import read_seed
from ops.site_files import MOST_PAGES, SITE, site_files

ADDRESS = "https://mysfits.example"
HOSTILE = '"><script>alert(1)</script>'


class Head(HTMLParser):
    """What somebody reads who reads no more than tags: titles, meta, links."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str]] = []
        self.scripts: list[dict[str, str | None]] = []
        self.order: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found: dict[str, Any] = dict(attrs)
        self.order.append(found.get("name") or found.get("src") or tag)
        if tag == "meta" and (name := found.get("property") or found.get("name")):
            self.meta[name] = found.get("content", "")
        elif tag == "link":
            self.links.append(found)
        elif tag == "script":
            self.scripts.append(found)

    def link(self, rel: str) -> list[str]:
        return [each["href"] for each in self.links if each["rel"] == rel]


@pytest.fixture(scope="module")
def face() -> Face:
    found = display_face()
    assert found
    return found


@pytest.fixture(scope="module")
def files(face: Face) -> dict[str, bytes]:
    rows: list[MysfitRow] = [*read_seed("mysfits"), {"MysfitId": HOSTILE, "Name": HOSTILE, "Species": HOSTILE}]  # type: ignore[list-item]
    return site_files(SITE, "https://api.example", ADDRESS, rows, face)


def test_each_mysfit_has_a_page_in_three_languages_that_tells_of_it(files: dict[str, bytes]) -> None:
    assert len([each for each in files if each.startswith("meet/")]) == 13 * 3
    for language, title in (("en", "Meet Gary the Kraken"), ("ko", "크라켄 게리"), ("zh", "加里（海怪）")):
        path = key("gary", language)
        head = Head(files[path])
        assert title in head.meta["og:title"]
        assert head.meta["og:description"] == head.meta["description"] != Head(files["index.html"]).meta["description"]
        assert len(head.meta["description"]) <= 200
        assert head.link("canonical") == [f"{ADDRESS}/{path}"] == [head.meta["og:url"]]
        assert head.meta["og:image"] == f"{ADDRESS}/cards/gary.png"
        assert len(head.link("alternate")) == 4
        # The router is told before it looks at the address.
        assert head.order.index("mysfit") < head.order.index(head.scripts[0]["src"] or "")
        relative = re.findall(rb'(?:href|src)="(?!/|#|https?:)[^"]*"', files[path])
        assert relative == [], "a page in a folder names everything from the root"


def test_the_front_page_says_its_address_and_a_site_without_one_says_none(files: dict[str, bytes]) -> None:
    head = Head(files["index.html"])
    assert head.link("canonical") == [f"{ADDRESS}/"]
    assert head.meta["og:image"] == f"{ADDRESS}/images/share-card.png"
    nowhere = site_files(SITE, "", "", [], None)
    assert Head(nowhere["index.html"]).link("canonical") == []
    assert b"<!-- address" not in nowhere["index.html"]
    assert not {"sitemap.xml", "robots.txt"} & nowhere.keys()


def test_the_sitemap_names_every_page_and_robots_name_the_sitemap(files: dict[str, bytes]) -> None:
    found = [
        each.text or "" for each in ElementTree.fromstring(files["sitemap.xml"]).iter() if each.tag.endswith("loc")
    ]
    pages = {each for each in files if each.startswith("meet/")}
    assert set(found) == {f"{ADDRESS}/", *(f"{ADDRESS}/{each}" for each in pages)}
    assert f"Sitemap: {ADDRESS}/sitemap.xml" in files["robots.txt"].decode()


def test_links_say_where_each_mysfit_is_found(files: dict[str, bytes]) -> None:
    (name,) = [each for each in files if each.startswith("permalinks.")]
    links = json.loads(files[name])
    assert len(links) == 13
    assert {path for each in links.values() for path in each.values()} <= files.keys()


def test_a_hostile_row_is_text_everywhere(files: dict[str, bytes]) -> None:
    (path,) = [each for each in files if each.startswith("meet/script") and each.count(".") == 1]
    assert [each["src"] for each in Head(files[path]).scripts] == [Head(files["meet/gary.html"]).scripts[0]["src"]]
    assert Head(files[path]).meta["mysfit"] == HOSTILE
    assert Head(files[path]).meta["og:image"].endswith("/images/share-card.png"), "it has no portrait of ours"


def test_slugs_are_of_names_and_no_two_are_the_same() -> None:
    found = slugs(
        [{"MysfitId": "1", "Name": "Élan  Vital!"}, {"MysfitId": "2", "Name": "elan vital"}, {"MysfitId": "3"}]
    )
    assert found["1"] == "elan-vital"
    assert found["2"].startswith("elan-vital-")
    assert re.fullmatch("[0-9a-f]{10}", found["3"])


def test_more_mysfits_than_that_have_no_page_of_their_own() -> None:
    rows: list[MysfitRow] = [{"MysfitId": str(number), "Name": f"N{number}"} for number in range(MOST_PAGES + 1)]
    files = site_files(SITE, "", ADDRESS, rows, None)
    assert len([each for each in files if each.startswith("meet/")]) == 3 * MOST_PAGES


def test_cards_are_pictures_of_the_size_that_is_said(files: dict[str, bytes], face: Face) -> None:
    for path in (each for each in files if each.startswith("cards/")):
        picture = Image.open(io.BytesIO(files[path]))
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        assert len(files[path]) < 300_000
    portrait = files["images/gary.svg"]
    named, unnamed = card("Gary", "Kraken", portrait, face), card("تنين", "Kraken", portrait, face)
    assert named
    assert unnamed
    assert named != unnamed
    assert card("Gary", "Kraken", b"no drawing", face)


def test_the_face_is_small_and_has_the_letters_that_it_says(face: Face) -> None:
    assert len(face.woff2) < 25 * 1024
    letters = TTFont(io.BytesIO(face.woff2)).getBestCmap()
    assert {ord(each) for each in "Mythical Mysfits…’éßÅ–"} <= letters.keys()
    assert "Copyright" in TTFont(io.BytesIO(face.ttf))["name"].getDebugName(0)


def test_the_service_worker_is_another_whenever_anything_is_and_keeps_what_is_there(files: dict[str, bytes]) -> None:
    script = files["service-worker.js"].decode()
    kept = json.loads(re.search(r"^const FILES = (.*);$", script, re.M)[1])  # type: ignore[index]
    assert kept[0] == "/"
    assert {each.removeprefix("/") for each in kept[1:]} <= files.keys()
    assert {each for each in files if is_fingerprinted(each)} <= {each.removeprefix("/") for each in kept}
    assert 'const LIST = "https://api.example/mysfits";' in script
    # Only the page differs, and only by one letter of its own.
    other = site_files(SITE, "https://api.example", f"{ADDRESS}2", read_seed("mysfits"), display_face())  # type: ignore[arg-type]
    assert other["service-worker.js"] != files["service-worker.js"]
