"""WSGI environment of a request that came by ASGI, and the request that is being served."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextvars import ContextVar
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

Environ = dict[str, Any]

# Set by the front, for as long as it serves.
current = ContextVar[Environ]("environ")

# https://peps.python.org/pep-3333/#environ-variables
_PLAIN = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
_NAMES = {
    name: f"HTTP_{name.decode().upper().replace('-', '_')}"
    for name in (b"host", b"accept", b"user-agent", b"x-forwarded-for", b"x-amzn-trace-id", b"x-request-id", b"origin")
} | _PLAIN


_NO_ARGUMENTS = ImmutableMultiDict[str, str]()


def request() -> Request:
    """The request that is being served, by a coroutine or not."""
    return Request(current.get())


def arguments() -> MultiDict[str, str]:
    """The query parameters of the request that is being served."""
    # Most have none, and to make a request of werkzeug's takes a tenth of all the rest.
    return request().args if current.get().get("QUERY_STRING") else _NO_ARGUMENTS


def environ_of(scope: Mapping[str, Any]) -> Environ:
    """The environment of a request of ASGI, as far as a route without a body needs it.

    https://asgi.readthedocs.io/en/latest/specs/www.html#wsgi-compatibility
    """
    path: bytes = scope["raw_path"]
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # A few bytes: most addresses have nothing to decode.
        "PATH_INFO": (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0] if scope.get("client") else "",
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "wsgi.url_scheme": scope["scheme"],
    }
    for raw, value in scope["headers"]:
        name = _NAMES.get(raw) or f"HTTP_{raw.decode('latin-1').upper().replace('-', '_')}"
        text = value.decode("latin-1")
        environ[name] = f"{environ[name]},{text}" if name in environ else text
    return environ


def with_streams(environ: Environ) -> Environ:
    """The same with what a WSGI application may ask for beside it. There is no body."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **environ,
    }
