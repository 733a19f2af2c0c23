"""Browser at the AWS endpoint: it signs nothing, and whoever typed the address is told what it is."""

from __future__ import annotations

from http import HTTPStatus

from werkzeug.wrappers import Request, Response

# Of nothing that was asked: a page of another site may have made the request.
_TEXT = """\
This is the AWS endpoint of an emulator of Amazon ECS on this machine. AWS's SDKs and command line call it, with
calls that are signed; a browser cannot. In the folder where the emulator was started, type one of

  {program} console
  {program} status
  eval "$({program} env)"
  {program} --help

for a link to the console, which is for browsers; for what runs; for a shell in which any AWS client calls this
endpoint; and for all commands. The README is that of the Python package ecs-emulator.
"""


def is_browser(request: Request) -> bool:
    """True for the address as somebody types it into a browser: no AWS client wants HTML, or signs nothing here."""
    return (
        request.method in ("GET", "HEAD")
        and request.path == "/"
        and not request.query_string
        and "Authorization" not in request.headers
        and "text/html" in request.headers.get("Accept", "")
    )


def explanation(program: str) -> Response:
    """Plain text for people; `program` is the command to type. It is refused all the same, as every such call is."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Accept"}
    return Response(
        _TEXT.format(program=program), HTTPStatus.FORBIDDEN, headers, content_type="text/plain; charset=utf-8"
    )
