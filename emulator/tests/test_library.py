"""An emulator as a library and as a fixture: it runs somebody's template with their own program, and ends whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

from emulator.tests.support.waiting import PATIENCE

HERE = Path(__file__).parent
TEMPLATE = HERE / "web.yml"
# Says what it is told, and whom it is to AWS, by the credentials that it finds as on ECS.
PROGRAM = """
import http.server, json, os
import boto3
by = boto3.Session().get_credentials().method
who = boto3.client("sts").get_caller_identity()["Arn"]
told = {name: os.environ.get(name) for name in ("PORT", "GREETING", "AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID")}

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(told | {"who": who, "by": by, "folder": os.getcwd(), "pid": os.getpid()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): ...

http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
"""


# In processes of their own: an emulator that ends lets moto forget what other tests of this process have stored.
SERVED = """
import json, os, sys, urllib.request
from ecs_emulator import Emulator

def asked(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.loads(answer.read())

before = dict(os.environ)
for greeting in ("good day", "good night"):
    with Emulator(speed=20) as aws:
        run = {"web": f"{sys.executable} program.py"}
        outputs = aws.deploy(sys.argv[1], parameters={"Greeting": greeting}, run=run)
        answers = [asked(aws.url) for _ in range(20)]
        services = aws.client("ecs").list_services(cluster=outputs["ClusterName"])["serviceArns"]
        assert aws.environment["AWS_ENDPOINT_URL"] == aws.endpoint_url
        assert len(services) == 1, services
        assert {each["GREETING"] for each in answers} == {greeting}, answers
assert dict(os.environ) == before
left = [each["pid"] for each in answers if os.path.exists(f"/proc/{each['pid']}")]
print(json.dumps({"answers": answers, "left": left}))
"""
REFUSED = """
import sys
from pathlib import Path
from ecs_emulator import Emulator

breaker = "      DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: true, Rollback: false}}\\n"
text = Path(sys.argv[1]).read_text().replace("      DesiredCount: 2\\n", f"      DesiredCount: 1\\n{breaker}")
# A stack that goes back takes its cluster with it, and what the tasks said.
cluster = '  Cluster: {Type: "AWS::ECS::Cluster"}\\n'
assert cluster in text
text = text.replace(cluster, "").replace("!Ref Cluster", "shared")
Path("web.yml").write_text(text)
Path("cluster.yml").write_text(
    'Resources: {Cluster: {Type: "AWS::ECS::Cluster", Properties: {ClusterName: shared}}}'
)
with Emulator(speed=100) as aws:
    aws.deploy("cluster.yml")
    for run in ({"wob": "true"}, {"web": "exit 7"}):
        try:
            aws.deploy("web.yml", run=run)
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    try:
        Emulator().__enter__()
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
    Path("table.yml").write_text('Resources: {L: {Type: "AWS::Logs::LogGroup", Properties: {LogGroupName: notes}}}')
    # There is a load balancer that answers nobody; a template without one waits for none.
    aws.client("cloudformation").delete_stack(StackName="web")
    aws.client("cloudformation").get_waiter("stack_delete_complete").wait(StackName="web")
    aws.deploy("table.yml")
    print([each["logGroupName"] for each in aws.client("logs").describe_log_groups()["logGroups"]])
"""


def run(program: str, folder: Path, **variables: str) -> str:
    """What a program prints that is given the template."""
    ended = subprocess.run(
        [sys.executable, "-c", program, str(TEMPLATE)], cwd=folder, env={**os.environ, **variables},
        capture_output=True, text=True, timeout=2 * PATIENCE, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_a_program_of_ones_own_serves_behind_the_load_balancer_with_what_it_has_on_ecs(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    # What a developer may have set is none of the program's, nor is it changed.
    told = json.loads(run(SERVED, tmp_path, AWS_PROFILE="production", AWS_ENDPOINT_URL="http://127.0.0.1:1"))
    answers = told["answers"]
    [first, *_] = answers
    assert (first["AWS_REGION"], first["folder"]) == ("us-east-1", str(tmp_path))
    assert first["AWS_PROFILE"] is first["AWS_ACCESS_KEY_ID"] is None
    # By a key of its own, from the address that ECS gives a task.
    assert (first["by"], first["who"].startswith("arn:aws:sts::123456789012:")) == ("container-role", True)
    # Two tasks at once, though the program listens on every address.
    assert len({each["PORT"] for each in answers}) == len({each["pid"] for each in answers}) == 2
    assert told["left"] == []


def test_what_cannot_be_deployed_is_told_with_the_last_words_of_the_task_that_died(tmp_path: Path) -> None:
    lines = run(REFUSED, tmp_path).splitlines()
    assert lines[0] == "NoContainer: No container of the templates is wob, by its name or its image. There are: web."
    assert lines[1].startswith("TemplateError: web.yml: Service: ")
    assert any("exit code 7" in line or "exited with 7" in line for line in lines), lines
    assert "AlreadyRunning: Another emulator runs in this process; there can be one at a time." in lines
    assert lines[-1] == "['notes']"


def test_the_example_of_the_readme_runs_as_it_is_written(tmp_path: Path) -> None:
    readme = (HERE.parent / "README.md").read_text()
    [example] = [each for each in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "Emulator(" in each]
    (tmp_path / "template.yml").write_text(TEMPLATE.read_text())
    (tmp_path / "example.py").write_text(example)
    ended = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
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
        [sys.executable, "-m", "pytest", *plugin, "-q"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE,
        # The plugin as a distribution's entry point has it, installed or not.
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(HERE.parent)}, check=False,
    )  # fmt: skip
    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr
