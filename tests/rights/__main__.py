"""`python -m tests.rights` writes ops/rights/*.json anew from calls.json and the schemas (`make rights`)."""

from __future__ import annotations

from ops.rights.documents import FOLDER
from tests.rights.policies import needed, policy, written


def main() -> None:
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name in needed():
        (FOLDER / f"{name}.json").write_text(written(policy(name)))


if __name__ == "__main__":
    main()
