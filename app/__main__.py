"""`python -m app`: check the settings, then serve. This is the container's command."""

import gc
import os
import signal
import sys
import time
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.common import AbstractServer

from app import NEEDS
from app.kit import aws, faults
from app.kit.config import Config, WrongSetting
from app.kit.logs import log_to_stdout
from app.kit.processors import workers
from app.kit.revision import with_revision

BIRTH = 1.5  # seconds that a worker takes to begin, and some more


def main() -> int:
    try:
        config = Config.from_env(os.environ, NEEDS)
    except WrongSetting as wrong:
        print(f"Cannot start: {wrong}", file=sys.stderr)
        return 2
    log_to_stdout(config.revision)
    config = with_revision(config)
    log_to_stdout(config.revision)
    # So that no worker has to ask, and all of them say the same.
    os.environ["SERVICE_REVISION"] = config.revision
    if config.faults:
        faults.begin(config.faults)
    serve("app.asgi:app", config)
    return 0


def serve(target: str, config: Config) -> None:
    """Serve the ASGI application `target` (`module:name`) until SIGTERM."""
    server = Granian(
        target,
        address=config.bind_address,
        port=config.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        workers=config.workers or workers(config.metadata_uri),
        respawn_failed_workers=True,
        # Counted in connections, not requests: a smaller number lets idle keep-alives lock everybody out.
        backlog=4096,
        backpressure=4096,
        # Longer than a load balancer keeps an idle connection (55 s), or it would meet a closed one: a 502.
        # A head may be as large as a load balancer lets it be: 64 KiB.
        http1_settings=HTTP1Settings(header_read_timeout=60_000, max_buffer_size=64 * 1024),
        # Longer than any request takes, shorter than ECS's `stopTimeout` of 30 s.
        workers_kill_timeout=20,
        # Its logger goes the way of all others, as JSON.
        log_dictconfig={
            "version": 1,
            "disable_existing_loggers": False,
            "incremental": False,
            "formatters": {},
            "handlers": {},
            "loggers": {"_granian": {"propagate": True}},
        },
    )
    _be_heard_by_workers(server)
    aws.prepare(config.region)
    # A worker's first full collection would copy every page that it shares with this process.
    # https://docs.python.org/3/library/gc.html#gc.freeze
    gc.collect()
    gc.freeze()
    if "ignore-sigterm" in config.faults:
        server.on_startup(lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN))
    server.serve()


def _be_heard_by_workers(server: AbstractServer[Any]) -> None:
    """A worker misses a SIGTERM that comes while it begins, and then holds the stop until it is killed."""
    # It is born with its parent's handlers, which do nothing in it.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    begun = time.monotonic()

    def stop_when_they_listen(*_: object) -> None:
        time.sleep(max(0.0, begun + BIRTH - time.monotonic()))
        server.signal_handler_interrupt()  # type: ignore[no-untyped-call]

    server.on_startup(lambda: signal.signal(signal.SIGTERM, stop_when_they_listen))


if __name__ == "__main__":
    sys.exit(main())
