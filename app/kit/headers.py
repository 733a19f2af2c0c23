"""Response headers: what every answer tells of itself, and a browser not to do with it."""

from __future__ import annotations

from collections.abc import Sequence

Headers = Sequence[tuple[str, str]]

EXPOSED = ("Retry-After", "X-Request-ID", "X-Service-Revision")  # to pages of other origins
# Of an answer that has none of its own.
DEFAULTS: Headers = (
    # An answer is data: nothing in it is run or shown in a frame.
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    # Counts change with every like: what a browser kept would be wrong.
    ("Cache-Control", "no-store"),
)


def response_headers(revision: str, for_every_origin: bool) -> Headers:
    """Headers of every answer, which no route sets. In a rollout two revisions answer, and each says which it is.

    `for_every_origin` says whether pages of other origins may use what is answered without asking (CORS).
    """
    open_to_all = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", ", ".join(EXPOSED)))
    return (
        ("X-Service-Revision", revision),
        # Nothing is guessed at, or told to others as where one came from.
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "cross-origin" if for_every_origin else "same-origin"),
        # Else the server would put its own name here.
        ("Server", "mysfits"),
        *(open_to_all if for_every_origin else ()),
    )
