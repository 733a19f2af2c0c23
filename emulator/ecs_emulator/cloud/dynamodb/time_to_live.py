"""Time to live of DynamoDB's items: who has expired is deleted within a minute, where AWS takes up to a few days.

Until then it is found, as on AWS: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from time import time
from typing import Any, NamedTuple

from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table

from ecs_emulator.cloud.moto_overrides import override, replace
from ecs_emulator.worker import Worker

PAUSE = 30.0  # seconds between two looks
_OLDEST = 5 * 366 * 86_400  # seconds: what expired before is taken for another thing than a time
_BY_THE_SERVICE = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


class ExpiredItems(NamedTuple):
    """Items of one table that have expired, by their keys in DynamoDB's JSON."""

    account: str
    region: str
    table: str
    keys: list[dict[str, Any]]


def install() -> None:
    """Let items live so from now on, in this process."""
    replace(DynamoDBBackend, "update_time_to_live", _updated)
    override(DynamoDBBackend, "describe_time_to_live", _described)
    override(StreamShard, "add", _added)


def delete_expired(now: float | None = None) -> Iterator[ExpiredItems]:
    """Delete what has expired, table by table, and tell their streams. `now` is in seconds since the epoch."""
    moment = time() if now is None else now
    for account, regions in list(dynamodb_backends.items()):
        for region, backend in list(regions.items()):
            for table in list(backend.tables.values()):
                if items := list(_expired(table, moment)):
                    for item in items:
                        _delete(table, item)
                    yield ExpiredItems(account, region, table.name, [_key(table, item) for item in items])


class Sweep:
    """Looks again and again until it is closed. `worker` is its thread for a supervisor."""

    def __init__(self, look: Callable[[], None], pause: float = PAUSE) -> None:
        self._look = look
        self._pause = pause
        self._is_closed = threading.Event()
        self.worker = Worker("The time to live of DynamoDB's items", self._run)
        self.worker.start()

    def close(self) -> None:
        self._is_closed.set()
        self.worker.join(timeout=5)

    def _run(self) -> None:
        while not self._is_closed.wait(self._pause):
            self._look()


def _expired(table: Table, now: float) -> Iterator[Item]:
    if table.ttl["TimeToLiveStatus"] != "ENABLED":
        return
    for item in table.all_items():
        value = item.attrs.get(table.ttl["AttributeName"])
        if value is not None and value.type == "N" and now - _OLDEST <= Decimal(value.value) <= now:
            yield item


def _delete(table: Table, item: Item) -> None:
    table.delete_item(item.hash_key, item.range_key)
    if table.stream_shard:
        table.stream_shard.items[-1].record["userIdentity"] = _BY_THE_SERVICE


def _key(table: Table, item: Item) -> dict[str, Any]:
    return {name: item.attrs[name].to_json() for name in table.table_key_attrs}


def _table(backend: DynamoDBBackend, name: str) -> Table:
    try:
        return backend.get_table(name)
    except ResourceNotFoundException:
        raise ResourceNotFoundException(table_name=name) from None


def _updated(backend: DynamoDBBackend, table_name: str, ttl_spec: Mapping[str, Any]) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html"""
    table = _table(backend, table_name)
    is_on, wanted = table.ttl["TimeToLiveStatus"] == "ENABLED", ttl_spec["Enabled"]
    if is_on and ttl_spec["AttributeName"] != table.ttl["AttributeName"]:
        raise MockValidationException(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {table.ttl['AttributeName']}"
        )
    if is_on == wanted:
        raise MockValidationException(f"TimeToLive is already {'enabled' if wanted else 'disabled'}")
    table.ttl = (
        {"TimeToLiveStatus": "ENABLED", "AttributeName": ttl_spec["AttributeName"]}
        if wanted
        else {"TimeToLiveStatus": "DISABLED"}
    )


def _described(before: Any, backend: DynamoDBBackend, table_name: str) -> dict[str, Any]:
    described: dict[str, Any] = before(backend, _table(backend, table_name).name)
    return described


def _added(before: Any, shard: StreamShard, old: Item | None, new: Item | None) -> None:
    """A write that changes nothing is not told, and a record says where it comes from.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    if old is not None and new is not None and old == new:
        return
    before(shard, old, new)
    if shard.items:
        shard.items[-1].record |= {"awsRegion": shard.table.region_name, "eventVersion": "1.1"}
