"""Sessions of boto3 whose clients work on a local cloud, whatever the environment and the user's files say."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from ecs_emulator.access_key import AccessKey
from ecs_emulator.local import REGION

# A setting, with neither a variable nor a line of a file that could give it another value.
_FIXED: dict[str, Any] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "region": (None, None, REGION, None),
}


class _Loader(Loader):
    """Models of botocore and boto3, each read once for all sessions."""

    @property
    def search_paths(self) -> list[str]:
        # A copy: each session of boto3 adds its own folder.
        return [*super().search_paths, _RESOURCES]


_RESOURCES = str(Path(boto3.__file__).parent / "data")
LOADER = _Loader()


class _Session(boto3.Session):
    def __init__(self, cloud_url: str, core: botocore.session.Session) -> None:
        super().__init__(botocore_session=core)
        self._cloud_url = cloud_url

    def client(self, *arguments: Any, endpoint_url: str | None = None, **settings: Any) -> Any:
        made: Any = super().client
        return made(*arguments, endpoint_url=endpoint_url or self._cloud_url, **settings)


def session_of(cloud_url: str, key: AccessKey, user_agent: str = "") -> boto3.Session:
    """A session of the cloud at an address; `user_agent` is added to the User-Agent of its clients."""
    core = botocore.session.Session(_FIXED)
    core.register_component("data_loader", LOADER)
    core.set_credentials(key.id, key.secret)
    core.user_agent_extra = user_agent
    # A proxy for the world outside knows nothing of this machine; and no name leads here with a prefix (`stream-`).
    core.set_default_client_config(Config(proxies={}, inject_host_prefix=False))
    return _Session(cloud_url, core)


class ClientCache:
    """Clients of a session, each made once: a session is not for several threads, a client is."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """A client by the name of its service, such as `ecs`."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(service)  # type: ignore[call-overload]
            return self._clients[service]
