"""A bill of materials that differs from the lock, or leaves something out, is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.supply_chain.__main__ import figures
from tools.supply_chain.bill import Bill, differences, missing
from tools.supply_chain.locks import IMAGE, Package, read

FLASK = Package("PyPI", "flask", "3.1.3", ("sha256:…",))
STATUS = "Package: libc6\nArchitecture: amd64\nVersion: 2.41-12+deb13u4\nDescription: a: b\n more: words\n"


def bill(tmp_path: Path, *purls: str) -> Bill:
    path = tmp_path / "sbom.json"
    components = [{"type": "library", "purl": each} for each in purls]
    path.write_text(json.dumps({"components": [*components, {"type": "file", "name": "/etc/passwd"}]}))
    return Bill.read(path)


def test_a_bill_of_what_is_locked_is_in_order(tmp_path: Path) -> None:
    assert differences(bill(tmp_path, *(each.purl for each in read(IMAGE))), read(IMAGE)) == []


@pytest.mark.parametrize(
    ("purls", "said"),
    [
        ([], ["pkg:pypi/flask@3.1.3 is locked, and not in the image."]),
        (["pkg:pypi/flask@3.1.3", "pkg:pypi/pip@26.3"], ["pkg:pypi/pip@26.3 is in the image, and not locked."]),
        (
            ["pkg:pypi/flask@3.1.2"],
            [
                "pkg:pypi/flask@3.1.2 is in the image, and not locked.",
                "pkg:pypi/flask@3.1.3 is locked, and not in the image.",
            ],
        ),
    ],
)
def test_what_differs_is_told(tmp_path: Path, purls: list[str], said: list[str]) -> None:
    assert differences(bill(tmp_path, *purls), [FLASK]) == said


@pytest.mark.parametrize(("python", "told"), [("3.12.9", 1), ("3.13.0", 0), ("3.14.1", 0)])
def test_a_package_of_older_pythons_alone_is_missed_there_alone(tmp_path: Path, python: str, told: int) -> None:
    older = Package("PyPI", "typing-extensions", "4.16.0", (), before="3.13")
    assert len(differences(bill(tmp_path, f"pkg:generic/python@{python}"), [older])) == told


def test_a_debian_package_that_the_bill_lacks_is_told(tmp_path: Path) -> None:
    assert missing(bill(tmp_path, "pkg:deb/debian/libc6@2.41-12%2Bdeb13u4?arch=amd64&distro=debian-13"), STATUS) == []
    assert missing(bill(tmp_path, "pkg:deb/debian/libc6@2.36"), STATUS) == ["libc6 2.41-12+deb13u4"]
    assert missing(bill(tmp_path), STATUS + "\n\n" + STATUS.replace("libc6", "zlib1g")) == [
        "libc6 2.41-12+deb13u4",
        "zlib1g 2.41-12+deb13u4",
    ]


def test_the_figures_are_those_of_the_image_and_say_how_the_audit_ended(tmp_path: Path) -> None:
    locked = [each.purl for each in read(IMAGE)]
    found = figures(bill(tmp_path, *locked, "pkg:deb/debian/libc6@2"), 101_000_000, "Not audited: nobody answers.")
    assert f"| Python packages in the image | {len(locked)}, of which 0 not as locked |" in found
    assert "| Debian packages in the image | 1 |" in found
    assert "| Size of the image | 101 MB |" in found
    assert "| Audit | Not audited: nobody answers. |" in found
    assert f"| `requirements.txt` | {len(locked)} | " in found
