"""Processor time of a request within the application, the data store made up: `python -m bench.processor`.

Tells on stderr, for stdout takes the log events, in JSON: microseconds of a like, of the application's route that does
nothing, and of the one of a bare application. All three are asked in turn.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from werkzeug.test import create_environ

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


def _by_wsgi(application: Callable[..., Iterable[bytes]], method: str, path: str) -> float:
    environ = create_environ(path, method=method, base_url="http://127.0.0.1:8080")
    begun = time.process_time()
    for _ in range(_REQUESTS):
        answer = application(dict(environ), lambda *_: None)
        b"".join(answer)
        if close := getattr(answer, "close", None):
            close()
    return (time.process_time() - begun) / _REQUESTS * 1_000_000


async def _by_asgi(application: Callable[..., Any], method: str, path: str) -> float:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8080")],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8080),
    }

    async def pass_on(_message: dict[str, Any]) -> None:
        pass

    begun = time.process_time()
    for _ in range(_REQUESTS):
        await application(dict(scope), None, pass_on)
    return (time.process_time() - begun) / _REQUESTS * 1_000_000


async def _a_row(*_: object, **__: object) -> dict[str, Any]:
    return dict(_ROW)


async def _rounds() -> list[dict[str, float]]:
    from app.kit.dynamodb import Table

    Table.update = _a_row  # type: ignore[method-assign]
    # Made when it is imported, and so after the data store.
    from bench.app import app
    from bench.peers.bare import app as bare

    return [
        {
            "like": await _by_asgi(app, "POST", "/mysfits/mysfit-0/like"),
            "nothing": await _by_asgi(app, "GET", "/nothing"),
            "bare": _by_wsgi(bare, "GET", "/nothing"),
        }
        for _ in range(_ROUNDS)
    ]


def main() -> None:
    rounds = asyncio.run(_rounds())
    print(
        json.dumps({name: round(statistics.median(each[name] for each in rounds), 1) for name in rounds[0]}),
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
