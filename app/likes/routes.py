from collections.abc import Awaitable, Callable
from typing import Any

from flask import Blueprint

from app.catalog.inputs import parse_mysfit_id
from app.kit import environ
from app.kit.request_log import set_event
from app.likes.rate_limiter import RateLimiter


def like_routes(like_one: Callable[[str], Awaitable[int]], limiter: RateLimiter, fulfill_like: bool) -> Blueprint:
    """`fulfill_like` is whether a separate like service has likes stored here."""
    blueprint = Blueprint("likes", __name__)

    @blueprint.post("/mysfits/<mysfit_id>/like")
    async def like(mysfit_id: str) -> dict[str, Any]:
        limiter.take(environ.current.get())
        count = await like_one(parse_mysfit_id(mysfit_id))
        set_event("Like processed.", mysfit_id=mysfit_id)
        return {"Update": "Success", "likes": count}

    if fulfill_like:

        @blueprint.post("/mysfits/<mysfit_id>/fulfill-like")
        async def fulfill(mysfit_id: str) -> dict[str, Any]:
            """The service writes the log line itself, and has visitors of its own."""
            return {"Update": "Success", "likes": await like_one(parse_mysfit_id(mysfit_id))}

    return blueprint
