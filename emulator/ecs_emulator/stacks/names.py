"""Names of resources that a template does not name."""

from __future__ import annotations

from hashlib import sha256


def shortened(name: str, limit: int) -> str:
    """`name` in at most `limit` characters, still one of a kind. A load balancer's name has 32 at most."""
    if len(name) <= limit:
        return name
    mark = sha256(name.encode()).hexdigest()[:8]
    return f"{name[: limit - 9].rstrip('-')}-{mark}"
