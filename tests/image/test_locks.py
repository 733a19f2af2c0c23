"""The locked dependencies: of the images, of what tests and scans, and of what audits the site."""

from __future__ import annotations

import re

import pytest

from tests.image.docker import ROOT
from tools.supply_chain.locks import AUDIT, IMAGE, LOCAL_CLOUD, NPM, files, read


def _locked(name: str) -> set[tuple[str, str]]:
    return {(each.name, each.version) for each in read(name)}


@pytest.mark.parametrize("name", [IMAGE, LOCAL_CLOUD])
def test_what_the_images_run_is_what_the_tests_ran(name: str) -> None:
    locked = _locked(name)
    assert len(locked) > 10
    assert locked <= _locked("requirements-dev.txt")


def test_every_list_of_dependencies_has_its_lock() -> None:
    wanted = {path.with_suffix(".txt").name for path in ROOT.glob("requirements*.in")}
    assert set(files()) == wanted | {"requirements.txt", "requirements-dev.txt", *NPM}


@pytest.mark.parametrize("name", files())
def test_every_dependency_is_locked_by_hash_and_none_by_its_place(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = read(name)
    # No line that names a package was overlooked, but for those that come in the file of another.
    named = len(re.findall(r'^[\w.-]+ ?(?:==|@|>|<|~=)|^    "node_modules/', text, re.MULTILINE))
    assert len(packages) == named - text.count('"inBundle": true') > 6
    for each in packages:
        assert each.hashes, f"{each.name} in {name} has no hash"
        assert all(re.match(r"sha(256:[0-9a-f]{64}|512-[\w+/]{86}==)$", one) for one in each.hashes)
    assert not re.search(r'index-url|find-links|"resolved"|"link"|://|\bgit\+|\bfile:', text)


def _installing() -> list[tuple[str, str]]:
    """Every command that installs Python packages, and the file that it is in."""
    listed = [ROOT / each for each in ("Dockerfile", "Makefile", "buildspec.yml", ".ci/run")]
    found = []
    for path in [*listed, *sorted((ROOT / "tools").iterdir())]:
        if path.is_file():
            lines = path.read_text().replace("\\\n", " ").splitlines()
            found += [
                (path.name, each) for each in lines if re.search(r"\bpip (?:--\S+ \S+ )?(?:install|sync)\b", each)
            ]
    return found


def test_every_command_that_installs_packages_checks_their_hashes() -> None:
    commands = _installing()
    tools = {f"setup-{each}" for each in ("docs", "mutation", "peers", "python", "scan")}
    assert {name for name, _ in commands} == {"Dockerfile", *tools}
    for name, command in commands:
        # The project itself comes from this folder.
        assert (
            "--require-hashes" in command
            or "--no-deps --no-build-isolation --editable emulator --editable ." in command
        ), name
    # npm holds what it gets against its lock with `ci`, and with `install` changes the lock.
    assert 'npm(["ci", ' in (ROOT / AUDIT).with_name("audit.py").read_text()
    for name in ("setup-audit", "setup-peers"):
        assert re.search(r"npm\(.*\n +ci ", (ROOT / "tools" / name).read_text()), name


def test_the_builder_sees_only_what_the_dockerfile_copies() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    sent = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert sent == copied
