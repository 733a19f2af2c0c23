"""Parsers from request text to values; whatever does not fit is Invalid."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from app.kit.problems import AddressTooLong, Invalid

Environ = Mapping[str, Any]  # of WSGI

# As long as a load balancer lets it be.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
LONGEST_ADDRESS = 16 * 1024

# A name or an address, and perhaps a port. A server joins several lines of a header with commas.
# https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2
_HOST = re.compile(r"(?:[A-Za-z0-9._~%!$&'()*+;=-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")


def only(arguments: MultiDict[str, str], name: str) -> str | None:
    """The one value of a query parameter, None when it is absent. Raises Invalid when it is repeated."""
    values = arguments.getlist(name)
    if len(values) > 1:
        raise Invalid(f"Give {name} once, not {len(values)} times.")
    return values[0] if values else None


def one_of(allowed: Collection[str], name: str, value: str | None) -> str:
    """`value`, which is one of `allowed`. Raises Invalid."""
    if value is None or value not in allowed:
        given = "is missing" if not value else f"is {value[:40]!r}"
        raise Invalid(f"{name} {given}; it should be one of {', '.join(allowed)}.")
    return value


def no_body(environ: Environ) -> None:
    """No route of this API takes a body. Raises Invalid.

    The headers decide: a server hands over a body that broke off on its way as an empty one.
    """
    if environ.get("CONTENT_LENGTH", "").strip("0") or "HTTP_TRANSFER_ENCODING" in environ:
        raise Invalid("This request takes no body.")


def address(environ: Environ) -> None:
    """Raises AddressTooLong, and NotFound where the path does not begin with one slash: routing takes any number."""
    path: str = environ["PATH_INFO"]
    if len(path) + len(environ.get("QUERY_STRING", "")) > LONGEST_ADDRESS:
        raise AddressTooLong
    if path[:1] != "/" or path[1:2] == "/":
        raise NotFound


def host(environ: Environ) -> None:
    """Raises Invalid where a request does not say once, and plainly, which host it is for. HTTP/1.0 need not say it.

    https://www.rfc-editor.org/rfc/rfc9112#section-3.2
    """
    given: str = environ.get("HTTP_HOST", "")
    if not _HOST.fullmatch(given) and (given or environ["SERVER_PROTOCOL"] == "HTTP/1.1"):
        raise Invalid("A request has one Host header, with a name or an address.")
