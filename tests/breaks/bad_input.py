"""Bytes that come in break something, stay in memory, or get past whoever should turn them away."""

from __future__ import annotations

from tests.breaks import Break

RAW = "tests/fuzz/test_raw.py::test_no_bytes_disturb_the_server_or_its_visitors"

BREAKS = [
    Break(
        "A request may bring a body along, and what is hidden in it.",
        "app/kit/parse.py",
        '    if request.content_length or "Transfer-Encoding" in request.headers:\n',
        "    if request.content_length == -1:\n",
        RAW,
    ),
    Break(
        "A request line without an address is sent elsewhere.",
        "app/kit/parse.py",
        "    if isinstance(request.routing_exception, RequestRedirect):\n",
        "    if isinstance(request.routing_exception, ValueError):\n",
        RAW,
    ),
    Break(
        "A path of strange letters is an error of the server.",
        "app/kit/request_log.py",
        '                "path": quote(request.path)[:256],\n',
        '                "path": request.path.encode("ascii").decode(),\n',
        RAW,
    ),
    Break(
        "Something of every request is kept.",
        "app/kit/request_log.py",
        '        response.headers["X-Request-ID"] = g.request_id\n',
        '        response.headers["X-Request-ID"] = g.request_id\n'
        '        log.__dict__.setdefault("kept", []).append(bytes([1]) * 60_000)\n',
        RAW,
    ),
]
