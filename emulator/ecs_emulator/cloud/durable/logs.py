"""The log streams of CloudWatch Logs with their events, and the definitions of the log groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from moto.logs.models import LogEvent as MotoEvent
from moto.logs.models import LogGroup, LogStream, SubscriptionFilter, logs_backends

from ecs_emulator.cloud.durable.codec import container, encoded, fields_of, now_ms, parts, set_fields
from ecs_emulator.cloud.durable.database import Cell, Database, Document, LogEvent, NotWritten
from ecs_emulator.cloud.durable.kind import Plain

_STREAM = ("creation_time", "last_ingestion_time", "stored_bytes", "upload_sequence_token")
_GROUP = ("creation_time", "retention_in_days", "kms_key_id")
_FILTER = ("filter_pattern", "destination_arn", "role_arn", "creation_time")
_DAY = 86_400_000  # milliseconds


def group_of(container: str) -> Any:
    """moto's log group, None when there is none."""
    account, region, name = parts(container)
    return logs_backends[account][region].groups.get(name)


class Streams(Plain):
    name = "stream"

    def containers(self) -> Iterable[str]:
        return Groups().containers()

    def cells(self, container: str) -> Iterator[Cell]:
        group = group_of(container)
        for name in list(group.streams) if group else ():
            yield Cell(self.name, container, name)

    def document(self, cell: Cell) -> Document | None:
        stream = self._stream(cell)
        return {**fields_of(stream, _STREAM), "count": len(stream.events)} if stream else None

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:
        group = group_of(cell.container)
        if document is None:
            group.streams.pop(cell.key, None)
            return
        stream = self._stream(cell)
        if stream is None or len(stream.events) < document["count"]:
            stream = group.streams[cell.key] = LogStream(group, cell.key)
            stream.events = [
                MotoEvent(event.ingestion, {"timestamp": event.timestamp, "message": event.message})
                for event in database.events(cell)
            ]
        del stream.events[document["count"] :]
        set_fields(stream, document, _STREAM)

    def events(self, cell: Cell, start: int) -> list[LogEvent]:
        added = self._stream(cell).events[start:]
        return [LogEvent(event.timestamp, event.ingestion_time, event.message) for event in added]

    def _stream(self, cell: Cell) -> Any:
        group = group_of(cell.container)
        return group and group.streams.get(cell.key)


class Groups(Plain):
    """Made again with its events where somebody made it by hand; where a template makes it, its events come back."""

    name = "group"

    def containers(self) -> Iterable[str]:
        for account, regions in list(logs_backends.items()):
            for region, backend in list(regions.items()):
                yield from (container(account, region, name) for name in list(backend.groups))

    def cells(self, container: str) -> Iterator[Cell]:
        if group_of(container):
            yield Cell(self.name, container, "")

    def document(self, cell: Cell) -> Document | None:
        group = group_of(cell.container)
        if group is None:
            return None
        account, region, _ = parts(cell.container)
        filters = group.subscription_filters.items()
        return {
            **fields_of(group, _GROUP),
            "tags": encoded(logs_backends[account][region].tagger.get_tag_dict_for_resource(group.arn)),
            "filters": {name: fields_of(each, _FILTER) for name, each in filters},
        }

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:  # noqa: ARG002
        account, region, name = parts(cell.container)
        backend = logs_backends[account][region]
        if document is None:
            backend.groups.pop(name, None)
            return
        group = backend.groups.get(name)
        if group is None:
            kind: Any = LogGroup
            group = backend.groups[name] = kind(account, region, name)
        set_fields(group, document, _GROUP)
        backend.tagger.tags[group.arn] = dict(document["tags"])
        group.subscription_filters = {}
        for filter_name, fields in document["filters"].items():
            each = SubscriptionFilter(filter_name, name, "", "", "")
            set_fields(each, fields, _FILTER)
            group.subscription_filters[filter_name] = each


def expire(database: Database) -> None:
    """Forget the events that are older than their group's retention, as CloudWatch does; a full disk can wait."""
    for group, document in database.documents("group").items():
        if days := document.get("retention_in_days"):
            with suppress(NotWritten):
                database.expire(group.container, now_ms() - int(days) * _DAY)
