"""`mysfits env` has any shell and any client work on the rehearsal, whatever was set before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ecs_emulator.access_key import AccessKey
from ecs_emulator.commands.env import environment
from ecs_emulator.local import Running, ours_alone
from ecs_emulator.ops.shells import posix, powershell
from tests.platform_runner import MYSFITS, PATIENCE, ROOT

URL = "http://localhost:4567"
# What a developer may have set for something else, and what is no name of a shell's.
DEVELOPER_S = {
    "AWS_PROFILE": "production",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ENDPOINT_URL_DYNAMODB": "http://elsewhere",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/real",
    "AWS_PAGER": "",
    "NO_PROXY": "10.0.0.1,localhost",
}
NASTY = 'a\'b "c" $(touch evil) `touch evil` \\ $HOME\nexport X=1; #'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a rehearsal that runs no more."""
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "local"))
    return tmp_path / "local"


@pytest.fixture
def running(folder: Path) -> Iterator[Path]:
    """The folder of one that runs."""
    with ours_alone(folder), Running(URL, "http://localhost:1", "http://localhost:2", {}).written(folder):
        yield folder


def run(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    without_aws = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**without_aws, "LOCAL_DIR": str(folder), **more},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_a_shell_works_on_the_rehearsal_and_nowhere_else(running: Path) -> None:
    mysfits = " ".join(MYSFITS)
    script = f'set -eu; eval "$({mysfits} env)"; env -0'
    done = run(["sh", "-c", script], running, **DEVELOPER_S)
    assert (done.returncode, done.stderr) == (0, "")
    variables = dict(each.split("=", 1) for each in done.stdout.split("\0") if each)
    key = AccessKey.of_folder(running)
    assert {name: value for name, value in variables.items() if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL": URL,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_PAGER": "",
    }
    assert variables["NO_PROXY"] == "localhost,127.0.0.1,10.0.0.1"
    # The key of an open shell goes on being good.
    assert AccessKey.of_folder(running) == key


def test_programs_get_one_json_document_and_powershell_its_own_words(running: Path) -> None:
    told = json.loads(run([*MYSFITS, "env", "--json"], running).stdout)
    key = AccessKey.of_folder(running)
    assert (told["AWS_ENDPOINT_URL"], told["AWS_ACCESS_KEY_ID"]) == (URL, key.id)
    shown = run([*MYSFITS, "env", "--powershell"], running).stdout
    assert f"$Env:AWS_SECRET_ACCESS_KEY = '{key.secret}'\n" in shown
    assert "Remove-Item -ErrorAction SilentlyContinue Env:AWS_PROFILE\n" in shown


def test_one_command_runs_with_it_and_its_end_is_the_end(running: Path) -> None:
    show = 'echo "$AWS_ACCESS_KEY_ID ${AWS_PROFILE-unset} $1"; exit 7'
    done = run([*MYSFITS, "env", "--", "sh", "-c", show, "sh", "--json"], running, **DEVELOPER_S)
    assert (done.returncode, done.stdout) == (7, f"{AccessKey.of_folder(running).id} unset --json\n")
    killed = run([*MYSFITS, "env", "sh", "-c", "kill -9 $$"], running)
    assert killed.returncode == -9
    missing = run([*MYSFITS, "env", "--", "no-such-command"], running)
    assert (missing.returncode, missing.stderr) == (
        2,
        "Error: no-such-command cannot be run: No such file or directory.\n",
    )


def test_without_a_rehearsal_it_says_so_and_a_shell_notices(folder: Path) -> None:
    done = run(["sh", "-c", f'set -e; eval "$({" ".join(MYSFITS)} env)"; echo went on'], folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: No emulator is running here. Start one with `make run`.\n"
    for options in (["--json"], ["--powershell"], ["--", "true"]):
        done = run([*MYSFITS, "env", *options], folder)
        assert (done.returncode, done.stdout) == (3, "")
    assert not folder.exists()


@pytest.mark.parametrize("shell", ["sh", "bash", "dash"])
def test_whatever_a_value_holds_a_shell_takes_it_for_a_value(shell: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"There is no {shell} here.")
    script = posix({"VALUE": NASTY}, ["GONE"]) + '\nprintf "%s" "$VALUE"; printf "%s" "${GONE-gone}"'
    done = subprocess.run([shell, "-c", script], cwd=tmp_path, env={"PATH": os.environ["PATH"], "GONE": "x"},
                          capture_output=True, text=True, timeout=PATIENCE)  # fmt: skip
    assert (done.stdout, done.stderr) == (f"{NASTY}gone", "")
    assert list(tmp_path.iterdir()) == []


def test_powershell_s_quotes_are_doubled_the_typographic_ones_too() -> None:
    assert powershell({"VALUE": "a'b\u2019c"}, []) == "$Env:VALUE = 'a''b\u2019\u2019c'"


def test_a_variable_s_odd_name_is_no_command(folder: Path) -> None:
    odd: Mapping[str, str] = {"AWS_ENDPOINT_URL_X;touch evil": "y", "AWS_ENDPOINT_URL_S3": "z"}
    _, without = environment(URL, AccessKey.of_folder(folder), odd)
    assert "AWS_ENDPOINT_URL_S3" in without
    assert not [name for name in without if "evil" in name]
