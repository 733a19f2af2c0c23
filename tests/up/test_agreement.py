"""Whoever runs `mysfits up` has agreed to what the templates of this project run, and to nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from emulator.tests.test_announcement import SERVICE, an_environment
from tests.platform_runner import MYSFITS, PATIENCE, ROOT, free_ports


def run(command: list[str], local: Path) -> subprocess.CompletedProcess[str]:
    (site,) = free_ports(1)
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**an_environment(local), "SITE_PORT": str(site)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )


def test_our_own_templates_are_not_asked_about(tmp_path: Path) -> None:
    """They are this project's code, as the program is that runs them."""
    program = (
        "import ecs_emulator.up\n"
        "ecs_emulator.up.up = lambda *_: print('it runs')\n"
        "from mysfits.cli import main\n"
        "main(['up', '--placeholder'])"
    )
    ended = run([sys.executable, "-c", program], tmp_path / "local")
    assert (ended.stdout, ended.stderr) == ("it runs\n", "")


def test_the_templates_of_others_are_asked_about(tmp_path: Path) -> None:
    ended = run([*MYSFITS, "up", "--template", str(SERVICE)], tmp_path / "local")
    assert ended.returncode == 2
    assert ended.stderr == (
        "Error: Nothing was started: there is no terminal to ask on. With --yes you agree to this list.\n"
    )
    assert "container 'web'" in ended.stdout
    assert not (tmp_path / "local").exists()
