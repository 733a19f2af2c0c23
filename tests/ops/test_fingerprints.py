"""Published files are named by their content, and every reference follows."""

from __future__ import annotations

import re

from ops.fingerprints import fingerprinted, is_fingerprinted

SITE = {
    "index.html": b'<link href="styles/page.css"><script src="scripts/start.js"></script><img src="images/a.svg">',
    "error.html": b'<link href="/styles/page.css"> "scripts/unknown.js"',
    "config.js": b"export const apiUrl = 1;",
    "scripts/start.js": b'const soon = ["scripts/main.js", \'config.js\']; import("./main.js");',
    "scripts/main.js": b'import "./words/en.js"; import "../config.js"; fetch(`i18n/ko.json`);',
    "scripts/words/en.js": b'import "../main.js";',
    "styles/page.css": b"b{}",
    "i18n/ko.json": b'{"a": "scripts/main.js"}',
    "images/a.svg": b"<svg/>",
}


def published_name(files: dict[str, bytes], path: str) -> str:
    stem, _, suffix = path.rpartition(".")
    (name,) = [name for name in fingerprinted(files) if re.fullmatch(rf"{stem}\.[0-9a-f]{{10}}\.{suffix}", name)]
    return name


def test_pages_and_images_keep_their_names_and_the_rest_get_new_ones() -> None:
    published = fingerprinted(SITE)
    assert len(published) == len(SITE)
    assert {name for name in published if not is_fingerprinted(name)} == {"index.html", "error.html", "images/a.svg"}
    assert published[published_name(SITE, "styles/page.css")] == b"b{}"


def test_every_kind_of_reference_follows() -> None:
    published = fingerprinted(SITE)
    main, config = published_name(SITE, "scripts/main.js"), published_name(SITE, "config.js")
    start, style = published_name(SITE, "scripts/start.js"), published_name(SITE, "styles/page.css")
    words, korean = published_name(SITE, "scripts/words/en.js"), published_name(SITE, "i18n/ko.json")
    short = main.removeprefix("scripts/")
    assert published["index.html"].decode() == (
        f'<link href="{style}"><script src="{start}"></script><img src="images/a.svg">'
    )
    assert published["error.html"].decode() == f'<link href="/{style}"> "scripts/unknown.js"'
    assert published[start].decode() == f'const soon = ["{main}", \'{config}\']; import("./{short}");'
    assert published[main].decode() == (
        f'import "./{words.removeprefix("scripts/")}"; import "../{config}"; fetch(`{korean}`);'
    )
    assert published[words].decode() == f'import "../{short}";'
    assert published[korean] == SITE["i18n/ko.json"], "what visitors read is no reference"


def test_a_change_renames_whatever_reaches_it_and_nothing_else() -> None:
    changed = SITE | {"config.js": b"export const apiUrl = 2;"}
    renamed = {path for path in SITE if path.endswith((".js", ".css", ".json"))} - {
        path
        for path in SITE
        if path.endswith((".js", ".css", ".json")) and published_name(SITE, path) == published_name(changed, path)
    }
    assert renamed == {"config.js", "scripts/start.js", "scripts/main.js", "scripts/words/en.js"}


def test_the_same_site_is_published_under_the_same_names() -> None:
    assert fingerprinted(SITE) == fingerprinted(dict(reversed(SITE.items())))
