"""The like counts in DynamoDB, each like counted exactly once.

The correctness argument is in docs/decisions/0004-likes-are-counted-exactly-once.md.
"""

from __future__ import annotations

import asyncio
import random
import time

from app.catalog.store import NoSuchMysfit
from app.kit.attribute_values import Item
from app.kit.dynamodb import InDoubt, NotApplied, Refused, Table
from app.likes.sequence_numbers import PREFIX, Writer, removable

# A row takes a sequence number once: when its writer's newest is older, or when it does not know the writer (any more)
# and the number is above every one that was ever removed.
_TAKES_NUMBER = (
    "attribute_exists(MysfitId) AND "
    "(#writer < :number OR (attribute_not_exists(#writer) AND "
    "(attribute_not_exists(WriterFloor) OR WriterFloor < :number)))"
)
# Seconds between tries, doubled each time and spread at random.
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.1
# Attributes of silent writers that one write removes, and how many are worth a write.
_SWEEP = 50
_WORTH_A_SWEEP = 8


class Likes:
    def __init__(self, table: Table, writer: Writer) -> None:
        self._table = table
        self._writer = writer

    async def add(self, mysfit_id: str, count: int, deadline: float) -> int:
        """Store `count` likes; the number of likes with them. Tries again until `deadline` (of `time.monotonic`).

        Raises NoSuchMysfit or NotApplied, and then nothing is stored; InDoubt, and then they are stored once or never.
        """
        key = {"MysfitId": mysfit_id}
        number = self._writer.next_number()
        doubt: InDoubt | None = None
        pause = _FIRST_PAUSE
        while True:
            if time.monotonic() > deadline:
                raise doubt or NotApplied("Too many requests at once. Nothing was changed.")
            try:
                item = await self._write(key, count, number)
                break
            except Refused as refused:
                if refused.item is None:
                    raise NoSuchMysfit from refused
                newest = refused.item.get(self._writer.attribute)
                if newest == number:
                    # It had landed; only its answer was lost.
                    item = refused.item
                    break
                if doubt:
                    # It may have landed before the row let go of it. Sent again, it could count twice.
                    raise doubt from refused
                # The row is ahead of this clock. This number was refused for good: a new one is a first try.
                number = self._writer.next_number(above=int(max(newest or 0, refused.item.get("WriterFloor", 0))))
            except InDoubt as error:
                doubt = error
                pause = await self._wait(pause, deadline, error)
            except NotApplied as error:
                pause = await self._wait(pause, deadline, doubt or error)
        await self._sweep(key, item, number)
        return int(item["Likes"])

    async def _write(self, key: Item, count: int, number: int) -> Item:
        return await self._table.update(
            key,
            UpdateExpression="SET #writer = :number ADD Likes :count",
            ConditionExpression=_TAKES_NUMBER,
            ExpressionAttributeNames={"#writer": self._writer.attribute},
            ExpressionAttributeValues={":number": number, ":count": count},
        )

    async def _wait(self, pause: float, deadline: float, error: InDoubt | NotApplied) -> float:
        """Pause before the next try; the pause after that one. Raises `error` where there is no time left."""
        seconds = pause * random.uniform(0.5, 1.5)  # noqa: S311 (spread, not secrecy)
        if time.monotonic() + seconds > deadline:
            raise error
        await asyncio.sleep(seconds)
        return min(pause * 2, _LONGEST_PAUSE)

    async def _sweep(self, key: Item, item: Item, number: int) -> None:
        """Remove the attributes of silent writers, and keep the newest of their numbers as the row's low-water mark.

        Removing one that is not silent after all costs that writer a refused write, no more; so a failure is no loss.
        """
        if len([name for name in item if name.startswith(PREFIX)]) < _WORTH_A_SWEEP:
            return
        removed = dict(list(removable(item, number).items())[:_SWEEP])
        if len(removed) < _WORTH_A_SWEEP:
            return
        names = {f"#w{number}": name for number, name in enumerate(removed)}
        values = {f":w{number}": value for number, value in enumerate(removed.values())}
        unchanged = " AND ".join(f"#w{number} = :w{number}" for number in range(len(removed)))
        try:
            await self._table.update(
                key,
                UpdateExpression=f"REMOVE {', '.join(names)} SET WriterFloor = :low_water",
                ConditionExpression=f"{unchanged} AND (attribute_not_exists(WriterFloor) OR WriterFloor <= :low_water)",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={
                    **values,
                    ":low_water": max(*removed.values(), int(item.get("WriterFloor", 0))),
                },
            )
        except (Refused, NotApplied, InDoubt):
            return
