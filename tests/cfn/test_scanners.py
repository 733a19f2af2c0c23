"""Other people's checks: cfn-lint on the templates; checkov and parliament on what they become."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.cfn.platforms import CFN, Platform

SCANNERS = Path(__file__).parent.parent.parent / ".venv-scan" / "bin"


def _run(*command: str | Path) -> str:
    """What a scanner says; it fails when it finds something, and when it is not installed (tools/setup-scan)."""
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_cfn_lint_finds_nothing_and_is_told_to_overlook_nothing() -> None:
    templates = [path for path in CFN.glob("*.yml") if path.name != "stacks.yml"]
    _run(Path(sys.executable).parent / "cfn-lint", "--include-checks", "I", "--", *templates)
    assert "cfn-lint" not in "".join(path.read_text() for path in templates)


def test_checkov_finds_nothing_in_the_rendered_templates(rendered: Path) -> None:
    output = _run(
        SCANNERS / "checkov", "--skip-download", "--framework", "cloudformation", "--output", "json", "-d", rendered
    )
    found = json.loads(output)["summary"]
    assert found["passed"] > 200
    assert found["failed"] == found["parsing_errors"] == 0


def test_parliament_finds_nothing_in_the_policies(platform: Platform, tmp_path: Path) -> None:
    documents = {
        name: properties["PolicyDocument"]
        for kind in ("ManagedPolicy", "RolePolicy")
        for name, properties in platform.of_type(f"AWS::IAM::{kind}").items()
    }
    for name, role in platform.of_type("AWS::IAM::Role").items():
        documents |= {f"{name}-{each['PolicyName']}": each["PolicyDocument"] for each in role.get("Policies", [])}
    assert len(documents) >= 4
    for name, document in documents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    assert _run(SCANNERS / "parliament", "--directory", tmp_path).strip() == ""
