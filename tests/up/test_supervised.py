"""What dies beneath `mysfits up` is started again and said, or ends it with the reason."""

from __future__ import annotations

import contextlib
import os
import signal
import urllib.error
import urllib.request
from pathlib import Path

from tests.platform_runner import Platform, until

FAST = ["--placeholder", "--speed", "10"]
# At SIGUSR1 an exception ends every thread that is named here; a task, which inherits nothing, has no such handler.
INJECTION = """
import ctypes, os, signal, threading

class Injected(BaseException):
    pass

def inject(*_):
    for thread in threading.enumerate():
        if thread.name in os.environ.get("INJECTED_INTO", "").split(","):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Injected))

signal.signal(signal.SIGUSR1, inject)
"""
THREADS = ("The site's server", "The AWS endpoint's server", "The scheduler")


def answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=30) as answer:
        return bool(answer.status == 200)
    return False


def restarts(platform: Platform, name: str) -> int:
    return platform.output().count(f"{name} ended (")


def test_a_killed_keeper_and_a_killed_envoy_are_followed_by_new_ones_that_leave_no_orphan(tmp_path: Path) -> None:
    with Platform(tmp_path / "local", options=FAST) as platform:
        platform.ready()
        [reaper], [envoy] = platform.reapers(), platform.envoys()
        os.kill(reaper, signal.SIGKILL)
        platform.line("The reaper ended (signal 9); it is started again.")
        until(lambda: platform.reapers() not in ([], [reaper]), "there is a new reaper")
        # Started by the one reaper, and kept by the other.
        os.kill(envoy, signal.SIGKILL)
        platform.line("Envoy ended (signal 9); it is started again.")
        until(lambda: answers(f"{platform.api_url}/"), "the load balancer answers")
        assert all(answers(f"{platform.api_url}/") for _ in range(20))
        until(lambda: "target healthy" in platform.mysfits("status").stdout, "status says so")
        assert "Traceback" not in platform.output()
        assert len(platform.tasks()) + len(platform.envoys()) >= 1

        assert platform.stop(signal.SIGKILL) == -signal.SIGKILL
        platform.none_left()
        told = platform.mysfits("status")
        assert (told.returncode, told.stdout) == (3, "")
        assert "No emulator is running here." in told.stderr


def test_threads_that_an_exception_ends_go_on_and_what_ends_again_and_again_ends_up(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(INJECTION)
    injection = {"PYTHONPATH": str(tmp_path), "INJECTED_INTO": ",".join(THREADS)}
    with Platform(tmp_path / "local", options=FAST, **injection) as platform:
        platform.ready()
        platform.process.send_signal(signal.SIGUSR1)
        for name in THREADS:
            platform.line(f"{name} ended (sitecustomize.Injected); it is started again.")
        until(lambda: answers(f"{platform.site_url}/"), "the site answers")
        cluster = platform.outputs["ClusterName"]
        ecs = platform.client("ecs")
        [service] = ecs.list_services(cluster=cluster)["serviceArns"]
        ecs.update_service(cluster=cluster, service=service, desiredCount=1)

        def running() -> int:
            return int(ecs.describe_services(cluster=cluster, services=[service])["services"][0]["runningCount"])

        until(lambda: running() == 1, "the scheduler goes on")

        def killed_again() -> bool:
            for envoy in platform.envoys():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(envoy, signal.SIGKILL)
            return platform.process.poll() is not None

        until(killed_again, "it ends by itself")
        assert platform.ended() == 1
        assert restarts(platform, "Envoy") == 4
        last = "Error: Envoy ended 5 times within 60 s, the last time with signal 9."
        assert last in platform.output()
        assert "What was stored is kept" in platform.output()
        platform.none_left()
