"""Bare root of an image without a shell: a copy of what Python needs, and of nothing else of this system.

Run in the image's own build. Usage: bare_root.py ROOT VENV

No command comes along but Python: no shell, no package manager, nothing that is setuid. The list of Debian's packages
is cut to those of which a file came along, so that scanners and the bill of materials speak of what is there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

# Parts of the standard library that serve those who write programs, or install them.
NOT_OF_LIBRARY = {"dist-packages", "ensurepip", "idlelib", "lib2to3", "site-packages", "test", "tkinter", "turtledemo"}
_SETTINGS = ("/etc/group", "/etc/ld.so.cache", "/etc/nsswitch.conf", "/etc/os-release", "/etc/passwd")
_CERTIFICATES = ("/etc/ssl", "/usr/lib/ssl", "/usr/share/ca-certificates")
PACKAGES = Path("/var/lib/dpkg")


def files_of(folder: Path, left_out: Iterable[str] = ()) -> Iterator[Path]:
    """Every file and every link below a folder, but for what is in folders of these names or begins with `config-`."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each not in left_out and not each.startswith("config-")]
        links = [each for each in folders if Path(parent, each).is_symlink()]
        yield from (Path(parent, each) for each in [*names, *links])


def of_python(venv: Path) -> set[Path]:
    """The interpreter, its library, and the virtual environment without the commands that packages brought."""
    commands = {each for each in (venv / "bin").iterdir() if not each.name.startswith("python")}
    found = {Path(sys.executable), *files_of(Path(sysconfig.get_path("stdlib")), NOT_OF_LIBRARY)}
    found |= set(files_of(Path(sysconfig.get_path("platstdlib")), NOT_OF_LIBRARY))
    return found | set(files_of(venv)) - commands


def libraries(files: Iterable[Path]) -> set[Path]:
    """The shared libraries that programs and extension modules load, and the loader itself."""
    loading = [path for path in files if path.resolve().is_file() and _is_elf(path)]
    # Threads that end load it by its name alone.
    loading += Path("/usr/lib").glob("*/libgcc_s.so.1")
    said = subprocess.run(["ldd", *loading], capture_output=True, text=True, check=False).stdout  # noqa: S607
    return {Path(each) for each in re.findall(r"^\s+(?:\S+ => )?(/\S+) \(", said, re.MULTILINE)} | set(loading)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def keep(path: Path, root: Path) -> None:
    """Copy a file below `root`; the links on the way to it stay links, and what they lead to is copied too."""
    here = Path("/")
    for number, part in enumerate(path.parts[1:], start=2):
        here /= part
        there = root / here.relative_to("/")
        if here.is_symlink():
            if not there.is_symlink():
                there.symlink_to(here.readlink())
            target = Path(os.path.normpath(here.parent / here.readlink())).joinpath(*path.parts[number:])
            if target.exists():
                keep(target, root)
            return
        if here.is_dir():
            there.mkdir(exist_ok=True)
        elif not there.exists():
            shutil.copy2(here, there)


def owners(kept: set[Path]) -> set[str]:
    """The Debian packages that files are of, as dpkg names them: `libc6`, `libc6:amd64`."""
    real = {Path(os.path.realpath(path)) for path in kept}
    found = set()
    for listing in (PACKAGES / "info").glob("*.list"):
        files = (Path(line) for line in listing.read_text().splitlines())
        if any(Path(os.path.realpath(path.parent), path.name) in real for path in files if path.name):
            found.add(listing.stem)
    return found


def keep_record(packages: set[str], root: Path) -> None:
    """Write dpkg's list of these packages alone, and copy what says under which licence each is."""
    paragraphs = (PACKAGES / "status").read_text().strip().split("\n\n")
    names = {each.partition(":")[0] for each in packages}
    ours = [each for each in paragraphs if each.partition("\n")[0].removeprefix("Package: ") in names]
    status = root / (PACKAGES / "status").relative_to("/")
    status.parent.mkdir(parents=True)
    status.write_text("\n\n".join(ours) + "\n")
    for name in names:
        if (licence := Path("/usr/share/doc", name, "copyright")).is_file():
            keep(licence, root)


def take_rights_away(root: Path) -> None:
    """Nothing is setuid or setgid, nobody but its owner may write a file, and no script can be started by its name."""
    for path in files_of(root):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & (0o755 if _is_elf(path) else 0o644))


def main(root: Path, venv: Path) -> None:
    root.mkdir()
    kept = of_python(venv)
    kept |= libraries(kept)
    kept |= {Path(each) for each in _SETTINGS if Path(each).exists()}
    kept |= {file for each in _CERTIFICATES for file in files_of(Path(each))}
    for path in sorted(kept):
        keep(path, root)
    keep_record(owners(kept), root)
    take_rights_away(root)
    (root / "tmp").mkdir(exist_ok=True)
    (root / "tmp").chmod(0o1777)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
