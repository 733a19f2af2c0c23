"""Visitors of this platform, as a load: the list, profiles and likes, and which mysfits they are about."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from ecs_emulator.load.client import Failed, LoadConnection, LoadEndpoint
from ecs_emulator.load.workload import CannotLoad, Workload

LIST, PROFILE, LIKE, ADOPT = (
    "GET /mysfits",
    "GET /mysfits/{id}",
    "POST /mysfits/{id}/like",
    "POST /mysfits/{id}/adopt",
)
GOLDEN = (LIST, PROFILE, LIKE)
# What a history holds of an answer; `detail` is that of a problem, which says whether anything was changed.
MEMBERS = ("likes", "adopted", "detail")
PATIENCE = 30.0  # seconds for an answer


def workload(
    url: str,
    clients: int,
    seconds: float | None = None,
    routes: Sequence[str] = GOLDEN,
    most: int | None = None,
    slice_seconds: float = 0.1,
    history: str | None = None,
) -> Workload:
    """A load on so many of the mysfits at the most, or on all. Raises CannotLoad."""
    needs_ids = any("{id}" in route for route in routes)
    return Workload(
        url,
        clients,
        seconds,
        tuple(routes),
        ids=listed(url)[:most] if needs_ids else (),
        counted=(LIKE,),
        history=history,
        recorded=(PROFILE, LIKE),
        members=MEMBERS,
        digested=tuple(route for route in routes if route.partition("?")[0] == LIST),
        # What lists say of these changes by the visitors themselves.
        undigested=("likes", "adopted"),
        slice_seconds=slice_seconds,
    )


def listed(url: str) -> tuple[str, ...]:
    """The ids of the mysfits that the API lists. Raises CannotLoad."""
    try:
        mysfits = tuple(str(mysfit["mysfitId"]) for mysfit in json.loads(asyncio.run(_list(url)))["mysfits"])
    except Failed as failure:
        raise CannotLoad(f"Nothing answers at {url}: {failure}.") from failure
    except (ValueError, LookupError, TypeError):
        mysfits = ()
    if not mysfits:
        raise CannotLoad(f"{url}/mysfits lists no mysfits; fill the table, or choose routes with --only.")
    return mysfits


async def _list(url: str) -> bytes:
    connection = LoadConnection(LoadEndpoint.at(url), PATIENCE)
    try:
        return (await connection.ask("GET", "/mysfits")).body
    finally:
        connection.close()
