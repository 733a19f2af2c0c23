"""JSON log events: to stdout always, and to CloudWatch Logs when a log group is set."""

import atexit
import json
import logging
import os
import socket
import sys
from datetime import UTC, datetime
from multiprocessing import util as multiprocessing_util
from typing import Any

from app.kit import aws
from app.kit.config import Config
from app.kit.line_handler import LineHandler
from app.kit.request_log import request_id

# What every record has; anything else on a record is a field that the caller named.
_TEXT = "json"  # what the formatter has made of the record
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", _TEXT}

_encode = json.JSONEncoder(default=str).encode


class JsonFormatter(logging.Formatter):
    """One line of JSON for each event: time (UTC, ISO 8601), level, message, request id, revision, named fields.

    A record is encoded once, however many handlers write it: a process has one revision.
    """

    def __init__(self, revision: str) -> None:
        super().__init__()
        self._revision = revision

    def format(self, record: logging.LogRecord) -> str:
        told = vars(record)
        text: str | None = told.get(_TEXT)
        if text is None:
            text = told[_TEXT] = self._encoded(record)
        return text

    def _encoded(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "message": record.getMessage(),
            "revision": self._revision,
        }
        if (current := request_id()) is not None:
            event["request_id"] = current
        event |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return _encode(event)


def log_to_stdout(revision: str) -> None:
    """Send every event of this process to stdout, those of libraries from warnings on."""
    handler = LineHandler(sys.stdout)
    # A server's worker processes end without `atexit`; behind all that has something to say at the end.
    multiprocessing_util.Finalize(None, handler.flush, exitpriority=-1)
    atexit.register(handler.flush)
    handler.setFormatter(JsonFormatter(revision))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("app").setLevel(logging.INFO)
    logging.captureWarnings(True)


def log_to_cloudwatch(config: Config) -> None:
    """Send the application's events to `config.log_group` too, in a stream of this process's own."""
    # Where the platform collects stdout nobody needs it, and a start is short without.
    from app.kit.cloudwatch import CloudWatch

    cloudwatch = CloudWatch(
        aws.logs(config.region),
        log_group=config.log_group,
        log_stream=f"{config.revision.replace(':', '-')}/{socket.gethostname()}/{os.getpid()}",
        formatter=JsonFormatter(config.revision),
    )
    # Only the application's own events: those of the sending itself would go round in circles.
    logging.getLogger("app").addHandler(cloudwatch.handler)
