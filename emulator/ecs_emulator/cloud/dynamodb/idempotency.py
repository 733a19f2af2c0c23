"""Idempotency of DynamoDB's transactions: one with a client's token is carried out once.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from time import monotonic
from typing import Any

from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
from moto.dynamodb.responses import DynamoHandler

from ecs_emulator.cloud.durable.codec import encoded

_TOKENS_LAST = 600.0  # seconds

# What a transaction was asked for and when (of `time.monotonic`), by account, region and token.
_transactions: dict[tuple[str, str, str], tuple[str, float]] = {}


class IdempotentParameterMismatch(DynamodbException):
    def __init__(self) -> None:
        super().__init__(
            f"{ERROR_TYPE_PREFIX}IdempotentParameterMismatchException",
            "Provided idempotent token was used with different parameters.",
        )


def forget_transactions() -> None:
    _transactions.clear()


def once(handler: DynamoHandler, token: str, answer: Callable[[DynamoHandler], Any]) -> Any:
    """Answer of a transaction, which is not carried out again with its token. Raises IdempotentParameterMismatch."""
    now = monotonic()
    for key in [key for key, (_, at) in _transactions.items() if now - at > _TOKENS_LAST]:
        del _transactions[key]
    key = (handler.current_account, handler.region, token)
    asked = json.dumps(encoded(handler.body["TransactItems"]), sort_keys=True)
    if key not in _transactions:
        answered = answer(handler)
        _transactions[key] = (asked, now)
        return answered
    if _transactions[key][0] != asked:
        raise IdempotentParameterMismatch
    items, handler.body["TransactItems"] = handler.body["TransactItems"], []
    answered = answer(handler)
    handler.body["TransactItems"] = items
    return answered
