"""Pages of long answers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ecs_emulator.cloud.errors import AwsError

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
    more = {"nextToken": base64.urlsafe_b64encode(str(end).encode()).decode()} if end < len(items) else {}
    return list(items[start:end]), more


def _start(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        raise AwsError("InvalidParameterException", "Invalid token.") from None
