"""Processor time of a request within WSGI, the data store made up: `python -m bench.processor`.

Tells on stderr, for stdout takes the log events, in JSON: microseconds of a like, of the application's route that does
nothing, and of the one of a bare application. All three are asked in turn.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, cast

from werkzeug.test import create_environ

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_ROUNDS, _REQUESTS = 15, 400
# As the store has it, with the attribute of one writer.
_ROW = {"MysfitId": "mysfit-0", "Name": "Ozzy", "Likes": 7, "W:abcdefgh": 1}


class ProcessorTime(NamedTuple):
    """Microseconds of a request."""

    like: float
    nothing: float
    bare: float


def measured() -> ProcessorTime:
    """Median over rounds, taken in a process of its own."""
    environment = {"AWS_REGION": "eu-central-1", "DDB_TABLE_NAME": "mysfits", "FEATURES": "catalog,likes,adoptions"}
    # A client is made, and never used.
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.processor"],
        env=os.environ | environment | keys,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    return ProcessorTime(**json.loads(done.stderr.splitlines()[-1]))


def _microseconds(application: Application, method: str, path: str) -> float:
    environ = create_environ(path, method=method, base_url="http://127.0.0.1:8080")
    begun = time.process_time()
    for _ in range(_REQUESTS):
        answer = application(dict(environ), lambda *_: None)
        b"".join(answer)
        if close := getattr(answer, "close", None):
            close()
    return (time.process_time() - begun) / _REQUESTS * 1_000_000


def main() -> None:
    from app.kit.dynamodb import Table

    Table.update = lambda *_, **__: dict(_ROW)  # type: ignore[method-assign]
    # Made when it is imported, and so after the data store.
    from bench.app import app
    from bench.peers.bare import app as bare

    routes = {
        "like": (app, "POST", "/mysfits/mysfit-0/like"),
        "nothing": (app, "GET", "/nothing"),
        "bare": (bare, "GET", "/nothing"),
    }
    rounds = [
        {
            name: _microseconds(cast("Application", application), *request)
            for name, (application, *request) in routes.items()
        }
        for _ in range(_ROUNDS)
    ]
    print(
        json.dumps({name: round(statistics.median(each[name] for each in rounds), 1) for name in routes}),
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
