"""Bill of materials of an image, in CycloneDX's form as Syft writes it, held against the lock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from tools.supply_chain.locks import ROOT, Package

BILL = ROOT / "test-results" / "sbom.json"  # `make image-test` has Syft write it
_PYTHON = "pkg:generic/python@"
SIZE = ROOT / "test-results" / "image-size"  # bytes


@dataclass(frozen=True)
class Bill:
    """The package URLs of an image's components, without qualifiers: https://github.com/package-url/purl-spec."""

    purls: frozenset[str]

    @classmethod
    def read(cls, path: Path = BILL) -> Bill:
        """https://cyclonedx.org/docs/1.6/json/#components. Raises FileNotFoundError before there is one."""
        components = json.loads(path.read_text()).get("components", [])
        return cls(frozenset(unquote(each["purl"].partition("?")[0]) for each in components if "purl" in each))

    def of(self, kind: str) -> frozenset[str]:
        """Those of one kind: `pypi`, `deb/debian`, `generic`."""
        return frozenset(each for each in self.purls if each.startswith(f"pkg:{kind}/"))


def differences(bill: Bill, locked: Iterable[Package]) -> list[str]:
    """A sentence for each Python package that is in the image or in the lock and not in the other; sorted."""
    there = bill.of("pypi")
    expected = {unquote(each.purl) for each in locked if not each.before or _python(bill) < _numbers(each.before)}
    return sorted(
        [f"{each} is in the image, and not locked." for each in there - expected]
        + [f"{each} is locked, and not in the image." for each in expected - there]
    )


def _python(bill: Bill) -> tuple[int, ...]:
    """The version of the image's Python; lower than any where the bill has none."""
    return max((_numbers(each.rpartition("@")[2]) for each in bill.purls if each.startswith(_PYTHON)), default=())


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def missing(bill: Bill, status: str) -> list[str]:
    """The packages of a dpkg status file (`NAME VERSION`) that the bill does not have; sorted."""
    fields = [dict(line.split(": ", 1) for line in each.splitlines() if ": " in line) for each in status.split("\n\n")]
    installed = [(each["Package"], each["Version"]) for each in fields if "Package" in each]
    listed = bill.of("deb/debian")
    return sorted(
        f"{name} {version}" for name, version in installed if f"pkg:deb/debian/{name}@{version}" not in listed
    )
