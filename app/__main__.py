"""`python -m app`: check the settings, then serve. This is the container's command."""

import logging
import os
import signal
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from app import NEEDS
from app.kit.config import Config, WrongSetting
from app.kit.logs import log_to_stdout


def main() -> int:
    try:
        config = Config.from_env(os.environ, NEEDS)
    except WrongSetting as wrong:
        print(f"Cannot start: {wrong}", file=sys.stderr)
        return 2
    log_to_stdout(config.revision)
    serve("app.wsgi:app", config)
    return 0


def serve(target: str, config: Config) -> None:
    """Serve the WSGI application `target` (`module:name`) until SIGTERM."""
    # A worker is born with its parent's handlers, and would ignore a SIGTERM until it serves.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    # More threads than cores is what it warns of; ours wait for DynamoDB most of the time.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    Granian(
        target,
        address="0.0.0.0",  # noqa: S104 (a container's own)
        port=config.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=config.workers,
        respawn_failed_workers=True,
        blocking_threads=config.threads,
        # Counted in connections, not requests: a smaller number lets idle keep-alives lock everybody out.
        backlog=4096,
        backpressure=4096,
        # Longer than a load balancer keeps an idle connection (55 s), or it would meet a closed one: a 502.
        http1_settings=HTTP1Settings(header_read_timeout=60_000),
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
    ).serve()


if __name__ == "__main__":
    sys.exit(main())
