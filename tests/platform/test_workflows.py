"""Workflows, hooks and the dev container are made of this project's own commands, and what they use is pinned."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.platform.test_documents import MAKEFILE, TARGETS

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
NEEDED = {"check", "docs", "release", "tests"}


def workflow(path: Path) -> dict[str, Any]:
    # YAML takes the key `on` for a truth.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(path.read_text()).items()}


def commands(path: Path) -> Iterator[str]:
    for job in workflow(path)["jobs"].values():
        yield from (step["run"] for step in job["steps"] if "run" in step)


def made(line: str) -> list[str]:
    """The targets of a line that calls `make`."""
    found = re.fullmatch(r"make((?: [\w./-]+)+)", line.strip())
    return found[1].split() if found else []


def test_there_is_a_workflow_for_each_purpose() -> None:
    assert {path.stem for path in WORKFLOWS} == NEEDED
    assert all(path.suffix == ".yml" for path in WORKFLOWS)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_commit_with_the_version_beside(path: Path) -> None:
    used = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if re.search(r"\buses:", line)]
    assert used
    assert [line for line in used if not PINNED.match(line)] == []


def test_an_action_is_at_one_version_everywhere() -> None:
    used = {match for path in WORKFLOWS for match in re.findall(r"uses: (\S+)@(\S+)", path.read_text())}
    assert len({action for action, _ in used}) == len(used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_make_target_that_is_called_exists(path: Path) -> None:
    called = [target for command in commands(path) for line in command.splitlines() for target in made(line)]
    assert called
    assert set(called) <= TARGETS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_step_is_a_script_that_no_input_is_pasted_into(path: Path) -> None:
    for command in commands(path):
        assert "${{" not in command
        assert subprocess.run(["bash", "-n"], input=command, text=True).returncode == 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_and_a_job_that_may_more_says_so(path: Path) -> None:
    document = workflow(path)
    assert document["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in document["on"]
    for job in document["jobs"].values():
        assert job["timeout-minutes"] <= 90
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_a_release_is_tested_before_anything_is_made_and_everything_is_made_before_it_is_shown() -> None:
    jobs = workflow(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "test": None,
        "packages": "test",
        "image": "test",
        "publish": ["packages", "image"],
    }
    attested = [step["with"] for job in jobs.values() for step in job["steps"] if "attest@" in step.get("uses", "")]
    assert [set(each) & {"subject-path", "subject-digest", "sbom-path"} for each in attested] == [
        {"subject-path"},
        {"subject-digest"},
        {"subject-digest", "sbom-path"},
    ]


CHANGES = (
    "# Changelog\n\n## Unreleased\n\n* Soon.\n\n## {} - 2026-11-27\n\n### Added\n\n* Wings.\n\n## 0.1.0\n\n* Claws.\n"
)


@pytest.mark.parametrize("heading", ["0.2.0", "[0.2.0]"])
def test_the_notes_of_a_release_are_what_the_changelog_says_of_it(heading: str) -> None:
    command = [str(ROOT / "tools" / "release-notes"), "0.2.0"]
    notes = subprocess.run(command, input=CHANGES.format(heading), capture_output=True, text=True, check=True).stdout
    assert notes.strip() == "### Added\n\n* Wings."


def test_a_release_of_which_the_changelog_says_nothing_fails() -> None:
    command = [str(ROOT / "tools" / "release-notes"), "0.2"]
    done = subprocess.run(command, input=CHANGES.format("0.2.0"), capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "The changelog says nothing of 0.2.\n")


def test_the_hooks_are_the_commands_of_make_check_and_fetch_nothing() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    hooks = [hook["entry"].replace(" --force-exclude", "") for hook in repository["hooks"]]
    (recipe,) = re.findall(r"^check: .*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert hooks == [line.strip().replace("$(BIN)", ".venv/bin").removesuffix(" .") for line in recipe.splitlines()]
    assert all(hook["language"] == "system" for hook in repository["hooks"])


def test_the_dev_container_installs_and_then_runs_the_platform() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert re.fullmatch(r"[\w.]+(?:/[\w-]+)+:\d\S*", container["image"])
    assert container["postCreateCommand"] == "make .venv/ready"
    assert re.search(r"^\.venv/ready:", MAKEFILE, re.MULTILINE)
    assert container["postAttachCommand"] == "make run"
    ports = re.findall(r"<http://localhost:(\d+)>", (ROOT / "README.md").read_text())
    assert container["forwardPorts"] == [int(port) for port in ports]
    assert list(container["portsAttributes"]) == ports


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").iterdir()), ids=lambda path: path.stem)
def test_a_form_of_an_issue_has_what_it_needs(path: Path) -> None:
    form = yaml.safe_load(path.read_text())
    if path.stem == "config":
        assert form == {"blank_issues_enabled": True}
        return
    assert {"name", "description", "body"} <= set(form)
    ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert len(set(ids)) == len(ids) > 1
    assert all(field["attributes"].get("label") for field in form["body"] if field["type"] != "markdown")


def test_the_licence_is_named_in_every_distribution_and_is_there() -> None:
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text()
    for project in (ROOT / "pyproject.toml", *ROOT.glob("[!.]*/pyproject.toml")):
        assert re.search(r'^license = "Apache-2\.0"$', project.read_text(), re.MULTILINE), project
