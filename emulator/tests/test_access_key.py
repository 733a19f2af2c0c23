"""An emulator's folder has an access key of its own, which nobody but its owner can read."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import botocore.session
import pytest

from ecs_emulator.access_key import FILE, TEMPORARY, AccessKey, private
from emulator.tests.support.folders import ROOT


def test_a_key_is_made_once_and_is_the_same_from_then_on(tmp_path: Path) -> None:
    key = AccessKey.of_folder(tmp_path / "local")
    assert AccessKey.of_folder(tmp_path / "local") == key
    assert AccessKey.of_folder(tmp_path / "other") != key
    assert (key.id[:4], len(key.id), key.token) == ("AKIA", 20, "")
    assert len(key.secret) == 40


def test_the_folder_and_all_in_it_are_its_owner_s_alone_also_when_they_were_not(tmp_path: Path) -> None:
    folder = tmp_path / "local"
    folder.mkdir(mode=0o755)
    key = AccessKey.of_folder(folder)
    assert (folder.stat().st_mode & 0o777, (folder / FILE).stat().st_mode & 0o777) == (0o700, 0o600)
    folder.chmod(0o755)
    (folder / FILE).chmod(0o644)
    assert AccessKey.of_folder(folder) == key
    assert (folder.stat().st_mode & 0o777, (folder / FILE).stat().st_mode & 0o777) == (0o700, 0o600)
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_a_wide_umask_widens_nothing(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys\nos.umask(0)\nfrom ecs_emulator.access_key import AccessKey\n"
        "AccessKey.of_folder(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "local")], cwd=ROOT, check=True)
    assert (tmp_path / "local").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "local" / FILE).stat().st_mode & 0o777 == 0o600


def test_many_who_come_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda _: AccessKey.of_folder(tmp_path), range(32)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[default]\naws_access_key_id = a\n", b"no section", b"[x]\n"])
def test_a_file_that_cannot_be_read_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    key = AccessKey.of_folder(tmp_path)
    assert AccessKey.of_folder(tmp_path) == key


def test_the_file_is_one_that_aws_s_clients_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = AccessKey.of_folder(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / FILE))
    found = botocore.session.get_session().get_credentials()
    assert found
    assert (found.access_key, found.secret_key) == (key.id, key.secret)


def test_a_key_shows_no_secret_when_it_is_printed(tmp_path: Path) -> None:
    key = AccessKey.generate(TEMPORARY)
    assert repr(key) == f"AccessKey(id='{key.id}')"


def test_a_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    private(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
