"""The folder that a rehearsal keeps its data in, and the note that tells other commands where it runs."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ecs_emulator.access_key import AccessKey, private

LOCAL = Path(os.environ.get("LOCAL_DIR") or Path(__file__).parents[2] / ".local")


ACCOUNT, REGION = "123456789012", "us-east-1"


def endpoint_environment(cloud_url: str) -> dict[str, str]:
    """The variables with which any AWS client finds a local cloud."""
    return {
        "AWS_ENDPOINT_URL": cloud_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
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


def own_key() -> AccessKey:
    """The access key of this folder, the same until `make clean`. Raises OSError."""
    return AccessKey.of_folder(LOCAL)


class AlreadyRunning(Exception):
    """A second rehearsal would overwrite the first one's data."""


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
    """A rehearsal that is ready: its addresses, and its stacks' outputs by name."""

    cloud_url: str
    api_url: str
    site_url: str
    outputs: dict[str, str]

    @classmethod
    def found(cls) -> Running | None:
        """The rehearsal of this folder, None when none is ready."""
        note = LOCAL / "running.json"
        # One that was killed leaves its note behind, but not its lock.
        return cls(**json.loads(note.read_text())) if note.exists() and _locked() else None

    @contextmanager
    def written(self) -> Iterator[None]:
        """Tell other commands, until the rehearsal stops. Raises Unusable."""
        note = LOCAL / "running.json"
        try:
            write_whole(note, json.dumps(asdict(self)))
        except OSError as error:
            raise Unusable(f"{note} cannot be written: {error.strerror}.") from error
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def _locked() -> bool:
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def ours_alone() -> Iterator[None]:
    """Hold the folder against a second rehearsal. Raises AlreadyRunning or Unusable."""
    try:
        private(LOCAL)
        held = (LOCAL / "lock").open("w")
    except OSError as error:
        raise Unusable(
            f"The data cannot be kept in {LOCAL}: {error.strerror}. LOCAL_DIR sets another folder."
        ) from error
    with held as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning("A rehearsal of this folder is running already; stop it first.") from None
        # What a killed rehearsal left behind.
        (LOCAL / "running.json").unlink(missing_ok=True)
        yield
