"""Tokens of pages: where the next page of a long answer begins."""

from __future__ import annotations

import base64


def page_token(position: int) -> str:
    """Token of the page that begins at a position."""
    return base64.urlsafe_b64encode(b"%d" % position).decode()


def page_start(token: str) -> int:
    """Position at which a token's page begins. Raises ValueError for what is no token."""
    return int(base64.urlsafe_b64decode(token.encode()))
