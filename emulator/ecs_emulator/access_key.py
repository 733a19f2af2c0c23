"""Access key: what an AWS client signs its calls with."""

from __future__ import annotations

import configparser
import contextlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

FILE = "credentials"  # in the folder of an emulator
_SECTION = "default"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
LONG_TERM, TEMPORARY = "AKIA", "ASIA"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True)
class AccessKey:
    """A key of AWS; `token` is the session token of a temporary one, empty for one that lasts."""

    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)

    @classmethod
    def generate(cls, prefix: str = LONG_TERM) -> AccessKey:
        """A key that nobody else has; a temporary one has a session token."""
        key_id = prefix + "".join(secrets.choice(_LETTERS) for _ in range(16))
        return cls(key_id, secrets.token_urlsafe(30), secrets.token_urlsafe(96) if prefix == TEMPORARY else "")

    @classmethod
    def of_folder(cls, folder: Path) -> AccessKey:
        """The key of an emulator's folder, made when there is none that can be read. Raises OSError.

        Its file has the format of AWS's shared credentials file:
        https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
        """
        private(folder)
        path = folder / FILE
        if found := _read(path):
            path.chmod(0o600)
            return found
        made = cls.generate()
        new = folder / f"{FILE}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"[{_SECTION}]\naws_access_key_id = {made.id}\naws_secret_access_key = {made.secret}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            # Another command may have made one meanwhile: the first stays.
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
            if not (kept := _read(path)):
                os.replace(new, path)
            return kept or made
        finally:
            new.unlink(missing_ok=True)

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables in which clients look for it."""
        key = {"AWS_ACCESS_KEY_ID": self.id, "AWS_SECRET_ACCESS_KEY": self.secret}
        return key | ({"AWS_SESSION_TOKEN": self.token} if self.token else {})


def private(folder: Path) -> None:
    """Make a folder that nobody but its owner may enter, or make one such that is there. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _read(path: Path) -> AccessKey | None:
    file = configparser.ConfigParser(interpolation=None)
    try:
        file.read_string(path.read_text())
        section = file[_SECTION]
        return AccessKey(section["aws_access_key_id"], section["aws_secret_access_key"])
    except (FileNotFoundError, configparser.Error, KeyError, UnicodeDecodeError):
        return None
