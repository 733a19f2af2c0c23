"""A route that does nothing in a Flask application of nothing else, as fast as our own server runs one.

It is WSGI, with the number of threads that it was fastest with: `python -m bench.peers.bare`.
"""

from __future__ import annotations

import os

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces

_THREADS = 4

app = Flask(__name__)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/nothing")
def nothing() -> dict[str, str]:
    return {"Update": "Success"}


def main() -> None:
    Granian(
        "bench.peers.bare:app",
        address="127.0.0.1",
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=int(os.environ["WORKERS"]),
        blocking_threads=_THREADS,
        backlog=4096,
        backpressure=4096,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
