"""Templates in the manner of others play whole: ready is every listener that they have, and what stands in is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from emulator.tests.support.waiting import PATIENCE

STRANGERS = Path(__file__).parent / "strangers"
PROGRAM = """
import http.server, json, os, sys
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
# In a process of its own: an emulator that ends lets moto forget what other tests of this process have stored.
PLAYED = """
import json, sys, urllib.error, urllib.request
from pathlib import Path
from ecs_emulator import Emulator

def asked(port, path):
    try:
        with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""

folder = Path(sys.argv[1])
with Emulator(speed=20) as aws:
    aws.deploy(folder / "worker.json")
    assert aws.balancer.listeners() == ()
    aws.deploy(folder / "cdk.json")
    aws.deploy(folder / "instances.yml", run={"app": f"{sys.executable} {sys.argv[2]}"})
    told = json.loads(asked(aws.url.rpartition(":")[2], "/")[1])
    outputs = aws.deploy(folder / "two-balancers.yml")
    ports = {each.port: each.local_port for each in aws.balancer.listeners()}
    answers = {f"{port}{path}": asked(ports[port], path)[0] for port in (443, 81) for path in ("/", "/site")}
    queue = aws.client("sqs").list_queues()["QueueUrls"]
    said = [*aws.notices(), *aws.without_effect()]
    print(json.dumps({"told": told, "answers": answers, "queue": queue, "outputs": outputs, "said": said}))
"""


def test_templates_in_the_manner_of_others_play_whole(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-c", PLAYED, str(STRANGERS), str(program)],
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    played = json.loads(done.stdout.splitlines()[-1])
    # HTTPS alone, with 503 by default and one rule; and a listener on port 81 of a second load balancer.
    assert played["answers"] == {"443/": 503, "443/site": 200, "81/": 200, "81/site": 200}
    assert len({played["outputs"][name] for name in ("Public", "Internal", "InstancesUrl")}) == 3
    # Whoever asks has the queue's address by the host that it asked.
    assert played["queue"][0].rpartition("/")[2] == played["told"].pop("QUEUE").rpartition("/")[2] == "instances-Jobs"
    assert played["told"] == {
        "DATABASE": "instances-database.rds.us-east-1.invalid",
        "PASSWORD": "open sesame",
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
    }
    said = " ".join(played["said"])
    assert "The container app has DATABASE of Database.Endpoint.Address, a stub of AWS::RDS::DBInstance" in said
    assert "container instances: tasks of the EC2 launch type run here" in said
    assert "AutoScaling (AutoScalingGroup)" in said
