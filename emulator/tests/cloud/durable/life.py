"""One life of a local cloud after another, on one database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ecs_emulator.cloud.durable.calls import OURS
from ecs_emulator.cloud.durable.damage import opened
from ecs_emulator.cloud.endpoint import Cloud
from emulator.tests.cloud.durable.moto_memory import forget
from emulator.tests.cloud.wire import client

TABLE = {
    "TableName": "notes",
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


class Life:
    """One life of a cloud on a database; its start is over after `started`."""

    def __init__(self, path: Path) -> None:
        forget()
        self.said: list[str] = []
        self.database = opened(path, self.said.append)
        self.cloud = Cloud(0, strict=True, database=self.database, say=self.said.append)

    def started(self, deployed: tuple[str, ...] = ()) -> Life:
        assert self.cloud.journal
        self.cloud.journal.start(self.said.append, deployed)
        return self

    def client(self, service: str, ours: bool = False) -> Any:
        made = client(self.cloud, service)
        if ours:
            made.meta.events.register(
                "before-send", lambda request, **_: request.headers.__setitem__("User-Agent", OURS.encode())
            )
        return made

    def rows(self, table: str = "notes") -> list[Any]:
        found: list[Any] = self.client("dynamodb").scan(TableName=table)["Items"]
        return found

    def __enter__(self) -> Life:
        return self

    def __exit__(self, *_: object) -> None:
        self.cloud.close()
        forget()
