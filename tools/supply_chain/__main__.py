"""Supply chain, told: `python -m tools.supply_chain`, after `make image-test`."""

from __future__ import annotations

import argparse
import sys

from tools.page import machine, put, table
from tools.supply_chain.audit import audit
from tools.supply_chain.bill import SIZE, Bill, differences
from tools.supply_chain.licences import by_kind, images
from tools.supply_chain.locks import IMAGE, files, read


def figures(bill: Bill, size: int, audited: str) -> str:
    """The tables and the sentence for docs/reliability.md; `size` in bytes, `audited` what the audit said."""
    locks = [(f"`{name}`", len(packages := read(name)), sum(len(it.hashes) for it in packages)) for name in files()]
    kinds = {image: by_kind(packages) for image, packages in images().items()}
    licences = [
        (image, ", ".join(f"{name} {count}" for name, count in it.most_common())) for image, it in kinds.items()
    ]
    unlike = len(differences(bill, read(IMAGE)))
    rows = [
        ("Python packages in the image", f"{len(bill.of('pypi'))}, of which {unlike} not as locked"),
        ("Debian packages in the image", str(len(bill.of("deb/debian")))),
        ("Size of the image", f"{size / 1e6:.0f} MB"),
        *((f"Licences: {image[0].lower()}{image[1:]}", kinds) for image, kinds in licences),
        ("Audit", audited.replace("\n", "<br>")),
    ]
    hashes = table(("lock file", "packages", "hashes"), [(name, str(count), str(sums)) for name, count, sums in locks])
    return f"{hashes}\n\n{table(('what', 'is'), rows)}\n\n{machine()}."


def main() -> int:
    options = argparse.ArgumentParser(prog="make supply-chain", description=__doc__)
    options.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md")
    write = options.parse_args().write
    try:
        bill, size = Bill.read(), int(SIZE.read_text())
    except FileNotFoundError as error:
        print(f"There is no {error.filename} yet: `make image-test` writes it.", file=sys.stderr)
        return 1
    found = figures(bill, size, audit()[1])
    print(found)
    if write:
        put("supply-chain", found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
