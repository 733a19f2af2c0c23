"""Reads of the catalog, cheap and in time."""

from collections.abc import Awaitable, Callable

from app.catalog.inputs import Filter
from app.catalog.store import Mysfit, Mysfits, Profile
from app.kit.coalescer import RequestCoalescer


async def list_of(mysfits: Mysfits, wanted: Filter | None) -> list[Mysfit]:
    everybody = await mysfits.all()
    return [mysfit for mysfit in everybody if wanted is None or wanted.is_met_by(mysfit)]


def reading_profiles(mysfits: Mysfits) -> Callable[[str], Awaitable[Profile]]:
    """A function that reads a profile: requests that meet share one consistent read, begun after they arrived.

    So an answered like shows in every profile asked for after it, from every task.
    """
    return RequestCoalescer[str, Profile](lambda mysfit_id, _size, _deadline: mysfits.profile(mysfit_id)).do
