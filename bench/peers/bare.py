"""A route that does nothing in a Flask application of nothing else: the ceiling of our own server."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/nothing")
def nothing() -> dict[str, str]:
    return {"Update": "Success"}
