"""Templates in the manner of others play whole: every service steady, every listener answering, what stands in said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emulator.tests.support.waiting import PATIENCE

HERE = Path(__file__).parent
STRANGERS = HERE / "strangers"
PROGRAM = """
import http.server, json, os
told = {name: os.environ.get(name) for name in ("QUEUE", "DATABASE", "PASSWORD", "AWS_EXECUTION_ENV")}

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): ...

http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
"""
# By a set's name: its files, and what is asked of port, path and perhaps a header, with the answer's status.
SETS: dict[str, tuple[list[str], dict[str, str]]] = {
    "tutorial": (["tutorial.yml"], {"80 /": "200"}),
    "reference": (["reference/master.yml"], {"80 /": "200", "80 /products/1": "200", "80 /nowhere": "503"}),
    "exports": (["exports/cluster-stack.yml", "exports/web-stack.yml"], {"80 /web": "200", "80 /": "404"}),
    "carried": (["carried/cluster.yml", "carried/web.yml"], {"80 /web": "200", "80 /": "404"}),
    "parents": (["parents/base.yml", "parents/shop.yml"], {"80 / Host=shop.example.com": "200", "80 /": "404"}),
    "console": (["console.json"], {"80 /": "200"}),
    "https-only": (["https-only.yml"], {"443 /": "200"}),
    "redirect": (["redirect.yml"], {"80 /a?b=c": "301 https", "443 /a": "200"}),
    "default-only": (["default-only.yml"], {"8080 /": "418", "8081 /": "503"}),
    "discovery": (["discovery.yml"], {}),
    "serverless": (["serverless/parent.yml"], {"80 /": "200"}),
    "loops": (["loops.yml"], {"80 /orders/1": "200", "80 /users": "200", "80 /": '404 {"services":2}'}),
    "bridge": (["bridge.json"], {"80 /": "200", "80 /like/1": "200"}),
    "capacity": (["capacity.yml"], {"3000 /": "200"}),
    "hosts": (
        ["hosts.yml"],
        {"80 /": "404", "80 / Host=a.shop.example": "200", "80 / X-Preview=yes": "200", "80 / X-Preview=no": "404"},
    ),
    "sidecars": (["sidecars.yml"], {"80 /": "200", "9901 /": "200"}),
    "scaled": (["scaled.yml"], {"80 /": "200"}),
    "pipeline": (["pipeline.yml"], {"80 /": "200"}),
    "database": (["database.yml"], {"80 /": "200"}),
    "front": (["front.yml"], {"80 /": "403", "80 / X-Origin=distribution": "200"}),
    "two-listeners": (["two-listeners.yml"], {"80 /": "200", "8080 /": "503"}),
    "scheduled": (["scheduled.yml"], {}),
    "spread": (["spread.yml"], {"80 /api/users": "200", "80 /api/threads/1": "200", "80 /": "404"}),
    "multi": (["Multi.template.json"], {"80 /": "200", "80 /api/x": "200"}),
    "cdk": (["cdk.json"], {}),
    "worker": (["worker.json"], {}),
    "two-balancers": (["two-balancers.yml"], {"443 /": "503", "443 /site": "200", "81 /": "200"}),
    "instances": (["instances.yml"], {"80 /": ""}),
    "network": (["network.yml"], {"80 /": "200", "443 /": "200"}),
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What became of every set, in a process of its own: an emulator that ends lets moto forget what other tests of
    this process have stored.
    """
    folder = tmp_path_factory.mktemp("strangers")
    program = folder / "program.py"
    program.write_text(PROGRAM)
    sets = {name: {"files": files, "asked": list(asked)} for name, (files, asked) in SETS.items()}
    done = subprocess.run(
        [sys.executable, str(HERE / "play_strangers.py"), str(STRANGERS), str(program)],
        input=json.dumps(sets),
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", [each for each in SETS if each != "instances"])
def test_a_set_of_templates_plays_whole(played: Any, name: str) -> None:
    assert played["sets"][name]["error"] == ""
    assert played["sets"][name]["answers"] == SETS[name][1]


def test_every_service_is_steady(played: Any) -> None:
    services = played["services"]
    assert len(services) >= 30
    assert {name: counts for name, counts in services.items() if counts[0] != counts[1] or counts[2] != 1} == {}


def test_a_program_has_what_its_template_says_and_stubs_are_said(played: Any) -> None:
    assert played["sets"]["instances"]["error"] == ""
    told = json.loads(played["sets"]["instances"]["answers"]["80 /"].partition(" ")[2])
    # Whoever asks has the queue's address by the host that it asked.
    names = [each.rpartition("/")[2] for each in played["queues"]]
    assert told.pop("QUEUE").rpartition("/")[2] in names
    assert told == {
        "DATABASE": "instances-database.rds.us-east-1.invalid",
        "PASSWORD": "open sesame",
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
    }
    said = " ".join(played["said"])
    assert "The container app has DATABASE of Database.Endpoint.Address, a stub of AWS::RDS::DBInstance" in said
    assert "container instances: tasks of the EC2 launch type run here" in said
    assert "AutoScaling (AutoScalingGroup)" in said


def test_every_load_balancer_has_an_address_of_its_own(played: Any) -> None:
    outputs = played["outputs"]
    assert len({outputs[name] for name in ("Public", "Internal", "InstancesUrl")}) == 3
