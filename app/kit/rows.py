"""Rows of a table as what a feature speaks of."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from app.kit.attribute_values import Item

log = logging.getLogger(__name__)

Thing = TypeVar("Thing")


def complete(items: Iterable[Item], thing_of: Callable[[Item], Thing], key: str) -> Iterator[Thing]:
    """Each row as a thing: one bad row must not take the list from everybody. `key` names a row in the log."""
    for item in items:
        try:
            yield thing_of(item)
        except KeyError as missing:
            log.error("Incomplete row left out.", extra={"key": str(item.get(key)), "missing": str(missing)})
