"""Docker's command line, and the journey of a visitor by HTTP."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
IMAGE = os.environ.get("MYSFITS_IMAGE", "mysfits")
SURROUNDINGS = os.environ.get("MYSFITS_CLOUD_IMAGE", "mysfits-rehearsal")
[BASE] = re.findall(r"^ARG PYTHON_IMAGE=(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
EVANGELINE = "4e53920c-505a-4a90-a694-b9300791f0ae"


def docker(*arguments: str | Path, check: bool = True) -> str:
    """What a docker command says on either channel; it fails when the command does."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0 or not check, done.stdout + done.stderr
    return (done.stdout + done.stderr).strip()


def inspect(name: str) -> dict[str, Any]:
    (found,) = json.loads(docker("inspect", name))
    return found  # type: ignore[no-any-return]


def port_of(container: str, port: int) -> int:
    """The port of this machine that a port of the container is published on."""
    return int(docker("port", container, str(port)).splitlines()[0].rsplit(":", 1)[1])


def wait_until_healthy(container: str, patience: float = 40) -> None:
    deadline = time.monotonic() + patience
    while (status := inspect(container)["State"]["Health"]["Status"]) != "healthy":
        assert time.monotonic() < deadline, f"{container} is {status}:\n{docker('logs', container)}"


def call(method: str, url: str) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def journey(api: str) -> None:
    """Look around, view a profile, like, view it again; adopt what is not there."""
    assert call("GET", f"{api}/health")[0] == 200
    status, listed = call("GET", f"{api}/mysfits")
    assert (status, len(listed["mysfits"])) == (200, 12)
    before = call("GET", f"{api}/mysfits/{EVANGELINE}")[1]["likes"]
    assert call("POST", f"{api}/mysfits/{EVANGELINE}/like")[0] == 200
    assert call("GET", f"{api}/mysfits/{EVANGELINE}")[1]["likes"] == before + 1
    assert call("POST", f"{api}/mysfits/nobody/adopt")[0] == 404
