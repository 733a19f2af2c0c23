"""The locked dependencies of the images."""

from __future__ import annotations

import re

import pytest

from tests.image.docker import ROOT


def _locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-rehearsal.txt"])
def test_what_the_images_run_is_what_the_tests_ran(name: str) -> None:
    locked = _locked(name)
    assert len(locked) > 10
    assert locked.items() <= _locked("requirements-dev.txt").items()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-rehearsal.txt", "requirements-scan.txt"])
def test_every_dependency_is_locked_by_hash_and_none_by_its_place(name: str) -> None:
    text = (ROOT / name).read_text()
    assert text.count("--hash=sha256:") >= len(_locked(name))
    assert not re.search(r"index-url|find-links|://", text)


def test_the_builder_sees_only_what_the_dockerfile_copies() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    sent = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert sent == copied
