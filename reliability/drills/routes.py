"""Routes of visitors, by the service of the split assembly that has them."""

from __future__ import annotations

from collections.abc import Mapping

from ops.visitors import LIKE

# Not here: adopting, which happens once; `fulfill-like`, which is closed to the world; `/`, which no feature has.
# Nor the counter, whose writes are never sent again: where a busy local cloud takes 2 s for one, it answers 503.
ROUTES: Mapping[str, tuple[str, ...]] = {
    "mysfits-catalog": (
        "GET /mysfits",
        "GET /mysfits?filter=GoodEvil&value=Good",
        "GET /mysfits?filter=LawChaos&value=Lawful",
        "GET /mysfits/{id}",
        "GET /version",
    ),
    "mysfits-likes": (LIKE,),
    "mysfits-users": ("GET /api/users", "GET /api/users/2"),
    "mysfits-threads": ("GET /api", "GET /api/threads", "GET /api/threads/3"),
    "mysfits-posts": ("GET /api/posts", "GET /api/posts/in-thread/1", "GET /api/posts/by-user/3"),
}

# Read more often than anything else. These answers are copies and call no data store, so a crowd makes more requests
# than the local cloud could answer, which takes its calls one at a time.
_LOOKED_AROUND_IN = (
    "GET /mysfits",
    "GET /mysfits?filter=GoodEvil&value=Good",
    "GET /mysfits?filter=LawChaos&value=Lawful",
    "GET /api",
    "GET /api/users",
    "GET /api/threads",
    "GET /api/posts",
    "GET /version",
)

EVERYWHERE = (*(route for routes in ROUTES.values() for route in routes), *4 * _LOOKED_AROUND_IN, LIKE, LIKE)
