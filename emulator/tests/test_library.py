"""An emulator as a library and as a fixture: it runs somebody's template with their own program, and ends whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import urllib.request
from pathlib import Path

import pytest

from ecs_emulator import Emulator
from ecs_emulator.stacks.programs import NoContainer
from ecs_emulator.stacks.templates import TemplateError

HERE = Path(__file__).parent
TEMPLATE = HERE / "web.yml"
# Says what it is told, and whom it is to AWS, by the credentials that it finds as on ECS.
PROGRAM = """
import http.server, json, os
import boto3
who = boto3.client("sts").get_caller_identity()["Arn"]
told = {name: os.environ.get(name) for name in ("PORT", "GREETING", "AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID")}

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(told | {"who": who, "folder": os.getcwd(), "pid": os.getpid()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): ...

http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
"""


def asked(url: str) -> dict[str, str]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        found: dict[str, str] = json.loads(answer.read())
        return found


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_program_of_ones_own_serves_behind_the_load_balancer_with_what_it_has_on_ecs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    # What a developer may have set is none of the program's, nor is it changed.
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    before = dict(os.environ)
    with Emulator(speed=20) as aws:
        outputs = aws.deploy(TEMPLATE, parameters={"Greeting": "good day"}, run={"web": f"{sys.executable} program.py"})
        answers = [asked(aws.url) for _ in range(20)]
        services = aws.client("ecs").list_services(cluster=outputs["ClusterName"])["serviceArns"]
        [first, *_] = answers
        assert (first["GREETING"], first["AWS_REGION"], first["folder"]) == ("good day", "us-east-1", str(tmp_path))
        assert first["AWS_PROFILE"] is first["AWS_ACCESS_KEY_ID"] is None
        assert re.search(r":assumed-role/|:role/", first["who"])
        # Two tasks at once, though the program listens on every address.
        assert len({each["PORT"] for each in answers}) == len({each["pid"] for each in answers}) == 2
        assert len(services) == 1
        assert aws.environment["AWS_ENDPOINT_URL"] == aws.endpoint_url
    assert dict(os.environ) == before
    assert not [each for each in answers if is_there(int(each["pid"]))]


def test_a_program_for_nobody_is_refused_and_what_a_task_that_died_said_is_told(tmp_path: Path) -> None:
    with Emulator(speed=100) as aws:
        with pytest.raises(NoContainer, match="No container of the templates is wob"):
            aws.deploy(TEMPLATE, run={"wob": "true"})
        failing = tmp_path / "web.yml"
        breaker = "      DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: true, Rollback: false}}\n"
        failing.write_text(TEMPLATE.read_text().replace("      DesiredCount: 2\n", f"      DesiredCount: 1\n{breaker}"))
        with pytest.raises(TemplateError, match=r"(?s)Circuit Breaker.*exit code 7"):
            aws.deploy(failing, run={"web": "exit 7"})


def test_a_template_without_a_load_balancer_is_deployed(tmp_path: Path) -> None:
    path = tmp_path / "table.yml"
    path.write_text('Resources: {Logs: {Type: "AWS::Logs::LogGroup", Properties: {LogGroupName: notes}}}')
    with Emulator() as aws:
        aws.deploy(path)
        assert aws.client("logs").describe_log_groups()["logGroups"][0]["logGroupName"] == "notes"


def test_the_example_of_the_readme_runs_as_it_is_written(tmp_path: Path) -> None:
    readme = (HERE.parent / "README.md").read_text()
    [example] = [each for each in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "Emulator(" in each]
    (tmp_path / "template.yml").write_text(TEMPLATE.read_text())
    (tmp_path / "example.py").write_text(example)
    ended = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "200" in ended.stdout


def test_a_test_of_somebody_s_has_the_fixture(tmp_path: Path) -> None:
    (tmp_path / "template.yml").write_text(TEMPLATE.read_text())
    readme = (HERE.parent / "README.md").read_text()
    [example] = [each for each in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "(ecs_emulator)" in each]
    (tmp_path / "test_theirs.py").write_text(textwrap.dedent(example))
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    plugin = ["-p", "ecs_emulator.pytest_plugin", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, "-q"], cwd=tmp_path, capture_output=True, text=True, timeout=100,
        # The plugin as a distribution's entry point has it, installed or not.
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(HERE.parent)}, check=False,
    )  # fmt: skip
    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr
