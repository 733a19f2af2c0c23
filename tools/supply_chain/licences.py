"""Licences of the packages in the images; `python -m tools.supply_chain.licences` writes docs/licences.md."""

from __future__ import annotations

import re
from collections import Counter
from importlib.metadata import metadata
from pathlib import Path

from tools.page import table
from tools.supply_chain.locks import IMAGE, LOCAL_CLOUD, ROOT, Package, read

PAGE = ROOT / "docs" / "licences.md"

# What may be in an image, and why, by SPDX's names (https://spdx.org/licenses); "BSD" is one whose package does not say
# which of the BSD licences it is, all of which ask for the notice alone.
_NOTICE = "asks for its notice to be kept; what a package says of itself is in the image as it came"
ALLOWED = {
    "Apache-2.0": _NOTICE + ", and grants the patents it needs",
    "BSD": _NOTICE,
    "BSD-2-Clause": _NOTICE,
    "BSD-3-Clause": _NOTICE,
    "CNRI-Python": _NOTICE,
    "MIT": _NOTICE,
    "MIT-0": "asks for nothing",
    "MPL-2.0": "asks for the source of changes to its own files; none is changed, and it is in the rehearsal alone",
    "PSF-2.0": _NOTICE,
    "ZPL-2.1": _NOTICE,
}

# What packages say that do not use SPDX's names yet.
_SAID = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ZPL 2.1": "ZPL-2.1",
}


class NoLicence(Exception):
    """A package does not say under which licence it is."""


def licence(package: Package) -> str:
    """The expression of an installed package's metadata. Raises NoLicence.

    https://packaging.python.org/en/latest/specifications/core-metadata/#license-expression, and its two predecessors.
    """
    about = metadata(package.name).json
    if expression := about.get("license_expression"):
        return str(expression)
    text = str(about.get("license", ""))
    if (name := _SAID.get(text, text)) in ALLOWED:
        return name
    classifiers = [each.rpartition(" :: ")[2] for each in about.get("classifier", []) if each.startswith("License ::")]
    if classified := sorted({_SAID.get(each, each) for each in classifiers if each != "OSI Approved"}):
        return " OR ".join(classified)
    raise NoLicence(f"{package.name} says {text!r} of its licence.")


def licences(expression: str) -> set[str]:
    """The single licences of an expression."""
    return set(re.split(r" (?:AND|OR) |[()]", expression)) - {""}


def images() -> dict[str, list[Package]]:
    """Packages of each image by its lock; the rehearsal's without what the service's has too."""
    service = [each for each in read(IMAGE) if not each.only_on_windows]
    known = {each.name for each in service}
    rehearsal = [each for each in read(LOCAL_CLOUD) if not each.only_on_windows and each.name not in known]
    return {"The service": service, "The rehearsal, besides": rehearsal}


def by_kind(packages: list[Package]) -> Counter[str]:
    """Packages by licence expression."""
    return Counter(licence(each) for each in {each.name: each for each in packages}.values())


def page() -> str:
    """docs/licences.md as it should be. Raises NoLicence."""
    parts = [
        "# Licences\n\nWhat the images hold of others, by the lock files and by what each package says of itself.\n"
        "`python -m tools.supply_chain.licences` writes this page. What tests and operates the platform\n"
        "is in no image. What the base brings, Python and some of Debian's libraries, says its licences under\n"
        "`/usr/share/doc`."
    ]
    for image, packages in images().items():
        rows = [(each.name, each.version, licence(each)) for each in packages]
        parts.append(f"## {image}\n\n" + table(("package", "version", "licence"), rows))
    used = sorted({name for packages in images().values() for each in packages for name in licences(licence(each))})
    terms = [(name, ALLOWED.get(name, "**is not allowed**")) for name in used]
    parts.append("## What they ask for\n\n" + table(("licence", "it"), terms))
    return "\n\n".join(parts) + "\n"


def main(place: Path = PAGE) -> None:
    place.write_text(page())


if __name__ == "__main__":
    main()
