"""Audit of every package of every lock file, by OSV, the public database of vulnerabilities: `make audit`.

Ends with 0 when nothing is known against them, 1 when something is, and 2 when that could not be found out: no answer,
or one that knows nothing even of a package with a known vulnerability. What is asked is names and versions alone, for
every Python and every system that a lock is for.

https://google.github.io/osv.dev/post-v1-querybatch/
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.supply_chain.locks import Package, files, read

SOURCE = "https://api.osv.dev/v1/querybatch"
# A release with vulnerabilities that have long been known: a source that does not know of them knows nothing.
KNOWN_BAD = Package("PyPI", "jinja2", "2.4.1", ())

_AT_ONCE = 500  # of the thousand that OSV takes
_PATIENCE = 30.0  # seconds for one answer
_LARGEST = 50_000_000  # bytes of an answer

CLEAN, VULNERABLE, NOT_ASKED = 0, 1, 2


class NotAsked(Exception):
    """The source gave no answer that can be relied on; the message says why."""


@dataclass(frozen=True)
class KnownVulnerability:
    """A locked package against which something is known: the lock files that it is in, and OSV's names of what."""

    package: Package
    locks: tuple[str, ...]
    known: tuple[str, ...]

    @property
    def line(self) -> str:
        addresses = ", ".join(f"https://osv.dev/{each}" for each in self.known)
        return f"{self.package.name} {self.package.version} ({', '.join(self.locks)}): {addresses}"


def locked() -> dict[tuple[str, str, str], list[str]]:
    """(ecosystem, name, version) of all that is locked, and the lock files that it is in."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name in files():
        for each in read(name):
            found.setdefault((each.ecosystem, each.name, each.version), []).append(name)
    return found


def findings(packages: Mapping[tuple[str, str, str], Sequence[str]], source: str = SOURCE) -> list[KnownVulnerability]:
    """Vulnerabilities known of these packages. Raises NotAsked."""
    queries = [KNOWN_BAD, *(Package(*each, hashes=()) for each in packages)]
    known: list[tuple[str, ...]] = []
    for first in range(0, len(queries), _AT_ONCE):
        known += _ask(queries[first : first + _AT_ONCE], source)
    if not known[0]:
        raise NotAsked(f"it knows nothing against {KNOWN_BAD.name} {KNOWN_BAD.version}, against which much is known")
    locks = list(packages.values())
    return [
        KnownVulnerability(package, tuple(locks[number]), ids)
        for number, (package, ids) in enumerate(zip(queries[1:], known[1:], strict=True))
        if ids
    ]


def _ask(packages: Sequence[Package], source: str) -> list[tuple[str, ...]]:
    queries = [{"package": {"name": it.name, "ecosystem": it.ecosystem}, "version": it.version} for it in packages]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(source, body, {"Content-Type": "application/json"})  # noqa: S310 (of our own)
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            document = json.loads(answer.read(_LARGEST))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotAsked(str(error).strip("<>")) from error
    return _understood(document, len(packages))


def _understood(document: Any, count: int) -> list[tuple[str, ...]]:
    """OSV's names of what is known, in the order asked. Raises NotAsked."""
    try:
        if any(result.get("next_page_token") for result in document["results"]):
            raise NotAsked("its answer is not whole")
        known = [tuple(str(each["id"]) for each in result.get("vulns", [])) for result in document["results"]]
    except (AttributeError, KeyError, TypeError) as error:
        raise NotAsked("its answer is not of the form that OSV's have") from error
    if len(known) != count:
        raise NotAsked(f"it was asked about {count} packages and answered about {len(known)}")
    return known


def audit(source: str = SOURCE) -> tuple[int, str]:
    """The exit code, and what to say."""
    packages = locked()
    where = urllib.parse.urlsplit(source).netloc
    of = f"{len(packages)} packages of {len(files())} lock files"
    try:
        found = findings(packages, source)
    except NotAsked as error:
        return NOT_ASKED, f"Not audited: {where} could not be asked about {of}: {error}."
    if found:
        lines = [f"Something is known against {len(found)} of {of} (asked: {where}):", *(each.line for each in found)]
        return VULNERABLE, "\n".join(lines)
    return CLEAN, f"Nothing is known against {of} (asked: {where})."


def main() -> int:
    options = argparse.ArgumentParser(prog="make audit", description=__doc__)
    options.add_argument(
        "--source", default=SOURCE, metavar="URL", help="another that answers as OSV's querybatch does"
    )
    code, said = audit(options.parse_args().source)
    print(said)
    return code


if __name__ == "__main__":
    sys.exit(main())
