"""The one counter in DynamoDB; see docs/decisions/0009-a-counter-that-expires.md."""

import secrets
import time
from collections.abc import Callable, Iterator

from app.kit.attribute_values import Item
from app.kit.dynamodb import InDoubt, Refused, Table
from app.kit.problems import Unavailable

LIFETIME = 30_000  # milliseconds
# Seconds after its end for which the row stays at the least: DynamoDB tidies up, and never decides.
KEPT = 3600

_KEY = {"Name": "hello"}


class Expired(Exception):
    """There is nothing to count on: more than LIFETIME has passed since the last `begin`, or there was none."""


class Counter:
    """`clock` gives nanoseconds since 1970. One task's sets the deadline, and another's may tell when it is over."""

    def __init__(self, table: Table, clock: Callable[[], int] = time.time_ns) -> None:
        self._table = table
        self._clock = clock

    async def begin(self) -> int:
        """Start anew at 1, for LIFETIME from now."""
        deadline = self._now() + LIFETIME
        item = await self._table.update(
            _KEY,
            UpdateExpression="SET #count = :one, Deadline = :deadline, ExpiresAt = :expiry REMOVE Newest",
            ExpressionAttributeNames={"#count": "Count"},
            ExpressionAttributeValues={":one": 1, ":deadline": deadline, ":expiry": deadline // 1000 + KEPT},
        )
        return int(item["Count"])

    async def go_on(self, count: int) -> Iterator[int]:
        """Count `count` further in one write; the numbers that this took. The deadline stays.

        Raises Expired or NotApplied, and then nothing is counted; InDoubt, and then it is counted once or never: a
        write whose answer was lost is looked for and never sent again, which could count it twice.
        """
        newest = secrets.token_urlsafe(9)
        try:
            item = await self._table.update(
                _KEY,
                UpdateExpression="SET #count = #count + :count, Newest = :newest",
                ConditionExpression="Deadline > :now",
                ExpressionAttributeNames={"#count": "Count"},
                ExpressionAttributeValues={":count": count, ":newest": newest, ":now": self._now()},
            )
        except Refused as refused:
            raise Expired from refused
        except InDoubt as doubt:
            item = await self._landed(newest, doubt)
        last = int(item["Count"])
        return iter(range(last - count + 1, last + 1))

    async def _landed(self, newest: str, doubt: InDoubt) -> Item:
        """The row as the write `newest` left it. Raises `doubt` when it has not landed, or others counted since."""
        try:
            return await self._table.update(
                _KEY,
                UpdateExpression="SET Newest = :newest",
                ConditionExpression="Newest = :newest",
                ExpressionAttributeValues={":newest": newest},
            )
        except (Refused, Unavailable):
            raise doubt from doubt.__cause__

    def _now(self) -> int:
        return self._clock() // 1_000_000
