"""The API's surroundings as a service of their own: `python -m rehearsal.cloud_service`, in compose.yaml.

API_URL is where the site's visitors find the API.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from rehearsal import surroundings
from rehearsal.local import AlreadyRunning, Unusable, ours_alone
from rehearsal.stacks.templates import TemplateError

# A container has addresses of its own; who may reach them is decided by the ports it publishes.
HOST = "0.0.0.0"  # noqa: S104
CLOUD_PORT = 4566
SITE_PORT = 8080


def main() -> int:
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())

    def say(line: str) -> None:
        print(line, flush=True)

    try:
        with (
            ours_alone(),
            surroundings.cloud(CLOUD_PORT, say, HOST) as outputs,
            surroundings.site(outputs["SiteBucket"], os.environ["API_URL"], SITE_PORT, say, HOST),
        ):
            stopping.wait()
    except (AlreadyRunning, TemplateError, Unusable) as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
