"""`mysfits up --detach`, `wait`, `reset` and `down`: the platform beside, for scripts."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import urllib.request
from pathlib import Path

from tests.platform_runner import MYSFITS, PATIENCE, ROOT, free_ports, living, until


def test_a_platform_that_is_detached_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    local = tmp_path / "local"
    site, api, cloud = free_ports(3)
    ports = {"SITE_PORT": str(site), "API_PORT": str(api), "CLOUD_PORT": str(cloud)}

    def mysfits(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [*MYSFITS, *arguments], cwd=ROOT, env=os.environ | ports | {"LOCAL_DIR": str(local)}, timeout=4 * PATIENCE,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    try:
        code, said, error = mysfits("up", "--placeholder", "--speed", "10", "--detach")
        assert code == 0, said + error
        differs, ready, console, hint = said.splitlines()
        assert differs == f"What differs from AWS in what is deployed is in {local / 'notices.txt'}."
        assert "Not emulated here: ApplicationAutoScaling" in (local / "notices.txt").read_text()
        assert ready.startswith("Ready  ")
        assert f"http://localhost:{site}" in ready
        assert console.startswith("Console  http://localhost:")
        assert hint == f"It goes on; `mysfits down` ends it. What it says is in {local / 'up.log'}."
        for url in (f"http://localhost:{site}", f"http://localhost:{api}"):
            with urllib.request.urlopen(url, timeout=30) as answer:
                assert answer.status == 200
        assert mysfits("wait", "--timeout", "5") == (0, f"{ready}\n", "")
        assert mysfits("reset") == (
            4,
            "",
            "Error: An emulator of this folder is running; stop it first: mysfits down\n",
        )
        assert mysfits("down") == (0, "The emulator is stopped. What was stored is kept.\n", "")
        until(lambda: living(f"LOCAL_DIR={local}") == {}, "no process is left")
        assert (local / "data.sqlite").stat().st_size > 0
        assert mysfits("reset") == (0, "What was stored is forgotten.\n", "")
        assert [path.name for path in local.iterdir()] == ["lock"]
    finally:
        for pid in living(f"LOCAL_DIR={local}"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
