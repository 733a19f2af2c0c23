"""`python -m bench.processor`: processor time of a request through the application, the data store made up.

What is left of a like when its write costs nothing, beside a bare Flask route that answers with the same JSON. Both are
called as a server calls them, with the headers that a browser and a load balancer send, and interleaved.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from unittest import mock

from flask import Flask

from app import METRICS, NEEDS, create_app
from app.kit.config import Config
from app.kit.dynamodb import Table
from app.kit.logs import log_to_stdout
from app.kit.metrics import measure

MYSFIT = "3f0f196c-4a7b-43af-9e29-6522a715342d"
ROW = {
    "MysfitId": MYSFIT, "Name": "Ozzy", "Species": "Ogre", "Description": "Keeps bees.", "Age": 77, "Likes": 43,
    "GoodEvil": "Good", "LawChaos": "Chaotic", "ThumbImageUri": "ozzy.svg", "ProfileImageUri": "ozzy-large.svg",
}  # fmt: skip
HEADERS = {
    "HTTP_HOST": "api.mysfits.example",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "HTTP_ACCEPT": "*/*",
    "HTTP_ORIGIN": "https://mysfits.example",
    "HTTP_X_FORWARDED_FOR": "192.0.2.7",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_PORT": "443",
    "HTTP_X_AMZN_TRACE_ID": "Root=1-67891233-abcdef012345678912345678",
    "CONTENT_LENGTH": "0",
}
REQUESTS = {
    "like": ("POST", f"/mysfits/{MYSFIT}/like"),
    "profile": ("GET", f"/mysfits/{MYSFIT}"),
    "list": ("GET", "/mysfits"),
    "health": ("GET", "/health"),
}

Application = Callable[..., Iterable[bytes]]


def bare() -> Flask:
    app = Flask("bare")

    @app.post("/mysfits/<mysfit_id>/like")
    def like(mysfit_id: str) -> dict[str, Any]:
        return {"Update": "Success", "likes": 43}

    return app


def microseconds(application: Application, method: str, path: str, count: int) -> float:
    """Processor time of one of `count` requests. Raises AssertionError where one is not answered as it should be."""
    statuses: set[str] = set()

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        statuses.add(status)

    began = time.process_time()
    for _ in range(count):
        environ = {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "",
            "SERVER_NAME": "0.0.0.0", "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1",  # noqa: S104
            "REMOTE_ADDR": "10.0.1.7", "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
            **HEADERS,
        }  # fmt: skip
        answer = application(environ, start_response)
        b"".join(answer)
        getattr(answer, "close", lambda: None)()
    used = time.process_time() - began
    assert statuses == {"200 OK"}, statuses
    return used / count * 1e6


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.processor", description=__doc__)
    options.add_argument("--requests", type=int, default=2_000, help="how many make one measurement")
    options.add_argument("--repeats", type=int, default=9, help="how many measurements a figure is the median of")
    chosen = options.parse_args()
    out = os.fdopen(os.dup(1), "w")
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (for the events, until the process ends)
    log_to_stdout("mysfits-service:12")
    measure("mysfits-service:12", METRICS)
    features = {"FEATURES": "catalog,likes,adoptions", "DDB_TABLE_NAME": "mysfits", "AWS_REGION": "us-east-1"}
    with (
        mock.patch.object(Table, "update", lambda *_, **__: ROW),
        mock.patch.object(Table, "get", lambda *_, **__: ROW),
        mock.patch.object(Table, "pages", lambda *_, **__: iter([ROW] * 12)),
    ):
        cases: dict[str, tuple[Application, str, str]] = {"bare route": (bare(), *REQUESTS["like"])}
        cases |= {name: (create_app(Config.from_env(features, NEEDS)), *asked) for name, asked in REQUESTS.items()}
        figures: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(chosen.repeats):
            for name, case in cases.items():
                figures[name].append(microseconds(*case, chosen.requests))
    base = statistics.median(figures["bare route"])
    for name, found in figures.items():
        middle = statistics.median(found)
        print(f"{name}: {middle:.0f} µs ({min(found):.0f} to {max(found):.0f}), {middle / base:.2f} bare", file=out)


if __name__ == "__main__":
    main()
