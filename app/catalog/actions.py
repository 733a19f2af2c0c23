"""Reads of the catalog, cheap and in time."""

from collections.abc import Callable

from app.catalog.inputs import Filter
from app.catalog.store import Mysfit, Mysfits, Profile
from app.kit.coalescer import RequestCoalescer


def list_of(mysfits: Mysfits, wanted: Filter | None) -> list[Mysfit]:
    return mysfits.by_alignment(wanted.attribute, wanted.value) if wanted else mysfits.all()


def reading_profiles(mysfits: Mysfits) -> Callable[[str], Profile]:
    """A function that reads a profile: requests that meet share one consistent read, begun after they arrived.

    So an answered like shows in every profile asked for after it, from every task.
    """
    return RequestCoalescer[str, Profile](lambda mysfit_id, _size, _deadline: mysfits.profile(mysfit_id)).do
