"""The emulator is anybody's: nothing in this folder names a platform that runs on it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

EMULATOR = Path(__file__).parent.parent
# Put together here, so that this file does not name them.
WORDS = ["my" + "sfit", "mono" + "lith", r"\bc" + "fn/", r"(?<![\w/-])a" + "pp/", r"\bstatic" + "-site"]
MODULES = ["a" + "pp", "o" + "ps", "my" + "sfits", "reli" + "ability", "be" + "nch", "to" + "ols", "te" + "sts"]
NAMED = re.compile("|".join(WORDS), re.IGNORECASE)
IMPORTED = re.compile(rf"^\s*(from|import)\s+({'|'.join(MODULES)})\b", re.IGNORECASE)


def test_no_file_of_the_emulator_names_or_imports_a_platform_of_somebody() -> None:
    found = [
        f"{path.relative_to(EMULATOR)}:{number}: {line.strip()[:100]}"
        for path in _files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if NAMED.search(line) or IMPORTED.search(line)
    ]
    assert not found, f"{len(found)} lines:\n" + "\n".join(found)


def test_no_file_of_the_emulator_has_such_a_name() -> None:
    assert not [path for path in _files() if NAMED.search(path.relative_to(EMULATOR).as_posix())]


def _files() -> list[Path]:
    """The files of this folder that are tracked; outside of a repository all that somebody has written."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=EMULATOR, capture_output=True, text=True)
    if listed.returncode == 0:
        paths = [EMULATOR / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in EMULATOR.rglob("*") if path.suffix in {".py", ".md", ".toml", ".yml", ".lua"}]
    found = [path for path in paths if path.is_file()]
    assert len(found) > 100
    return found
