"""Requests to the message board as valid values."""

import re


def parse_id(text: str, unknown: type[Exception]) -> int:
    """The number of a row that could be there. Raises `unknown`: what could not be stored does not exist."""
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        raise unknown
    return int(text)
