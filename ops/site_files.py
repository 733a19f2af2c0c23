"""Files of the site as they are published: for one API, at one address, with a page and a card for each mysfit."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ops import pages
from ops.cards import card
from ops.face import KEY as FACE
from ops.face import Face
from ops.fingerprints import SERVICE_WORKER, fingerprinted, is_fingerprinted
from ops.pages import MysfitRow, Words

# A card takes half a second to draw.
MOST_PAGES = 200

SITE = Path(__file__).parent.parent / "static-site"

# What static-site/index.html has in their places until it is published.
_ANY_LOCAL_API = "http://localhost:* http://127.0.0.1:*"
_PRELOAD = "<!-- preload: the list of mysfits -->"

_STYLESHEETS = re.compile(r'(?:<link rel="stylesheet" href="[^"]+">\s*){2,}')
_HREF = re.compile(r'href="/?([^"]+)"')
# What the site needs without a network; cards and icons are for others.
_KEPT = re.compile(r"\.(js|css|json|woff2|svg)$")


def site_files(
    site: Path, api_url: str, site_url: str = "", mysfits: Iterable[MysfitRow] = (), face: Face | None = None
) -> dict[str, bytes]:
    """The files by their keys, for an API at `api_url` and a site at `site_url`, both empty for "the same origin".

    Without an address of its own the site has neither sitemap nor canonical addresses, which are absolute.
    """
    files = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    if "config.js" in files:
        files["config.js"] = config_script(api_url).encode()
    if face and "styles/tokens.css" in files:
        files[FACE] = face.woff2
    has_worker = SERVICE_WORKER in files
    joined: set[str] = set()
    for key in [key for key in files if key.endswith(".html")]:
        page = _with_one_stylesheet(files[key].decode(), files, joined, face)
        files[key] = _page(page, api_url, FACE in files, has_worker).encode()
    for key in joined:
        del files[key]
    if "index.html" in files:
        _add_pages(files, site_url, list(mysfits)[:MOST_PAGES], face)
    published = fingerprinted(files)
    if has_worker:
        published[SERVICE_WORKER] = _service_worker(published, api_url)
    return published


def config_script(api_url: str) -> str:
    """`config.js` for an API at `api_url`."""
    return f"export const apiUrl = {json.dumps(api_url)};\n"


def _page(text: str, api_url: str, has_face: bool, has_worker: bool) -> str:
    """A page that may talk to this API and to no other, and asks for its list without waiting for scripts."""
    parts = urlsplit(api_url)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    links = [f'<link rel="preload" as="fetch" crossorigin href="{api_url}/mysfits">']
    if has_face:
        links.insert(0, f'<link rel="preload" as="font" type="font/woff2" crossorigin href="/{FACE}">')
    if has_worker:
        links.append(f'<meta name="service-worker" content="/{SERVICE_WORKER}">')
    return text.replace(_ANY_LOCAL_API, origin).replace(_PRELOAD, "\n    ".join(links))


def _with_one_stylesheet(page: str, files: dict[str, bytes], joined: set[str], face: Face | None) -> str:
    """A page that asks once for the stylesheets that it has beside each other, and for the face with them.

    Their keys are added to `joined`.
    """

    def one(found: re.Match[str]) -> str:
        names = _HREF.findall(found[0])
        if not all(name in files for name in names):
            return found[0]
        key = f"styles/{'-'.join(posixpath.basename(name).removesuffix('.css') for name in names)}.css"
        style = face.style.encode() if face and "styles/tokens.css" in names else b""
        files[key] = style + b"\n".join(files[name] for name in names)
        joined.update(names)
        root = "/" if 'href="/' in found[0] else ""
        return f'<link rel="stylesheet" href="{root}{key}">\n    '

    return _STYLESHEETS.sub(one, page)


def _add_pages(files: dict[str, bytes], site_url: str, mysfits: list[MysfitRow], face: Face | None) -> None:
    page = files["index.html"].decode()
    slug_of = pages.slugs(mysfits)
    words = {each: _words(files, each) for each in pages.LANGUAGES}
    for row in mysfits:
        id_, slug = row["MysfitId"], slug_of[row["MysfitId"]]
        portrait = files.get(row.get("ProfileImageUri") or row.get("ThumbImageUri", ""), b"")
        drawn = card(row.get("Name", ""), row.get("Species", ""), portrait, face) if portrait else None
        if drawn:
            files[f"cards/{slug}.png"] = drawn
        for language in pages.LANGUAGES:
            told = words[language].get(id_, {})
            made = pages.mysfit(page, row, slug, language, told, site_url, has_card=drawn is not None)
            files[pages.key(slug, language)] = made.encode()
    files["index.html"] = pages.front(page, site_url).encode()
    if "permalinks.json" in files:
        files["permalinks.json"] = pages.permalinks(slug_of)
    if site_url:
        files["sitemap.xml"] = pages.sitemap(site_url, slug_of)
        files["robots.txt"] = pages.robots(site_url)


def _words(files: Mapping[str, bytes], language: str) -> dict[str, Words]:
    found: dict[str, Words] = json.loads(files.get(f"i18n/descriptions.{language}.json", b"{}"))
    return found


def _service_worker(published: Mapping[str, bytes], api_url: str) -> bytes:
    """The service worker of this release, which is another one whenever any of its files is."""
    kept = sorted(f"/{key}" for key in published if _KEPT.search(key) and key != SERVICE_WORKER)
    script = published[SERVICE_WORKER].decode()
    # What a page refers to is in its name; only pages and pictures have to be looked into.
    digest = hashlib.sha256(script.encode())
    for path in ["/index.html", *kept]:
        content = b"" if is_fingerprinted(path) else published.get(path.removeprefix("/"), b"")
        digest.update(path.encode() + hashlib.sha256(content).digest())
    values: dict[str, object] = {
        "RELEASE": digest.hexdigest()[:10],
        "FILES": ["/", *kept],
        "LIST": f"{api_url}/mysfits",
    }

    def given(found: re.Match[str]) -> str:
        return f"const {found[1]} = {json.dumps(values[found[1]])};"

    return re.sub(r"^const (RELEASE|FILES|LIST) = .*;$", given, script, flags=re.M).encode()
