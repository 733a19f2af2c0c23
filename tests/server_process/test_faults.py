"""The faults that concern the whole server, and the revision that all of its processes tell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ecs_emulator.cloud.endpoint import Cloud
from tests.kit.test_revision import metadata
from tests.platform_runner import PATIENCE, until
from tests.server import Server

ALLOWED = {"FAULTS_ALLOWED": "yes"}


def test_faults_are_refused_where_nobody_allows_them() -> None:
    settings = {"FEATURES": "likes", "DDB_TABLE_NAME": "t", "AWS_REGION": "us-east-1", "FAULTS": "crash-at-start"}
    environment = os.environ | settings
    result = subprocess.run([sys.executable, "-m", "app"], env=environment, capture_output=True, text=True)
    assert result.returncode == 2
    assert (result.stdout + result.stderr).startswith("Cannot start: FAULTS is set, which FAULTS_ALLOWED=yes has to")


def test_a_crash_at_start_ends_the_server_and_says_so() -> None:
    server = Server("none", FAULTS="crash-at-start", **ALLOWED)
    try:
        assert server.process.wait(PATIENCE) == 1
        (warning,) = server.events("Faults are switched on.")
        assert (warning["level"], warning["faults"]) == ("WARNING", {"crash-at-start": 1.0})
        assert "Crashed at start, as FAULTS asks." in server.output()
    finally:
        server.kill()


def test_a_slow_start_listens_late(cloud: Cloud) -> None:
    begun = time.monotonic()
    with Server("none", FAULTS="slow-start=3", **ALLOWED) as server:
        assert time.monotonic() - begun >= 3
        assert len(server.events("Faults are switched on.")) == 1
        assert server.stop() < 20


def healths(server: Server) -> set[int]:
    """What several connections hear, which different workers answer."""
    with ThreadPoolExecutor(8) as threads:
        return {status for status, _ in threads.map(lambda _: server.request("GET", "/health"), range(24))}


def test_one_signal_makes_every_worker_unhealthy_and_every_later_one(cloud: Cloud) -> None:
    with Server("none", FAULTS="unhealthy-on-usr1", WORKERS="3", **ALLOWED) as server:
        until(lambda: len(server.workers()) == 3, "three workers")
        assert healths(server) == {200}
        for _ in range(2):
            server.process.send_signal(signal.SIGUSR1)
        until(lambda: healths(server) == {503}, "all are unhealthy")
        before = server.workers()
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(server.workers()) == 3 and server.workers() != before, "another worker")
        for _ in range(5):
            assert 200 not in healths(server)
        assert server.request("GET", "/version")[0] == 200
        assert server.stop() < 20


def test_health_ends_after_its_time(cloud: Cloud) -> None:
    # Counted from the end of the slow start, so that there is a time in which it is healthy.
    with Server("none", FAULTS="slow-start=1,unhealthy-after=4", **ALLOWED) as server:
        until(lambda: healths(server) == {503}, "all are unhealthy")


def test_a_server_that_ignores_sigterm_goes_on_until_it_is_killed(cloud: Cloud) -> None:
    with Server("none", FAULTS="ignore-sigterm", **ALLOWED) as server:
        for _ in range(3):
            server.process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(3)
        assert server.request("GET", "/health")[0] == 200


def test_without_faults_nothing_is_said_of_them(cloud: Cloud) -> None:
    with Server("none", **ALLOWED) as server:
        assert "aults" not in server.output()


def test_all_workers_tell_the_revision_for_which_the_server_asked_once(cloud: Cloud) -> None:
    with (
        metadata() as (uri, asked),
        Server(
            "none", SERVICE_REVISION="", ECS_CONTAINER_METADATA_URI_V4=uri, SERVICE_COMMIT="3f2c1e0", WORKERS="2"
        ) as server,
    ):
        for _ in range(10):
            told = server.request("GET", "/version")[1]
            assert told == {"version": "development", "commit": "3f2c1e0", "revision": "mysfits-service:7"}
        assert len(asked) == 1
        assert {event["revision"] for event in server.events("Request answered.")} == {"mysfits-service:7"}


def test_a_metadata_endpoint_that_fails_is_a_warning_once(cloud: Cloud) -> None:
    with (
        metadata(500) as (uri, asked),
        Server("none", SERVICE_REVISION="", ECS_CONTAINER_METADATA_URI_V4=uri, WORKERS="2") as server,
    ):
        assert server.request("GET", "/version")[1]["revision"] == "unknown"
        assert len(server.events("ECS does not say which revision runs.")) == len(asked) == 1
