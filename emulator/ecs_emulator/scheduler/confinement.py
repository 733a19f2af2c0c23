"""Confinement of a task's program: what of this machine it may read and write, and its start under that rule.

The rule is an allow list, kept by Landlock (see landlock.py), so what nobody thought of is closed:
to read, the system's programs and libraries, toolchains and the image; to write, the task's own folder.
"""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecs_emulator.reaper import Start
from ecs_emulator.scheduler import landlock

NOT_OFFERED = "This machine offers no Landlock, so nothing confines what tasks run: it may read and write what you may."

# Programs, libraries and what they are described by; nothing of a user's is kept there.
_SYSTEM = (
    *("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin", "/usr", "/opt"),
    *("/gnu/store", "/nix/store", "/run/current-system", "/home/linuxbrew/.linuxbrew"),
    "/proc",  # what another process is about, Landlock closes by itself
    "/sys",
    "/run/systemd/resolve",  # where /etc/resolv.conf often leads
    "/var/lib/ca-certificates",
)
# Of /etc by name, for root may read its passwords and host keys.
_ETC = (
    *("alternatives", "ca-certificates", "crypto-policies", "fonts", "gai.conf", "group", "host.conf", "hosts"),
    *("java", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "localtime", "lsb-release"),
    *("mime.types", "nsswitch.conf", "os-release", "passwd", "perl", "pki/ca-trust", "pki/tls/certs"),
    *("pki/tls/cert.pem", "pki/tls/openssl.cnf", "protocols", "resolv.conf", "services"),
    *("ssl/certs", "ssl/cert.pem", "ssl/openssl.cnf", "terminfo", "timezone"),
)
_DEVICES = ("/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero")

# Of a home nothing but these, and of the tools that keep credentials beside their programs (Cargo, Maven, gem, npm)
# the programs alone.
_TOOLCHAINS = (
    *(".asdf", ".bun/bin", ".cargo/bin", ".cargo/registry/src", ".deno/bin", ".dotnet", ".fnm", ".gem/ruby"),
    *(".ghcup", ".goenv", ".jdks", ".juliaup", ".linuxbrew", ".local/bin", ".local/lib", ".local/share/fnm"),
    *(".local/share/mise/installs", ".local/share/pnpm", ".local/share/uv/python", ".m2/repository", ".nix-profile"),
    *(".nodenv", ".nvm", ".opam", ".pyenv", ".rbenv", ".rustup/toolchains", ".rvm", ".sdkman/candidates", ".volta"),
    *("anaconda3", "go/bin", "go/pkg", "mambaforge", "miniconda3", "miniforge3"),
)


@dataclass(frozen=True)
class Confinement:
    """A rule for the programs of tasks: folders to read, and folders to write as well."""

    readable: tuple[Path, ...]
    writable: tuple[Path, ...] = ()

    @classmethod
    def of(cls, home: Path, data: Path, declared: Sequence[Path] = ()) -> Confinement | None:
        """The rule for this machine, None where it offers none.

        `home` is the developer's, `data` the folder that an emulator keeps; what is `declared` tasks may write.
        """
        if not landlock.version():
            return None
        home, data = home.resolve(), data.resolve()
        system = [*map(Path, _SYSTEM), *(Path("/etc", name) for name in _ETC)]
        toolchains = [*(home / name for name in _TOOLCHAINS), *_interpreter()]
        # A home in / hides nothing, for then everything would be a part of it.
        hidden = [data] if home == Path(home.anchor) else [data, home]
        return cls((*_without(system, hidden), *_without(toolchains, [data])), tuple(declared))

    def around(self, start: Start, *own: Path) -> Start:
        """`start` for a program that may write its `own` folders and what is declared, and read its folder beside; it
        runs when that returns.

        Raises what `start` raises, and ValueError when a command cannot be one.
        """

        def confined(
            command: list[str],
            environment: dict[str, str],
            output: Path | None,
            folder: Path | None = None,
            pass_fds: Sequence[int] = (),
        ) -> subprocess.Popen[bytes]:
            request: landlock.Request = {
                "command": command,
                "environment": environment,
                "readable": [str(path) for path in (*self.readable, *([folder] if folder else []))],
                "devices": list(_DEVICES),
                "writable": [str(path) for path in (*own, *self.writable)],
            }
            hear, say = os.pipe()
            with open(hear, "rb") as report:
                try:
                    with open(os.memfd_create("request"), "w+b", buffering=0) as file:
                        file.write(marshal.dumps(dict(request)))
                        file.seek(0)
                        launcher = [sys.executable, "-I", "-S", landlock.__file__, str(file.fileno()), str(say)]
                        # The environment is the program's, and none of the launcher's.
                        child = start(launcher, {}, output, folder, (*pass_fds, file.fileno(), say))
                finally:
                    os.close(say)
                said = report.read()
            if said:
                _take_leave(child)
                number, sentence = marshal.loads(said)  # noqa: S302 (our own launcher's)
                raise OSError(number, sentence) if number else ValueError(sentence)
            return child

        return confined


def _take_leave(child: subprocess.Popen[bytes]) -> None:
    child.wait()
    if child.stdout:
        child.stdout.close()


def _interpreter() -> Iterator[Path]:
    """Where this interpreter has its programs and modules; in an environment of its own and below that."""
    for prefix in {sys.prefix, sys.base_prefix}:
        for part in ("bin", "include", "lib", "lib64", "pyvenv.cfg"):
            yield Path(prefix, part)


def _without(roots: Iterable[Path], hidden: Sequence[Path]) -> list[Path]:
    """The roots, less what is hidden: in the place of one that holds something hidden, what else is in it."""
    found = []
    for root in (each.resolve() for each in roots):
        if any(root.is_relative_to(each) for each in hidden):
            continue
        if any(each.is_relative_to(root) for each in hidden):
            found += _without((each for each in root.iterdir() if not each.is_symlink()), hidden)
        else:
            found.append(root)
    return found
