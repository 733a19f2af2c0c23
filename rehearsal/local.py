"""The folder that a rehearsal keeps its data in, and the note that tells other commands where it runs."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rehearsal.access_key import AccessKey, private

LOCAL = Path(os.environ.get("LOCAL_DIR") or Path(__file__).parent.parent / ".local")


REGION = "us-east-1"


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
        """Tell other commands, until the rehearsal stops."""
        note = LOCAL / "running.json"
        note.write_text(json.dumps(asdict(self)))
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
    """Hold the folder against a second rehearsal. Raises AlreadyRunning."""
    private(LOCAL)
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning("A rehearsal of this folder is running already; stop it first.") from None
        # What a killed rehearsal left behind.
        (LOCAL / "running.json").unlink(missing_ok=True)
        yield
