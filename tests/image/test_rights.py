"""What a container may do, by its description: the image's, compose's and the task definition's. It needs no engine."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from tests.image.docker import ROOT
from tools import bare_root

STAGES = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]
PRODUCTION = STAGES[-1]


def test_the_image_begins_with_nothing_and_gets_the_bare_root() -> None:
    assert PRODUCTION.startswith("scratch AS production\n")
    assert re.findall(r"^COPY (.*)", PRODUCTION, re.MULTILINE) == [
        "--from=packages /bare /",
        "--from=packages /srv /srv",
    ]
    assert "RUN" not in re.findall(r"^[A-Z]+", PRODUCTION, re.MULTILINE)


def test_the_image_needs_no_shell_and_no_root() -> None:
    assert re.findall(r"^USER (.*)", PRODUCTION, re.MULTILINE) == ["10001:10001"]
    started = re.findall(r"(?:^|\s)CMD (.)", PRODUCTION)
    assert started == ["[", "["], "the health check and the start, each without a shell"
    assert re.search(r"^ENV PATH=/venv/bin ", PRODUCTION, re.MULTILINE)


def test_what_a_build_machine_lends_is_in_no_layer() -> None:
    for stage in STAGES:
        for step in re.findall(r"^RUN (?:.*\\\n)*.*", stage, re.MULTILINE):
            assert ("pip" in step) == ("--mount=type=secret,id=pip.conf" in step)
    assert not re.search(r"^(?:ARG|ENV) .*(?:TOKEN|SECRET|PASSWORD|INDEX_URL|KEY)", "".join(STAGES), re.MULTILINE)


@pytest.mark.parametrize("service", ["api", "cloud"])
def test_compose_gives_no_right_away(service: str) -> None:
    described = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"][service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    # The engine's own filter of system calls stays on.
    assert described["security_opt"] == ["no-new-privileges"]
    assert not described.keys() & {
        "privileged",
        "cap_add",
        "devices",
        "pid",
        "ipc",
        "network_mode",
        "user",
        "userns_mode",
    }
    assert all(port.startswith("127.0.0.1:") for port in described["ports"])


def test_a_copied_file_keeps_the_links_on_the_way_to_it(tmp_path: Path) -> None:
    real, root = tmp_path / "real", tmp_path / "root"
    (real / "python3").mkdir(parents=True)
    (real / "python3" / "python").write_text("program")
    (real / "python").symlink_to("python3/python")
    (tmp_path / "link").symlink_to("real")
    root.mkdir()
    bare_root.keep(tmp_path / "link" / "python", root)
    copied = root / tmp_path.relative_to("/")
    assert (copied / "link").readlink() == Path("real")
    assert (copied / "real" / "python").readlink() == Path("python3/python")
    assert (copied / "real" / "python3" / "python").read_text() == "program"


def test_nothing_that_is_copied_lends_the_rights_of_another_or_can_be_written_by_all(tmp_path: Path) -> None:
    program, script = "\x7fELF", "#!/bin/sh"
    files = {"su": (program, 0o4755), "wall": (program, 0o2755), "pdb.py": (script, 0o755), "notes": ("", 0o666)}
    for name, (content, mode) in files.items():
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(mode)
    (tmp_path / "link").symlink_to("su")
    bare_root.take_rights_away(tmp_path)
    modes = {each.name: each.stat().st_mode & 0o7777 for each in tmp_path.iterdir() if not each.is_symlink()}
    assert modes == {"su": 0o755, "wall": 0o755, "pdb.py": 0o644, "notes": 0o644}


def test_of_the_library_what_installs_and_tests_stays_behind(tmp_path: Path) -> None:
    for name in ("json", "ensurepip", "test", "site-packages", "config-3.13-x86_64"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    kept = {path.parent.name for path in bare_root.files_of(tmp_path, bare_root.NOT_OF_LIBRARY)}
    assert kept == {"json"}


def test_dpkgs_list_is_cut_to_the_packages_of_which_something_came_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dpkg, root = tmp_path / "dpkg", tmp_path / "root"
    (dpkg / "info").mkdir(parents=True)
    library = tmp_path / "libc.so.6"
    library.touch()
    (dpkg / "info" / "libc6:amd64.list").write_text(f"/.\n{tmp_path}\n{library}\n")
    (dpkg / "info" / "apt.list").write_text(f"/.\n{tmp_path}\n{tmp_path}/apt\n")
    (dpkg / "status").write_text("Package: libc6\nVersion: 2\n\nPackage: apt\nVersion: 3\n")
    monkeypatch.setattr(bare_root, "PACKAGES", dpkg)
    assert bare_root.owners({library}) == {"libc6:amd64"}
    root.mkdir()
    bare_root.keep_record({"libc6:amd64"}, root)
    assert Path(root, os.path.relpath(dpkg / "status", "/")).read_text() == "Package: libc6\nVersion: 2\n"
