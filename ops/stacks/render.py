"""`python -m ops.stacks.render FOLDER` writes the stacks of cfn/stacks.yml, rendered, as JSON files into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from ecs_emulator.stacks.files import listed
from ecs_emulator.stacks.render import render


def main(listing: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, stack in render(listed(listing)).items():
        (folder / f"{name}.json").write_text(stack.template())


if __name__ == "__main__":
    main(Path(__file__).parents[2] / "cfn" / "stacks.yml", Path(sys.argv[1]))
