"""A rehearsal's folder is its own, and its note tells the truth."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecs_emulator import local
from ecs_emulator.access_key import AccessKey
from ecs_emulator.local import AlreadyRunning, Running, ours_alone, use_only
from emulator.tests.support.folders import ROOT

RUNNING = Running("http://cloud", "http://api", "http://site", {"Table": "notes"})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "deep" / "local"
    monkeypatch.setattr(local, "LOCAL", folder)
    return folder


def test_a_second_rehearsal_of_the_same_folder_is_refused() -> None:
    with ours_alone():
        with pytest.raises(AlreadyRunning, match="running already; stop it first"), ours_alone():
            pytest.fail("two rehearsals held one folder")
        # Nor does the refusal let a third one in.
        with pytest.raises(AlreadyRunning), ours_alone():
            pytest.fail("two rehearsals held one folder")


def test_a_folder_is_free_after_its_rehearsal() -> None:
    with pytest.raises(ZeroDivisionError), ours_alone():
        raise ZeroDivisionError
    with ours_alone():
        pass


def test_a_rehearsal_of_another_folder_may_run_beside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with ours_alone():
        monkeypatch.setattr(local, "LOCAL", tmp_path / "other")
        with ours_alone():
            pass


def test_a_folder_is_free_after_its_rehearsal_was_killed(folder: Path) -> None:
    code = "from ecs_emulator.local import ours_alone\nwith ours_alone():\n    print('held', flush=True)\n    input()"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "LOCAL_DIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning), ours_alone():
            pytest.fail("two rehearsals held one folder")
        holder.kill()
    with ours_alone():
        pass


def test_without_a_rehearsal_there_is_none_to_find(folder: Path) -> None:
    assert Running.found() is None
    folder.mkdir(parents=True)
    assert Running.found() is None


def test_a_rehearsal_is_found_while_it_is_ready_and_no_longer() -> None:
    with ours_alone():
        assert Running.found() is None
        with RUNNING.written():
            assert Running.found() == RUNNING
        assert Running.found() is None


def test_a_rehearsal_that_fails_leaves_no_note() -> None:
    with ours_alone():
        with pytest.raises(ZeroDivisionError), RUNNING.written():
            raise ZeroDivisionError
        assert Running.found() is None


def test_a_note_that_a_killed_rehearsal_left_is_removed(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "running.json").write_text('{"cloud_url": "http://gone", "half of a no')
    with ours_alone():
        assert Running.found() is None


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
        "AWS_ACCESS_KEY_ID": "AKI",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in its way")
    monkeypatch.setattr(local, "LOCAL", tmp_path / "file" / "local")
    said = r"The data cannot be kept in .*/local: Not a directory\. LOCAL_DIR sets"
    with pytest.raises(local.Unusable, match=said), local.ours_alone():
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
