"""Pages of the published site: where each is found, what those who share or search it read, and one for each mysfit."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from html import escape
from typing import TypedDict
from urllib.parse import quote

LANGUAGES = ("en", "ko", "zh")
_LOCALES = {"en": "en_US", "ko": "ko_KR", "zh": "zh_CN"}
_SITE_NAMES = {"en": "Mythical Mysfits", "ko": "미시컬 미스핏츠", "zh": "神话怪咖"}
_TITLES = {
    "en": "Meet {name} the {species}",
    "ko": "{species} {name}의 새 가족을 찾아요",
    "zh": "{name}（{species}）在等一个家",
}
_LONGEST = 200  # characters of a description; those who show links cut it there or before

# What static-site/index.html has in its place until it is published.
_ADDRESS = "<!-- address: of this page -->"


class MysfitRow(TypedDict, total=False):
    """Row of the table of mysfits, as far as pages tell of it; any attribute may be missing but the id."""

    MysfitId: str
    Name: str
    Species: str
    Description: str
    ThumbImageUri: str
    ProfileImageUri: str


class Words(TypedDict, total=False):
    """Words for a mysfit in one language: its name, species and description."""

    name: str
    species: str
    description: str


def slugs(mysfits: Iterable[MysfitRow]) -> dict[str, str]:
    """The slug of each mysfit by its id, such as `gary`: of its name, or of its id where that has none."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for mysfit in sorted(mysfits, key=lambda each: each["MysfitId"]):
        plain = unicodedata.normalize("NFKD", mysfit.get("Name", "")).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
        if not slug or slug in taken:
            slug = "-".join(filter(None, (slug, hashlib.sha256(mysfit["MysfitId"].encode()).hexdigest()[:10])))
        taken.add(slug)
        found[mysfit["MysfitId"]] = slug
    return found


def key(slug: str, language: str) -> str:
    """The key of a mysfit's page, such as `meet/gary.html` and `meet/gary.ko.html`.

    Not under `mysfits/`, which CloudFront passes to the API, and with its suffix, because CloudFront has a default root
    object and no index document of a folder, where S3's websites have one.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
    """
    return f"meet/{slug}.html" if language == "en" else f"meet/{slug}.{language}.html"


def permalinks(slug_of: Mapping[str, str]) -> bytes:
    """`permalinks.json`: the page of each mysfit by its id and by language."""
    links = {id_: {each: key(slug, each) for each in LANGUAGES} for id_, slug in slug_of.items()}
    return json.dumps(links, ensure_ascii=False, sort_keys=True).encode()


def front(page: str, site_url: str) -> str:
    """The front page with its own address in it; without an address of the site as it is, with none."""
    if not site_url:
        return page.replace(_ADDRESS, "")
    page = page.replace(_ADDRESS, _links(f"{site_url}/"))
    return _set(page, 'property="og:image"', f"{site_url}/images/share-card.png")


def mysfit(page: str, row: MysfitRow, slug: str, language: str, words: Words, site_url: str, has_card: bool) -> str:
    """The front page as one that is about this mysfit, and that opens its profile."""
    name = words.get("name") or row.get("Name", "")
    species = words.get("species") or row.get("Species", "")
    description = words.get("description") or row.get("Description", "")
    title = _TITLES[language].format(name=name, species=species) if species else name
    title = f"{title} · {_SITE_NAMES[language]}"
    page = re.sub(r'\b(href|src)="(?!/|#|[a-z]+:)', r'\1="/', page)
    page = page.replace('<html lang="en">', f'<html lang="{language}">', 1)
    page = re.sub(r"(<title[^>]*>)[^<]*", lambda found: found[1] + escape(title), page, count=1)
    about = _shortened(description)
    for name_, content in (
        ('property="og:type"', "article"),
        ('property="og:title"', title),
        ('property="og:image"', f"{site_url}/cards/{slug}.png" if has_card else f"{site_url}/images/share-card.png"),
        ('property="og:locale"', _LOCALES[language]),
        *((each, about) for each in ('name="description"', 'property="og:description"') if about),
    ):
        page = _set(page, name_, content)
    alternates = [
        f'<link rel="alternate" hreflang="{each}" href="{site_url}/{quote(key(slug, each))}">' for each in LANGUAGES
    ]
    alternates.append(f'<link rel="alternate" hreflang="x-default" href="{site_url}/{quote(key(slug, "en"))}">')
    opens = f'<meta name="mysfit" content="{escape(row["MysfitId"])}">'
    address = _links(f"{site_url}/{quote(key(slug, language))}") if site_url else ""
    page = page.replace(_ADDRESS, "\n    ".join(filter(None, [opens, address, *(alternates if site_url else [])])))
    without_scripts = (
        f'<noscript><article class="lost">{_portrait(row)}<h1 dir="auto">{escape(name)}</h1>'
        f'<p dir="auto">{escape(species)}</p><p dir="auto">{escape(description)}</p></article></noscript>'
    )
    return re.sub(r"<main\b[^>]*>", lambda found: found[0] + without_scripts, page, count=1)


def sitemap(site_url: str, slug_of: Mapping[str, str]) -> bytes:
    """`sitemap.xml`. https://www.sitemaps.org/protocol.html"""
    pages = ["", *(key(slug, each) for slug in sorted(slug_of.values()) for each in LANGUAGES)]
    lines = "".join(f"<url><loc>{escape(f'{site_url}/{quote(each)}')}</loc></url>\n" for each in pages)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'
    ).encode()


def robots(site_url: str) -> bytes:
    """`robots.txt`: everybody may read everything, and the sitemap says what there is."""
    return f"User-agent: *\nAllow: /\nSitemap: {site_url}/sitemap.xml\n".encode()


def _links(url: str) -> str:
    return f'<link rel="canonical" href="{escape(url)}">\n    <meta property="og:url" content="{escape(url)}">'


def _set(page: str, name: str, content: str) -> str:
    return re.sub(f'(<meta {name} content=")[^"]*', lambda found: found[1] + escape(content), page, count=1)


def _portrait(row: MysfitRow) -> str:
    uri = row.get("ProfileImageUri") or row.get("ThumbImageUri", "")
    return f'<img src="/{escape(uri)}" alt="" width="400" height="400">' if uri.startswith("images/") else ""


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    cut = text[: _LONGEST - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
