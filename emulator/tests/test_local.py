"""An emulator's folder is its own, and its note tells the truth."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ecs_emulator import local
from ecs_emulator.access_key import AccessKey
from ecs_emulator.local import AlreadyRunning, Running, forget, holder, ours_alone, use_only
from emulator.tests.support.folders import ROOT

RUNNING = Running("http://cloud", "http://api", "http://site", {"Table": "web"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "local"


def test_a_second_emulator_of_the_same_folder_is_refused(folder: Path) -> None:
    with ours_alone(folder):
        with pytest.raises(AlreadyRunning, match="running already; stop it first"), ours_alone(folder):
            pytest.fail("two emulators held one folder")
        # Nor does the refusal let a third one in.
        with pytest.raises(AlreadyRunning), ours_alone(folder):
            pytest.fail("two emulators held one folder")


def test_a_folder_is_free_after_its_emulator(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), ours_alone(folder):
        raise ZeroDivisionError
    with ours_alone(folder):
        pass


def test_an_emulator_of_another_folder_may_run_beside(folder: Path, tmp_path: Path) -> None:
    with ours_alone(folder), ours_alone(tmp_path / "other"):
        pass


def test_a_folder_is_free_after_its_emulator_was_killed(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ecs_emulator.local import ours_alone\n"
        "with ours_alone(Path(sys.argv[1])):\n    print('held', flush=True)\n    input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning), ours_alone(folder):
            pytest.fail("two emulators held one folder")
        holder.kill()
    with ours_alone(folder):
        pass


def test_without_an_emulator_there_is_none_to_find(folder: Path) -> None:
    assert Running.found(folder) is None
    folder.mkdir(parents=True)
    assert Running.found(folder) is None


def test_an_emulator_is_found_while_it_is_ready_and_no_longer(folder: Path) -> None:
    with ours_alone(folder):
        assert Running.found(folder) is None
        with RUNNING.written(folder):
            assert Running.found(folder) == RUNNING
        assert Running.found(folder) is None


def test_an_emulator_that_fails_leaves_no_note(folder: Path) -> None:
    with ours_alone(folder):
        with pytest.raises(ZeroDivisionError), RUNNING.written(folder):
            raise ZeroDivisionError
        assert Running.found(folder) is None


def test_a_note_that_a_killed_emulator_left_is_removed(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "running.json").write_text('{"cloud_url": "http://gone", "half of a no')
    with ours_alone(folder):
        assert Running.found(folder) is None


def test_the_holder_of_a_folder_is_known_by_its_process_id_also_when_another_one_was_refused(folder: Path) -> None:
    assert holder(folder) is None
    with ours_alone(folder):
        assert holder(folder) == os.getpid()
        with pytest.raises(AlreadyRunning), ours_alone(folder):
            pytest.fail("two emulators held one folder")
        assert holder(folder) == os.getpid()
    assert holder(folder) is None


def test_whoever_asks_for_the_holder_keeps_no_emulator_from_starting(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            holder(folder)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(50):
            with ours_alone(folder):
                pass
    finally:
        is_over.set()
        asking.join()


def test_what_is_kept_is_forgotten_and_what_others_have_put_there_is_not(folder: Path) -> None:
    assert not forget(folder)
    (folder / "images" / "v1").mkdir(parents=True)
    for name in ("data.sqlite", "data.sqlite-wal", "credentials", "thesis.txt"):
        (folder / name).touch()
    with ours_alone(folder), pytest.raises(AlreadyRunning):
        forget(folder)
    assert (folder / "data.sqlite").exists()
    assert forget(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "thesis.txt"]
    assert not forget(folder)


def test_a_client_s_environment_leads_to_the_local_cloud_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    developer_s = {
        "HOME": "/home/dev",
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://elsewhere",
        "AWS_SESSION_TOKEN": "real",
    }
    monkeypatch.setattr(os, "environ", developer_s)
    use_only("http://127.0.0.1:4566", AccessKey("AKI", "secret"))
    assert developer_s == {
        "HOME": "/home/dev",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ACCESS_KEY_ID": "AKI",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in its way")
    folder = tmp_path / "file" / "local"
    said = r"The data cannot be kept in .*/local: Not a directory\. LOCAL_DIR sets"
    with pytest.raises(local.Unusable, match=said), ours_alone(folder):
        pytest.fail("it is held")


def test_a_small_file_is_the_old_one_until_it_is_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "note"
    local.write_whole(path, "old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            local.write_whole(path, "new")
    assert path.read_text() == "old"
    local.write_whole(path, "new")
    assert path.read_text() == "new"
