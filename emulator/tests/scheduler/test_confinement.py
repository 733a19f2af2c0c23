"""The program of a task reaches what it needs of this machine, and nothing of whoever runs it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ecs_emulator import reaper
from ecs_emulator.scheduler import confinement, landlock
from ecs_emulator.scheduler.confinement import Confinement
from emulator.tests.support.folders import ROOT
from emulator.tests.support.waiting import PATIENCE

needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this machine offers no Landlock")

NOBODY = 65534
ENVIRONMENT = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"}
SYSTEM_PYTHON = Path("/usr/bin/python3")

# What a program tries, in a folder with a home, an emulator's data, and a file of somebody else's.
TRIES = """
import ctypes, errno, json, os, shutil, signal, socket, sys
from pathlib import Path

base, own = Path(sys.argv[1]), Path(sys.argv[2])
home, data = base / "home", base / "data"
SECRETS = [
    ".aws/credentials", ".ssh/id_ed25519", ".config/gh/hosts.yml", ".gnupg/key", ".docker/config.json",
    ".kube/config", ".netrc", ".npmrc", ".git-credentials", ".mozilla/firefox/logins.json", ".cargo/credentials.toml",
    ".local/share/keyrings/login.keyring", ".bash_history", "Documents/letter", "of-a-tool-of-tomorrow",
]
tries = {f"read ~/{name}": (home / name).read_text for name in SECRETS}
tries |= {
    "list the home": lambda: os.listdir(home),
    "list ~/.ssh": lambda: os.listdir(home / ".ssh"),
    "write into the home": lambda: (home / "new").write_text(""),
    "write into a toolchain": lambda: (home / ".pyenv/new").write_text(""),
    "empty a file of the home": lambda: os.truncate(home / ".bash_history", 0),
    "remove a file of the home": lambda: os.unlink(home / "Documents/old"),
    "link a secret to the own folder": lambda: os.link(home / ".netrc", own / "linked"),
    "rename a secret into the own folder": lambda: os.rename(home / "Documents/other", own / "renamed"),
    "read a secret by a symbolic link": lambda: (os.symlink(home / ".netrc", own / f"to-{os.getpid()}"),
                                                 (own / f"to-{os.getpid()}").read_text()),
    "read a secret by /proc": lambda: Path(f"/proc/self/root{home}/.netrc").read_text(),
    "read the key of the emulator": (data / "key").read_text,
    "read the rows of the emulator": (data / "snapshot.json").read_text,
    "read another image": (data / "images/other/app.py").read_text,
    "read what another task wrote": (data / "tasks/other/file").read_text,
    "change the image": lambda: (data / "images/one/app.py").write_text(""),
    "read /tmp of others": (base / "others").read_text,
    "write into /tmp": lambda: Path(f"/tmp/confined-{os.getpid()}").write_text(""),
    "write into /dev/shm": lambda: Path(f"/dev/shm/confined-{os.getpid()}").write_text(""),
    "see the environment of its parent": Path(f"/proc/{os.getppid()}/environ").read_bytes,
    "see the files of its parent": lambda: os.readlink(f"/proc/{os.getppid()}/fd/0"),
    "signal its parent": lambda: os.kill(os.getppid(), 0),
    "ask an agent": lambda: socket.socket(socket.AF_UNIX).connect(str(base / "agent")),
}
if os.getuid() == 0:
    tries |= {
        "read /etc/shadow": Path("/etc/shadow").read_text,
        "make a device": lambda: os.mknod(own / "device", 0o20600, os.makedev(1, 1)),
    }
needs = {
    "write into its own folder": lambda: (own / "file").write_text("mine"),
    "make folders in it": lambda: (own / "a/b").mkdir(parents=True),
    "remove them": lambda: (shutil.rmtree(own / "a"), os.unlink(own / "file")),
    "read its image": (data / "images/one/app.py").read_text,
    "read a toolchain": (home / ".pyenv/bin/tool").read_text,
    "read the programs of Cargo": (home / ".cargo/bin/tool").read_text,
    "list /usr/lib": lambda: os.listdir("/usr/lib"),
    "read about itself": Path("/proc/self/environ").read_bytes,
    "use /dev/null": lambda: Path("/dev/null").write_text("x"),
    "run a command": lambda: os.waitpid(os.spawnlp(os.P_NOWAIT, "true", "true"), 0)[1] == 0 or os.abort(),
    "resolve localhost": lambda: socket.getaddrinfo("localhost", 80),
    "listen and connect": lambda: socket.create_connection(
        (listening := socket.create_server(("127.0.0.1", 0))).getsockname()),
    "have a pair of sockets": socket.socketpair,
    "signal its child": lambda: (child := os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "60"),
                                 os.kill(child, signal.SIGKILL), os.waitpid(child, 0)),
}

SYSTEM_CALLS = {
    "x86_64": {"io_uring_setup": 425, "add_key": 248, "request_key": 249, "keyctl": 250, "socket by x32": 0x40000029},
    "aarch64": {"io_uring_setup": 425, "add_key": 217, "request_key": 218, "keyctl": 219},
}

def tried(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"

def refused(number):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(number, 0, 0, 0, 0)
    return errno.errorcode[ctypes.get_errno()]

status = dict(line.split(":\\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(json.dumps({
    "tries": {name: tried(action) for name, action in tries.items()},
    "needs": {name: tried(action) for name, action in needs.items()},
    "system calls": {name: refused(number) for name, number in SYSTEM_CALLS[os.uname().machine].items()},
    "status": {name: status[name].strip() for name in ("NoNewPrivs", "CapBnd", "CapEff", "SigIgn", "SigBlk")},
    "files": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
    "environment": dict(os.environ),
}))
"""


class Scene(NamedTuple):
    """A folder to try it in, and what came of the tries: of a confined program, and of one that is not."""

    base: Path
    confined: Mapping[str, Any]
    free: Mapping[str, Any]


@pytest.fixture(scope="module", params=["me", "nobody"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    is_nobody = request.param == "nobody"
    if is_nobody and (os.getuid() != 0 or not SYSTEM_PYTHON.exists()):
        pytest.skip("only root may become somebody else, and needs a Python that everybody may run")
    # Not pytest's folder, which is closed to others.
    base = Path(tempfile.mkdtemp(prefix="confinement-"))
    try:
        yield tried(base, NOBODY if is_nobody else None)
    finally:
        shutil.rmtree(base)


def tried(base: Path, user: int | None) -> Scene:
    source = TRIES.split("SECRETS = [")[1].split("]")[0]
    names = json.loads(f"[{source.strip().rstrip(',')}]")
    for name in [*names, "Documents/old", "Documents/other", ".pyenv/bin/tool", ".cargo/bin/tool"]:
        a_file(base / "home" / name)
    for name in ("key", "snapshot.json", "images/one/app.py", "images/other/app.py", "tasks/other/file"):
        a_file(base / "data" / name)
    a_file(base / "others")
    own, image = base / "data/tasks/own", base / "data/images/one"
    own.mkdir()
    rule = Confinement.of(base / "home", base / "data")
    python = SYSTEM_PYTHON if user else Path(sys.executable)
    found = []
    with socket.socket(socket.AF_UNIX) as agent, pytest.MonkeyPatch.context() as patch:
        agent.bind(str(base / "agent"))
        agent.listen()
        if user:
            patch.setattr(sys, "executable", str(python))
            # The project may lie where others do not reach it.
            patch.setattr(landlock, "__file__", shutil.copy(landlock.__file__, base))
            for path in [base, *base.rglob("*")]:
                os.chown(path, user, user)
        start = as_user(user)
        # The one that may do everything does it last.
        for begin in (rule.around(start, own) if rule else start, start):
            command = [str(python), "-B", "-c", TRIES, str(base), str(own)]
            child = begin(command, ENVIRONMENT, None, image)
            out, _ = child.communicate(timeout=PATIENCE)
            assert child.returncode == 0, out.decode()
            found.append(json.loads(out))
    return Scene(base, *found)


def a_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("secret")


def as_user(user: int | None) -> reaper.Start:
    def start(
        command: list[str],
        environment: dict[str, str],
        output: Path | None,
        folder: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )

    return start


@needs_landlock
def test_a_program_reaches_nothing_of_the_developer_s(scene: Scene) -> None:
    assert {name: way for name, way in scene.confined["tries"].items() if way not in ("EACCES", "EPERM", "EXDEV")} == {}


@needs_landlock
def test_a_program_that_nothing_confines_would_reach_it(scene: Scene) -> None:
    """Otherwise the test above would show nothing."""
    unreached = {name for name, way in scene.free["tries"].items() if way != "done"}
    # A process sees nothing of a parent that is another user's.
    assert unreached <= {
        "read ~/Documents/other",
        "see the environment of its parent",
        "see the files of its parent",
        "signal its parent",
    }


@needs_landlock
def test_a_program_reaches_what_it_needs(scene: Scene) -> None:
    assert {name: way for name, way in scene.confined["needs"].items() if way != "done"} == {}


@needs_landlock
def test_a_program_cannot_get_past_the_filter_of_its_system_calls(scene: Scene) -> None:
    assert set(scene.confined["system calls"].values()) == {"ENOSYS"}


@needs_landlock
def test_a_program_can_gain_no_privilege(scene: Scene) -> None:
    assert scene.confined["status"]["NoNewPrivs"] == "1"
    assert int(scene.confined["status"]["CapEff"], 16) in (0, 1 << 10)  # to listen on ports below 1024


@needs_landlock
def test_a_program_begins_as_if_nobody_had_been_there_before(scene: Scene) -> None:
    assert scene.confined["files"] == [0, 1, 2]
    for name in ("SigIgn", "SigBlk"):
        assert scene.confined["status"][name] == scene.free["status"][name]
    # As subprocess.Popen has it: nothing is ignored that Python ignores for itself.
    environment = {name: value for name, value in scene.confined["environment"].items() if name != "LC_CTYPE"}
    assert environment == ENVIRONMENT


@pytest.fixture
def start(tmp_path: Path) -> Iterator[reaper.Start]:
    """Starts a program that is confined."""
    (tmp_path / "own").mkdir()
    (tmp_path / "image").mkdir()
    rule = Confinement.of(tmp_path / "home", tmp_path)
    assert rule
    with reaper.started() as started:
        yield rule.around(started, tmp_path / "own")


@needs_landlock
def test_a_declared_folder_may_be_written_though_it_lies_in_the_home(tmp_path: Path) -> None:
    declared = tmp_path / "home" / "declared"
    for folder in (declared, tmp_path / "own", tmp_path / "image"):
        folder.mkdir(parents=True)
    rule = Confinement.of(tmp_path / "home", tmp_path, [declared])
    assert rule
    script = f"echo new > {declared}/file; echo new > {tmp_path}/home/file"
    with reaper.started() as started:
        child = rule.around(started, tmp_path / "own")(["sh", "-c", script], ENVIRONMENT, None, tmp_path / "image")
        child.communicate(timeout=PATIENCE)
    assert (declared / "file").read_text() == "new\n"
    assert not (tmp_path / "home" / "file").exists()


@needs_landlock
@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -9 $$", -9), ("kill -TERM $$", -15)])
def test_the_end_of_a_program_is_its_own(start: reaper.Start, tmp_path: Path, script: str, code: int) -> None:
    child = start(["sh", "-c", script], ENVIRONMENT, None, tmp_path / "image")
    child.communicate(timeout=PATIENCE)
    assert child.returncode == code


@needs_landlock
def test_a_program_leads_its_group_in_its_folder_and_hears_its_signals(start: reaper.Start, tmp_path: Path) -> None:
    script = "trap 'echo heard; exit 5' TERM; echo $$ $PWD; while :; do sleep 0.1; done"
    child = start(["sh", "-c", script], ENVIRONMENT, None, tmp_path / "image")
    assert child.stdout
    assert child.stdout.readline().decode().split() == [str(child.pid), f"{tmp_path}/image"]
    assert os.getpgid(child.pid) == child.pid
    child.send_signal(signal.SIGTERM)
    out, _ = child.communicate(timeout=PATIENCE)
    assert (out, child.returncode) == (b"heard\n", 5)


@needs_landlock
@pytest.mark.parametrize(
    ("command", "error"),
    [
        (["no-such-command"], FileNotFoundError),
        (["/no/such/command"], FileNotFoundError),
        (["./not-executable"], PermissionError),
        (["nul\0"], ValueError),
        ([], (IndexError, ValueError)),
    ],
)
def test_a_command_that_cannot_be_run_raises_what_it_does_elsewhere(
    start: reaper.Start, tmp_path: Path, command: list[str], error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    (tmp_path / "image" / "not-executable").write_text("")
    for begin in (start, as_user(None)):
        with pytest.raises(error):
            begin(command, ENVIRONMENT, None, tmp_path / "image")


@needs_landlock
def test_the_launcher_reads_nothing_of_a_program_s_environment(start: reaper.Start, tmp_path: Path) -> None:
    environment = {
        **ENVIRONMENT,
        "PYTHONHOME": "/nowhere",
        "PYTHONPATH": str(tmp_path),
        "LD_PRELOAD": "/nowhere/library.so",
        "LC_ALL": "nonsense",
    }
    (tmp_path / "ctypes.py").write_text("raise SystemExit('read')")
    (tmp_path / "image" / "ctypes.py").write_text("raise SystemExit('read')")
    child = start(["sh", "-c", "echo $PYTHONHOME"], environment, None, tmp_path / "image")
    out, _ = child.communicate(timeout=PATIENCE)
    # Once by the program itself: its linker has looked for it.
    assert out.decode().count("/nowhere/library.so") == 1
    assert out.decode().endswith("/nowhere\n")


def test_there_is_no_rule_where_the_machine_offers_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    assert Confinement.of(tmp_path, tmp_path) is None


def test_what_is_hidden_is_left_out_of_what_holds_it(tmp_path: Path) -> None:
    for name in ("opt/tool", "opt/home/me/.pyenv", "opt/home/you", "opt/data"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "opt" / "way-in").symlink_to(tmp_path / "opt/home/me")
    hidden = [tmp_path / "opt/home/me", tmp_path / "opt/data"]
    found = confinement._without([tmp_path / "opt", tmp_path / "opt/data/images"], hidden)
    assert sorted(found) == [tmp_path / "opt/home/you", tmp_path / "opt/tool"]


@needs_landlock
def test_this_interpreter_can_be_read_wherever_it_is(tmp_path: Path) -> None:
    rule = Confinement.of(Path.home(), tmp_path)
    assert rule
    for path in (Path(sys.executable).resolve(), Path(os.__file__).resolve(), Path(pytest.__file__).resolve()):
        assert any(path.is_relative_to(each) for each in rule.readable), path
    assert not any(ROOT.is_relative_to(each) for each in rule.readable)
