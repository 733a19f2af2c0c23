"""The golden journey by HTTP, and the log line that it leaves, as another team's client would see them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from rehearsal.local import client_environment
from tests.platform_runner import Platform, until

NESSI = "a68db521-c031-44c7-b5ef-bfa4c0850e2a"


def call(method: str, url: str, **headers: str) -> tuple[int, Any, Any]:
    """(status, body as JSON, headers)"""
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), error.headers


def test_a_like_is_seen_in_the_profile_and_in_the_log(platform: Platform) -> None:
    api = platform.api_url
    assert len(call("GET", f"{api}/mysfits")[1]["mysfits"]) == 12
    before = call("GET", f"{api}/mysfits/{NESSI}")[1]
    assert (before["name"], before["species"], before["age"]) == ("Nessi", "Plesiosaurus", 75_000_000)

    status, answer, headers = call("POST", f"{api}/mysfits/{NESSI}/like", **{"X-Request-ID": "journey-1"})
    assert (status, answer["Update"], headers["X-Request-ID"]) == (200, "Success", "journey-1")
    assert call("GET", f"{api}/mysfits/{NESSI}")[1]["likes"] == before["likes"] + 1

    def line() -> str:
        output = platform.mysfits("logs", "--grep", "Like processed.", "--json").stdout
        return next((each for each in output.splitlines() if "journey-1" in each), "")

    event = json.loads(until(line, "the log line"))
    assert event["message"] == "Like processed."
    assert (event["mysfit_id"], event["request_id"]) == (NESSI, "journey-1")

    # The same with the AWS CLI, which knows nothing of us.
    command = [
        str(Path(sys.executable).parent / "aws"),
        *("logs", "filter-log-events", "--log-group-name", platform.outputs["LogGroup"]),
        *("--filter-pattern", '"Like processed."', "--query", "events[].message", "--output", "json"),
    ]
    environment = os.environ | client_environment(platform.cloud_url)
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert any("journey-1" in message for message in json.loads(found))


def test_an_adoption_happens_once_and_never_for_nobody(platform: Platform) -> None:
    api = platform.api_url
    assert call("POST", f"{api}/mysfits/{NESSI}/adopt")[0] == 200
    status, problem, headers = call("POST", f"{api}/mysfits/{NESSI}/adopt", Origin=platform.site_url)
    assert (status, problem["title"]) == (409, "Already adopted")
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert call("POST", f"{api}/mysfits/nobody/adopt")[0] == 404
    assert len(call("GET", f"{api}/mysfits")[1]["mysfits"]) == 12
