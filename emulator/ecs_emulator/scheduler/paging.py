"""Pages of long answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.page_tokens import page_start, page_token

Item = TypeVar("Item")


def page(items: Sequence[Item], request: Mapping[str, Any], most: int = 100) -> tuple[list[Item], dict[str, str]]:
    """The items that `maxResults` and `nextToken` ask for, and the token of the next page when there is one.

    Raises AwsError.
    """
    size = request.get("maxResults") or most
    if not 1 <= size <= most:
        raise AwsError("InvalidParameterException", f"maxResults should be between 1 and {most}.")
    start = _start(request["nextToken"]) if request.get("nextToken") else 0
    end = start + size
    more = {"nextToken": page_token(end)} if end < len(items) else {}
    return list(items[start:end]), more


def _start(token: str) -> int:
    try:
        return page_start(token)
    except ValueError:
        raise AwsError("InvalidParameterException", "Invalid token.") from None
