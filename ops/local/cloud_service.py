"""The API's surroundings as a service of their own: `python -m ops.local.cloud_service`, in compose.yaml.

API_URL is where the site's visitors find the API, SITE_URL where they find the site; CLOUD_NAMES are the hosts,
comma-separated, by which other containers reach the cloud. CREDENTIALS_DIR is the folder where
they find its access key, the cloud's own folder when it is unset.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from ecs_emulator.access_key import AccessKey
from ecs_emulator.local import AlreadyRunning, Unusable, ours_alone
from ecs_emulator.stacks.templates import TemplateError
from ecs_emulator.supervisor import Supervisor, TooManyRestarts
from ecs_emulator.visible import visible
from ops.local import surroundings
from ops.local.program import MYSFITS

# A container has addresses of its own; who may reach them is decided by the ports it publishes.
HOST = "0.0.0.0"  # noqa: S104
CLOUD_PORT = 4566
SITE_PORT = 8080


def main() -> int:
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())

    def say(line: str) -> None:
        print(visible(line), flush=True)

    supervisor, folder = Supervisor(say, stopping), MYSFITS.folder
    try:
        with (
            ours_alone(folder),
            surroundings.cloud(folder, CLOUD_PORT, _key(folder), say, supervisor, HOST, _names()) as (session, outputs),
            surroundings.site(session, outputs, os.environ["API_URL"], _site_url(), SITE_PORT, say, supervisor, HOST),
            supervisor.watching(),
        ):
            stopping.wait()
        supervisor.check()
    except (AlreadyRunning, TemplateError, Unusable) as error:
        print(visible(f"Cannot start: {error}"), file=sys.stderr)
        return 1
    except TooManyRestarts as error:
        print(visible(str(error)), file=sys.stderr)
        return 1
    return 0


def _key(folder: Path) -> AccessKey:
    return AccessKey.of_folder(Path(os.environ.get("CREDENTIALS_DIR") or folder))


def _site_url() -> str:
    return os.environ.get("SITE_URL") or f"http://localhost:{SITE_PORT}"


def _names() -> list[str]:
    return [name for name in os.environ.get("CLOUD_NAMES", "").split(",") if name]


if __name__ == "__main__":
    sys.exit(main())
