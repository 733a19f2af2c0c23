"""Listener attributes that add a header to every response, one for each of these headers.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html#insert-header
"""

from __future__ import annotations

_PREFIX, _SUFFIX = "routing.http.response.", ".header_value"
NAMES = (
    "strict-transport-security",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-max-age",
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
)


def attribute(name: str) -> str:
    """The key of the listener attribute for a response header."""
    return f"{_PREFIX}{name.replace('-', '_')}{_SUFFIX}"
