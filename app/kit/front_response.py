"""Response as the front sends it, and one that is made for many requests."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Response


class FrontResponse(NamedTuple):
    """Response that is whole, but for the headers that every answer has."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def front_response(response: Response, environ: dict[str, Any]) -> FrontResponse:
    """The same as Flask's response to a request with this environment of WSGI."""
    chunks, _, headers = response.get_wsgi_response(environ)
    return FrontResponse(response.status_code, tuple(headers), b"".join(chunks))


class SharedResponse(Response):
    """Response to many requests, made once: `whole` is what it is to a GET. Nobody changes it, but takes a `copy`."""

    def __init__(self, response: Response) -> None:
        self.whole = front_response(response, {"REQUEST_METHOD": "GET"})
        super().__init__(self.whole.body, self.whole.status, list(self.whole.headers))

    def copy(self) -> Response:
        return Response(self.whole.body, self.whole.status, list(self.whole.headers))
