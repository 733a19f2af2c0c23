"""One process of visitors who like mysfits, each others: `python -m tests.likes.visitors '{"table": …}'`.

Prints each like: its mysfit, begin and end in nanoseconds, the number that it was answered, and whether an error said
that nothing was changed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError

from app.kit import aws
from app.kit.coalescer import RequestCoalescer
from app.kit.dynamodb import Table
from app.kit.event_loop import run
from app.kit.problems import Unavailable
from app.likes.sequence_numbers import Writer
from app.likes.store import Likes
from ecs_emulator.local import REGION
from reliability.history import NOTHING_CHANGED


def sharing(table: str, patience: float) -> Callable[[str], int]:
    likes = Likes(Table(aws.dynamodb(REGION), table), Writer())
    shared = RequestCoalescer(likes.add, patience)
    return lambda mysfit_id: run(shared.do(mysfit_id))


def blind(table: str, patience: float) -> Callable[[str], int]:
    """What boto3 does by itself: send it again, whatever became of it."""
    retries: Any = {"total_max_attempts": 3, "mode": "legacy"}
    config = ClientConfig(connect_timeout=1, read_timeout=2, max_pool_connections=64, retries=retries)
    store = boto3.Session().resource("dynamodb", region_name=REGION, config=config).Table(table)

    def add(mysfit_id: str) -> int:
        answer = store.update_item(
            Key={"MysfitId": mysfit_id},
            UpdateExpression="ADD Likes :one",
            ConditionExpression="attribute_exists(MysfitId)",
            ExpressionAttributeValues={":one": 1},
            ReturnValues="UPDATED_NEW",
        )
        return int(str(answer["Attributes"]["Likes"]))

    return add


def main(table: str, mysfits: list[str], threads: int, likes: int, patience: float, way: str) -> None:
    like = {"sharing": sharing, "blind": blind}[way](table, patience)

    def visit(visitor: int) -> list[tuple[str, int, int, int | None, bool]]:
        visits = []
        for number in range(likes):
            mysfit, begin = mysfits[(visitor * likes + number) % len(mysfits)], time.monotonic_ns()
            count, is_void = None, False
            try:
                count = like(mysfit)
            except (Unavailable, BotoCoreError) as error:
                is_void = str(getattr(error, "description", "")).endswith(NOTHING_CHANGED)
            visits.append((mysfit, begin, time.monotonic_ns(), count, is_void))
            if count is None:
                time.sleep(0.05)
        return visits

    with ThreadPoolExecutor(threads) as visitors:
        print(json.dumps([like for visits in visitors.map(visit, range(threads)) for like in visits]))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
