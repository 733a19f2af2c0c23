"""Request text to values; whatever does not fit is Invalid."""

from collections.abc import Collection

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from app.kit.problems import AddressTooLong, Invalid

# As long as a load balancer lets it be.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
LONGEST_ADDRESS = 16 * 1024


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


def no_body(request: Request) -> None:
    """No route of this API takes a body. Raises Invalid.

    The headers decide: a server hands over a body that broke off on its way as an empty one.
    """
    if request.content_length or "Transfer-Encoding" in request.headers:
        raise Invalid("This request takes no body.")


def address(request: Request) -> None:
    """Raises AddressTooLong, and NotFound where the request line holds none, which routing would lead elsewhere."""
    if len(request.path) + len(request.query_string) > LONGEST_ADDRESS:
        raise AddressTooLong
    if isinstance(request.routing_exception, RequestRedirect):
        raise NotFound
