"""Lock files: which packages of others are used, at which version, and what their files must hash to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[2]
IMAGE = "requirements.txt"  # what runs in the container
LOCAL_CLOUD = "requirements-cloud.txt"  # what the container of the local cloud runs
AUDIT = "tests/site/audit/package-lock.json"  # what audits the site
EXPRESS = "bench/peers/express/package-lock.json"  # what the benchmark compares the service with
TEMPLATES = "tests/cfn/audit/package-lock.json"  # what audits the templates
NPM = (AUDIT, EXPRESS, TEMPLATES)

_ENTRY = re.compile(r"^(?P<name>\w[\w.-]*)==(?P<version>[^ ;\\]+)(?P<rest>.*(?:\n    .*)*)", re.MULTILINE)
_BEFORE = re.compile(r"python(?:_full)?_version < '([0-9.]+)'")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


@dataclass(frozen=True, order=True)
class Package:
    """One locked package. `ecosystem` is PyPI or npm; a hash has its kind before it, as in `sha256:…`.

    `before` is the version of Python, such as `3.13`, from which on it is not installed; empty where there is none.
    """

    ecosystem: str
    name: str
    version: str
    hashes: tuple[str, ...]
    only_on_windows: bool = False
    before: str = ""

    @property
    def purl(self) -> str:
        """Its name among all packages of the world: https://github.com/package-url/purl-spec."""
        return f"pkg:{self.ecosystem.lower()}/{quote(self.name, safe='/')}@{self.version}"


def files() -> list[str]:
    """Every lock file of the project, by its path."""
    return [*sorted(path.name for path in ROOT.glob("requirements*.txt")), *NPM]


def read(name: str) -> list[Package]:
    """The packages of one lock file, in its order."""
    text = (ROOT / name).read_text()
    return list(_of_npm(text) if name.endswith(".json") else _of_pip(text))


def _of_pip(text: str) -> Iterator[Package]:
    for entry in _ENTRY.finditer(text):
        rest = entry["rest"]
        yield Package(
            "PyPI",
            re.sub(r"[-_.]+", "-", entry["name"]).lower(),
            entry["version"],
            tuple(_HASH.findall(rest)),
            only_on_windows="sys_platform == 'win32'" in rest.partition("\n")[0],
            before=found[1] if (found := _BEFORE.search(rest.partition("\n")[0])) else "",
        )


def _of_npm(text: str) -> Iterator[Package]:
    for place, entry in json.loads(text)["packages"].items():
        # The first is the project itself; what is bundled comes in its package's file, under that one's hash.
        if place and not entry.get("inBundle"):
            name = place.rpartition("node_modules/")[2]
            yield Package("npm", name, entry["version"], tuple(filter(None, [entry.get("integrity")])))
