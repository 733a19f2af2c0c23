"""Wildcard patterns of AWS: `*` is any number of characters, `?` is one, and nothing else is special."""

from __future__ import annotations

from fnmatch import fnmatchcase


def fits(pattern: str, text: str) -> bool:
    """True when `pattern` matches the whole of `text`; case counts.

    The time is bounded by the product of the lengths, however many stars there are: what fnmatch makes of a pattern
    never goes back behind a star that has matched.
    """
    # For fnmatch alone, a bracket begins a set of characters.
    return fnmatchcase(text, pattern.replace("[", "[[]"))
