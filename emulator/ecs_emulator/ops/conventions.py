"""Conventions of a platform: what its operators know of its services beyond what AWS tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Conventions:
    """The object of click's root context; without one, nothing is known.

    `outputs` gives those of its stacks in AWS, name to value, and raises NoTarget. `probe` is a path that every
    service of it answers, `keep_alive` the seconds for which they keep an idle connection. With `names_revision`,
    whatever of it answers says its revision in X-Service-Revision, and what does not say so is not taken for proved.
    `deploys` is the verb that deploys its stacks, empty where there is none.
    """

    outputs: Callable[[], dict[str, str]] | None = None
    probe: str = "/"
    keep_alive: int | None = None
    names_revision: bool = False
    deploys: str = ""
