"""Data folder of an emulator, and the note that tells other commands where it runs."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from ecs_emulator.access_key import AccessKey, private

ACCOUNT, REGION = "123456789012", "us-east-1"
NOTE, LOCK, DATABASE = "running.json", "lock", "data.sqlite"  # in the folder
AUTHORITY = "authority.pem"  # certificate of the authority that its HTTPS listeners are signed by
FAULT_TAG = "ecs-emulator:fault"  # of a task, for tests and `fault`; of a table, for its throttling
PLACEHOLDER_TAG = "ecs-emulator:placeholder"  # of a task: the containers that a placeholder stands in for
NOTICES = "notices.txt"  # what is deployed and has no effect here
NOT_KEPT = "not-kept.txt"  # what was made by hand in the last run and is gone
FILE_SYSTEMS = "file-systems"  # those of EFS, as folders
PROGRAMS = "programs"  # images of the developer's programs
LOG = "up.log"  # what an emulator says that is detached
# But for the lock: whoever has opened it would lock a file that is not there any more.
KEPT = (
    "balancer",
    "credentials*",
    "data.*",
    "drills",
    FILE_SYSTEMS,
    "images",
    NOTICES,
    NOT_KEPT,
    PROGRAMS,
    "snapshot.json*",
    "tasks",
    LOG,
)
LOOKS, PAUSE = 50, 0.02  # at a lock that is held, and seconds between two


def endpoint_environment(cloud_url: str) -> dict[str, str]:
    """The variables with which any AWS client finds a local cloud."""
    return {
        "AWS_ENDPOINT_URL": cloud_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        # No name with a prefix (`stream-`) leads here.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        # A proxy for the world outside knows nothing of this machine.
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


def client_environment(cloud_url: str, key: AccessKey) -> dict[str, str]:
    """The variables with which any AWS client finds a local cloud, and is let in."""
    return endpoint_environment(cloud_url) | key.variables


def use_only(cloud_url: str, key: AccessKey) -> None:
    """Point every AWS client of this process at a local cloud, whatever the environment said before."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(client_environment(cloud_url, key))


def trust_only(folder: Path) -> None:
    """Let TLS clients of this process trust the authority of an emulator's folder, if it has one, and nobody else.

    Python reads the variable where OpenSSL does: https://docs.openssl.org/master/man7/openssl-env/
    """
    if (folder / AUTHORITY).exists():
        os.environ["SSL_CERT_FILE"] = str(folder / AUTHORITY)


class AlreadyRunning(Exception):
    """A second emulator would overwrite the first one's data."""


class Unusable(Exception):
    """The folder or the data in it; the message says why, and nothing was touched."""


def write_whole(path: Path, text: str) -> None:
    """Replace a small file: afterwards, also after a power cut, it has the old text or the new one. Raises OSError."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(frozen=True)
class Running:
    """Emulator that is ready: its addresses, and its stacks' outputs by name. `site_url` is empty without a site.

    `listeners` are the addresses of all listeners that there were when it got ready.
    `console_url` is empty without a console, `console_start` the id of that console's start, for links to it.
    """

    cloud_url: str
    api_url: str
    site_url: str
    outputs: dict[str, str]
    listeners: list[str] = field(default_factory=list)
    console_url: str = ""
    console_start: str = ""

    @classmethod
    def found(cls, folder: Path) -> Running | None:
        """The emulator of a folder, None when none is ready."""
        # One that was killed leaves its note behind, but not its lock.
        if holder(folder) is None:
            return None
        try:
            return cls(**json.loads((folder / NOTE).read_text()))
        except FileNotFoundError:
            return None

    @contextmanager
    def written(self, folder: Path) -> Iterator[None]:
        """Tell other commands, until the emulator stops. Raises Unusable."""
        note = folder / NOTE
        try:
            write_whole(note, json.dumps(asdict(self)))
        except OSError as error:
            raise Unusable(f"{note} cannot be written: {error.strerror}.") from error
        try:
            yield
        finally:
            note.unlink(missing_ok=True)

    def addresses(self) -> str:
        """One line for people."""
        site = f"site {self.site_url}  " if self.site_url else ""
        return f"{site}API {self.api_url}  AWS endpoint {self.cloud_url}"


def holder(folder: Path) -> int | None:
    """The process id of the emulator that holds a folder, None when none does; 0 while it is about to say so."""
    try:
        lock = (folder / LOCK).open("r+")
    except (FileNotFoundError, NotADirectoryError):
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read().strip() or 0)
    return None


@contextmanager
def ours_alone(folder: Path) -> Iterator[None]:
    """Hold the folder against a second emulator. Raises AlreadyRunning or Unusable."""
    try:
        private(folder)
        # Not emptied: it may be another's, with its process id.
        held = (folder / LOCK).open("a")
    except OSError as error:
        raise Unusable(
            f"The data cannot be kept in {folder}: {error.strerror}. LOCAL_DIR sets another folder."
        ) from error
    with held as lock:
        if not _taken(lock):
            raise AlreadyRunning("An emulator of this folder is running already; stop it first.")
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        # What a killed emulator left behind.
        (folder / NOTE).unlink(missing_ok=True)
        yield


def forget(folder: Path) -> bool:
    """Remove what emulators keep in a folder, and nothing that others have put there; whether there was anything.

    Raises AlreadyRunning, Unusable or OSError.
    """
    if not folder.is_dir():
        return False
    with ours_alone(folder):
        found = [path for pattern in KEPT for path in folder.glob(pattern)]
        for path in found:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    return bool(found)


def _taken(lock: IO[str]) -> bool:
    for _ in range(LOOKS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Whoever asks `holder` has it for a moment.
            time.sleep(PAUSE)
        else:
            return True
    return False
