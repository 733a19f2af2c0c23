"""Another user of the machine, measured as one: no call is carried out, and no file of the rehearsal can be read."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.experiments.processes import children
from tests.platform_runner import PATIENCE, Platform

NOBODY = 65534
_NO_ROOT = "Only root can be another user, and this is none: NOT SHOWN that another user gets nowhere."


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A rehearsal whose folder was there before, and open to all."""
    above = tmp_path_factory.mktemp("other-user")
    # Nothing but the folder's own mode is in the way.
    for folder in (above, *list(above.parents)[:2]):
        folder.chmod(0o755)
    (above / "local").mkdir(mode=0o755)
    with Platform(above / "local", options=["--placeholder", "--speed", "10"]) as platform:
        platform.line("Ready", within=2 * PATIENCE)
        yield platform
        assert platform.stop() == 0, platform.output()


@pytest.fixture(scope="module")
def local(platform: Platform) -> Path:
    return platform.key_file.parent


def as_nobody(program: str, *arguments: str) -> Any:
    """What a Python program prints, as JSON, when uid 65534 runs it. The interpreter is the system's."""
    if os.geteuid() != 0 or not (setpriv := shutil.which("setpriv")):
        pytest.skip(_NO_ROOT)
    python = next((each for each in ("/usr/bin/python3", shutil.which("python3") or "") if _is_for_all(each)), None)
    if python is None:
        pytest.skip(f"{_NO_ROOT} There is no Python that another user may run.")
    command = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", python, "-I", "-c", program]
    done = subprocess.run([*command, *arguments], env={"PATH": os.defpath}, cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _is_for_all(program: str) -> bool:
    """Whether every folder on the way to a program may be entered by all."""
    path = Path(os.path.realpath(program)) if program else Path("/nowhere")
    return path.is_file() and all(each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents))


# Tries every file below a folder whose names it is told, for it may not list them.
READS = """
import json, os, sys
def opens(path):
    try:
        os.close(os.open(path, os.O_RDONLY))
        return True
    except OSError:
        return False
paths = json.loads(sys.argv[1])
print(json.dumps({"read": [path for path in paths if opens(path)], "uid": os.getuid()}))
"""


def test_another_user_reads_no_file_and_lists_no_folder(platform: Platform, local: Path) -> None:
    assert local.stat().st_mode & 0o777 == 0o700
    assert platform.key_file.stat().st_mode & 0o777 == 0o600
    everything = [str(path) for path in (local, *local.rglob("*"))]
    assert len(everything) > 10
    assert as_nobody(READS, json.dumps(everything)) == {"read": [], "uid": NOBODY}


# Sends what a client would, to every port that listens on this machine's loopback addresses.
CALLS = """
import json, sys, urllib.request, urllib.error
def call(url, headers, body):
    request = urllib.request.Request(url, body.encode() if body is not None else None, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
print(json.dumps([call(*each) for each in json.loads(sys.argv[1])]))
"""


def test_another_user_s_calls_are_refused(platform: Platform) -> None:
    scope = "20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
    json_type = "application/x-amz-json-1.1"
    ecs = "AmazonEC2ContainerServiceV20141113"
    form = "application/x-www-form-urlencoded"

    def signed(key_id: str, service: str) -> dict[str, str]:
        return {"Authorization": f"AWS4-HMAC-SHA256 Credential={key_id}/{scope.format(service)}"}

    url = f"{platform.cloud_url}/"
    calls: list[tuple[str, dict[str, str], str | None]] = []
    for key_id in ("local", "test", platform.key.id):
        for operation in ("RegisterTaskDefinition", "RunTask", "ListClusters"):
            headers = {"Content-Type": json_type, "X-Amz-Target": f"{ecs}.{operation}"}
            calls += [(url, headers | signed(key_id, "ecs"), "{}"), (url, headers, "{}")]
        stack = "Action=CreateStack&Version=2010-05-15&StackName=evil&TemplateBody=x"
        calls += [(url, {"Content-Type": form} | signed(key_id, "cloudformation"), stack), (f"{url}?{stack}", {}, None)]
        calls += [(f"{url}moto-api/data.json", {}, None), (f"{url}moto-api/reset", {}, ""), (url, {}, None)]
    assert set(as_nobody(CALLS, json.dumps(calls))) <= {400, 403}
    stacks = platform.client("cloudformation").describe_stacks()["Stacks"]
    assert "evil" not in [stack["StackName"] for stack in stacks]


def test_the_owner_s_unmodified_clients_go_on_working_with_mysfits_env(platform: Platform) -> None:
    aws = str(Path(sys.executable).parent / "aws")
    done = platform.mysfits("env", "--", aws, "ecs", "list-clusters", "--query", "length(clusterArns)")
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr


KNOCKS = """
import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
    print("true")
except OSError:
    print("false")
"""


def listening(pids: set[int]) -> set[int]:
    """The TCP ports on which processes listen."""
    inodes = set()
    for pid in pids:
        for entry in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                target = os.readlink(entry)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and row[9] in inodes}


@pytest.mark.skipif(sys.platform != "linux", reason="It is /proc that tells who listens where.")
def test_envoy_is_commanded_by_no_port(platform: Platform, local: Path) -> None:
    """Its admin is a socket in a folder of its owner's; on TCP it has the load balancer's listeners alone."""
    of_main = children(platform.process.pid)
    (pid,) = [pid for pid in of_main if "envoy" in Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]]
    api = int(platform.api_url.rpartition(":")[2])
    assert listening({pid}) == {api}
    folder = Path((local / "balancer" / "admin").read_text())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(str(folder / "admin").encode()) < 108
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(folder / "admin"))
    assert as_nobody(KNOCKS, str(folder / "admin")) is False


def test_every_port_but_the_service_s_own_refuses_what_a_page_sends(platform: Platform) -> None:
    """Of the ports of all its processes that are not the load balancer's, the site's or a task's own address."""
    ports = listening({platform.process.pid})
    site, api, cloud = (
        int(url.rpartition(":")[2]) for url in (platform.site_url, platform.api_url, platform.cloud_url)
    )
    assert cloud in ports
    control = ports - {site, api}
    assert len(control) == 4  # the AWS endpoint, the task metadata, the console, the sessions of ECS Exec
    for port in control:
        calls = [
            (f"http://127.0.0.1:{port}/", {"Origin": "http://evil.example"}, ""),
            (f"http://127.0.0.1:{port}/", {"Sec-Fetch-Site": "cross-site"}, None),
            (f"http://127.0.0.1:{port}/", {"Host": f"rebound.example:{port}"}, None),
        ]
        assert as_nobody(CALLS, json.dumps(calls)) == [403] * 3
