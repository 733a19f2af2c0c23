"""File names that change with what is in the files, so that browsers may keep them for ever.

`scripts/main.js` becomes `scripts/main.3f2a1b9c04.js`, and every quoted reference to it follows. A name stands for the
file and for all that it refers to, near and far, so modules may well import each other.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping

# Browsers look for it where they found it.
SERVICE_WORKER = "service-worker.js"

# Pages keep their addresses, and images those that the API knows them by.
_NAMED_BY_CONTENT = (".js", ".css", ".json", ".woff2")
_WITH_REFERENCES = (".html", ".js", ".css")
_REFERENCE = re.compile(rb"""(["'`])([\w./-]+\.(?:js|css|json|woff2))\1""")


def fingerprinted(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a site, path to content, under their published paths and with references to those."""
    references = {path: _references(path, content, files) for path, content in files.items()}
    named = [path for path in files if path.endswith(_NAMED_BY_CONTENT) and path != SERVICE_WORKER]
    names = {path: _name(path, files, references) for path in named}

    def renamed(path: str, content: bytes) -> bytes:
        def follow(match: re.Match[bytes]) -> bytes:
            quote, reference = match[1], match[2].decode()
            name = names.get(_resolved(path, reference))
            if name is None:
                return match[0]
            return (
                quote
                + (reference.removesuffix(posixpath.basename(reference)) + posixpath.basename(name)).encode()
                + quote
            )

        return _REFERENCE.sub(follow, content) if path.endswith(_WITH_REFERENCES) else content

    return {names.get(path, path): renamed(path, content) for path, content in files.items()}


def is_fingerprinted(path: str) -> bool:
    """True when a published path changes with its content."""
    return re.search(r"\.[0-9a-f]{10}\.\w+$", path) is not None


def _name(path: str, files: Mapping[str, bytes], references: Mapping[str, set[str]]) -> str:
    reached: set[str] = set()
    ahead = {path}
    while ahead:
        each = ahead.pop()
        reached.add(each)
        ahead |= references[each] - reached
    digest = hashlib.sha256()
    for each in sorted(reached):
        digest.update(hashlib.sha256(each.encode()).digest() + hashlib.sha256(files[each]).digest())
    stem, suffix = posixpath.splitext(path)
    return f"{stem}.{digest.hexdigest()[:10]}{suffix}"


def _references(path: str, content: bytes, files: Mapping[str, bytes]) -> set[str]:
    if not path.endswith(_WITH_REFERENCES):
        return set()
    found = {_resolved(path, match[2].decode()) for match in _REFERENCE.finditer(content)}
    return found & files.keys()


def _resolved(path: str, reference: str) -> str:
    """The file that a reference in the file `path` means: imports are relative to it, all else to the page."""
    if reference.startswith(("./", "../")):
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), reference))
    return reference.removeprefix("/")
