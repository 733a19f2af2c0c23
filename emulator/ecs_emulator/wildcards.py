"""Wildcard patterns of AWS: `*` is any number of characters, `?` is one where it is special, and nothing else is."""

from __future__ import annotations

from fnmatch import fnmatchcase


def fits(pattern: str, text: str, *, has_one: bool = True) -> bool:
    """True when `pattern` matches the whole of `text`; case counts. Without `has_one`, `?` is only itself.

    The time is bounded by the product of the lengths, however many stars there are: what fnmatch makes of a pattern
    never goes back behind a star that has matched.
    """
    # For fnmatch alone, a bracket begins a set of characters.
    plain = pattern.replace("[", "[[]")
    return fnmatchcase(text, plain if has_one else plain.replace("?", "[?]"))
