"""What CodeBuild does, done here with stand-ins for `aws`, `docker` and `make` that note how they are called."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.image.docker import ROOT

REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mysfits-pipeline-images-a1b2"
COMMIT = "3f2c1e0d4b5a69788796a5b4c3d2e1f001122334"

Build = Callable[[bool], list[str]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Runs every command of buildspec.yml; the calls that it makes, when the image is in the repository or not."""

    def run(image_exists: bool) -> list[str]:
        (tmp_path / "bin").mkdir()
        for tool in ("aws", "docker", "make"):
            script = tmp_path / "bin" / tool
            failing = "" if image_exists else 'case "$*" in *describe-images*) exit 254;; esac\n'
            script.write_text(f'#!/bin/sh\necho "{tool} $*" >> "$CALLS"\n{failing}')
            script.chmod(0o755)
        for name in ("tools/check", ".ci/run"):
            (tmp_path / name).parent.mkdir()
            (tmp_path / name).touch(0o644)
        (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
        phases = yaml.safe_load((ROOT / "buildspec.yml").read_text())["phases"]
        commands = "\n".join(each for phase in phases.values() for each in phase.get("commands", []))
        environment = {
            "PATH": f"{tmp_path / 'bin'}:{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
            "CALLS": str(tmp_path / "calls"),
            "IMAGE_REPOSITORY": REPOSITORY,
            "CODEBUILD_RESOLVED_SOURCE_VERSION": COMMIT,
        }
        subprocess.run(["bash", "-e", "-o", "pipefail", "-c", commands], cwd=tmp_path, env=environment, check=True)
        return (tmp_path / "calls").read_text().splitlines()

    return run


def test_a_commit_is_checked_and_tested_before_anything_is_pushed(build: Build) -> None:
    calls = build(False)
    assert [call for call in calls if call.startswith("make ")] == ["make check", "make test-all", "make image-test"]
    pushed = next(number for number, call in enumerate(calls) if call.startswith("docker push"))
    assert pushed > calls.index("make image-test")


def test_the_image_is_built_pushed_and_handed_on_under_its_commit(build: Build, tmp_path: Path) -> None:
    calls = build(False)
    assert f"docker push {REPOSITORY}:{COMMIT}" in calls
    (built,) = [call for call in calls if call.startswith("docker build ")]
    assert f"COMMIT={COMMIT} --tag {REPOSITORY}:{COMMIT} ." in built
    handed_on = json.loads((tmp_path / "imagedefinitions.json").read_text())
    assert handed_on == [{"name": "monolith-service", "imageUri": f"{REPOSITORY}:{COMMIT}"}]


def test_scripts_can_be_run_though_the_source_came_in_a_zip(build: Build, tmp_path: Path) -> None:
    build(False)
    assert all(os.access(tmp_path / name, os.X_OK) for name in ("tools/check", ".ci/run"))


def test_docker_is_logged_in_to_the_registry_of_the_repository(build: Build) -> None:
    (login,) = [call for call in build(False) if call.startswith("docker login")]
    assert login.endswith("--password-stdin 123456789012.dkr.ecr.us-east-1.amazonaws.com")


def test_a_commit_that_has_its_image_is_deployed_without_a_second_push(build: Build, tmp_path: Path) -> None:
    calls = build(True)
    assert not [call for call in calls if call.startswith(("docker push", "docker build"))]
    assert (tmp_path / "imagedefinitions.json").exists()
