"""Quotations of a lab that tell what to click, read and done.

A name in bold is used; a text in `code` is waited for; <address> is opened; <kbd> goes into the field of its quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.windows import Visitor

_QUOTATION = re.compile(r"(?:^> .*\n)+", re.MULTILINE)
_TOKEN = re.compile(r"\*\*(?P<name>.+?)\*\*|<kbd>(?P<keys>.+?)</kbd>|`(?P<shown>.+?)`|<(?P<address>http[^>]+)>")
_ELSEWHERE = ("In the browser:", "브라우저에서:")


def quotations(text: str) -> Iterator[str]:
    """Quotations of a text, each on one line."""
    for found in _QUOTATION.finditer(text):
        yield " ".join(line.removeprefix("> ") for line in found[0].splitlines())


def follow(text: str, visitor: Visitor, console_url: str, addresses: Mapping[str, str]) -> Iterator[str]:
    """Do what each quotation says; each when it is done. `addresses` are those of this run for those of the text."""
    is_here = True
    for quotation in quotations(text):
        if quotation.startswith(_ELSEWHERE):
            is_here = False
        elif not is_here:
            visitor.window.open(console_url)
            is_here = True
        typed = next((found["keys"] for found in _TOKEN.finditer(quotation) if found["keys"]), "")
        for token in _TOKEN.finditer(quotation):
            if token["name"]:
                visitor.use(token["name"], typed)
            elif token["shown"]:
                visitor.see(token["shown"])
            elif token["address"]:
                visitor.window.open(addresses[token["address"]])
        yield quotation
