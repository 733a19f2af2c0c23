"""`mysfits push` takes a snapshot of the code, under a tag that says what it is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.snapshots import Snapshots
from emulator.tests.support.waiting import PATIENCE
from mysfits.cli import main
from ops.local.image import snapshots
from ops.push import push


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "__main__.py").write_text("print('one')\n")
    (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    return folder


@pytest.fixture
def images(tmp_path: Path) -> Snapshots:
    return snapshots(tmp_path)


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com"]
    return subprocess.run(
        ["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=PATIENCE
    ).stdout.strip()


@pytest.fixture
def commit(source: Path) -> str:
    """The source is a repository with nothing left to commit; its commit."""
    git(source, "init", "--quiet")
    git(source, "add", ".")
    git(source, "commit", "--quiet", "--message", "One")
    return git(source, "rev-parse", "HEAD")


def commit_of(folder: Path, tag: str) -> str:
    image = Images(folder / "images").resolve(f"mysfits:{tag}")
    assert image
    return image.environment["SERVICE_COMMIT"]


def test_the_tag_is_the_commit(images: Snapshots, source: Path, commit: str) -> None:
    (source / "notes.txt").write_text("not part of the image")
    assert push(images, source=source) == (commit[:7], True)
    assert push(images, source=source) == (commit[:7], False)
    assert commit_of(source.parent, commit[:7]) == commit


@pytest.mark.parametrize("change", ["app/__main__.py", "app/new.py", "pyproject.toml"])
def test_code_that_is_not_committed_has_a_tag_of_its_own(
    images: Snapshots, source: Path, commit: str, change: str
) -> None:
    assert push(images, source=source).tag == commit[:7]
    tags = set()
    for version in ("2", "3"):
        (source / change).write_text(f'[project]\nversion = "{version}"\n')
        tag, is_new = push(images, source=source)
        assert is_new
        assert tag.startswith(f"{commit[:7]}-")
        assert commit_of(source.parent, tag) == f"{commit}{tag.removeprefix(commit[:7])}"
        tags.add(tag)
    assert len(tags) == 2


def test_without_git_the_tag_is_the_content(images: Snapshots, source: Path) -> None:
    tag, is_new = push(images, source=source)
    assert (len(tag), is_new) == (12, True)
    assert push(images, source=source) == (tag, False)
    assert commit_of(source.parent, tag) == "unknown"


def mysfits(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "local"))
    return tmp_path / "local"


def test_the_command_prints_the_tag_and_needs_no_rehearsal(folder: Path) -> None:
    result = mysfits("push", "v1")
    assert (result.exit_code, result.output) == (0, "v1\n")
    assert (folder / "images" / "v1" / "app" / "__main__.py").exists()
    result = mysfits("push", "--json")
    pushed = json.loads(result.stdout)
    assert (result.exit_code, pushed["outcome"], pushed["new"]) == (0, "done", True)
    assert (folder / "images" / pushed["tag"] / "app").is_dir()


def test_a_tag_that_is_none_or_taken_is_one_clear_line(folder: Path) -> None:
    refused = mysfits("push", "v/1")
    assert (refused.exit_code, refused.output) == (
        2,
        "Error: 'v/1' is no tag; up to 128 letters, digits and . _ - with no . or - in front.\n",
    )
    mysfits("push", "v1")
    about = folder / "images" / "v1" / "image.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), "digest": "other"}))
    refused = mysfits("push", "v1")
    assert (refused.exit_code, refused.output) == (
        4,
        "Error: The tag v1 stands for other code already, and tags are never overwritten; choose another.\n",
    )
