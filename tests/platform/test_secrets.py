"""No file of the project holds a secret, or says where on somebody's machine it was written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What a secret looks like, and one that is made up, in two parts: this file, too, is looked at.
SECRETS: dict[str, tuple[bytes, tuple[str, str]]] = {
    "a key of AWS": (rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", ("AKI", "A" + "Q7" * 8)),
    "the secret of one": (
        rb"(?i)secret_?(?:access_?)?key[\"']?\s*[=:]\s*[\"']?[a-z0-9/+]{40}(?![a-z0-9/+])",
        ("aws_secret_access_", "key = " + "aB3/" * 10),
    ),
    "a private key": (rb"-----BEGIN [A-Z ]*PRIVATE KEY", ("-----BEGIN RSA PRI", "VATE KEY-----")),
    "a token of GitHub": (rb"\b(?:gh[opsur]_[A-Za-z0-9]{36}|github_pat_\w{22})", ("gh", "p_" + "a1B2" * 9)),
    "a token of PyPI or npm": (rb"\b(?:pypi-[\w-]{50}|npm_[A-Za-z0-9]{36})", ("py", "pi-" + "AgEI" * 13)),
    "a token of Slack": (rb"\bxox[abprs]-[A-Za-z0-9-]{10}", ("xo", "xb-1234567890-1")),
    "a key of Google": (rb"\bAIza[\w-]{35}", ("AI", "za" + "x-Y_0" * 7)),
    "a signed token": (rb"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.", ("ey", "JhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.x")),
    "a password in an address": (rb"://[\w.-]+:[^\s/@:{}$<>\"']{3,}@[\w-]+", ("https:/", "/me:hunter2@index.example")),
    "a folder of somebody's": (rb"(?<![\w.-])/(?:root|home/[\w.-]+|Users/[\w.-]+)/\w", ("/ro", "ot/project")),
    "a package index of somebody's": (
        rb"(?i)https?://[\w.:-]+/(?:[\w-]+/)*(?:simple|pypi|npm)/",
        ("http://mirror.", "example:3141/team/simple/"),
    ),
}


def ignored() -> set[str]:
    return {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()} | {".git"}


def files() -> Iterator[Path]:
    """What is, or would be, in the repository."""
    left_out = ignored()
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [each for each in folders if each not in left_out and not each.endswith(".egg-info")]
        yield from (Path(folder, name) for name in names if name not in left_out)


@pytest.mark.parametrize("kind", SECRETS)
def test_a_made_up_one_is_found(kind: str) -> None:
    pattern, parts = SECRETS[kind]
    assert re.search(pattern, "".join(parts).encode())


def test_no_file_holds_a_secret_or_names_a_machine() -> None:
    looked_at = 0
    for path in files():
        content = path.read_bytes()
        looked_at += 1
        for kind, (pattern, _) in SECRETS.items():
            found = re.search(pattern, content)
            assert not found, f"{path.relative_to(ROOT)} seems to hold {kind}, at byte {found.start()}"
    assert looked_at > 400
