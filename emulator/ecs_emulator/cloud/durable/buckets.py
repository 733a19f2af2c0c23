"""The definitions of S3's buckets: what was last set of each, as the request that set it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.s3.models import s3_backends
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from ecs_emulator.cloud.durable.codec import container, encoded, fields_of, parts, set_fields
from ecs_emulator.cloud.durable.database import Cell, Database, Document
from ecs_emulator.cloud.durable.kind import Plain

_BUCKET = ("creation_date", "region_name", "object_lock_enabled")
_SIGNED = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"

Send = Callable[[Request], Any]


def bucket_of(container: str) -> Any:
    """moto's bucket, None when there is none."""
    account, partition, name = parts(container)
    return s3_backends[account][partition].buckets.get(name)


class Buckets(Plain):
    """Made again with its objects where somebody made it by hand; where a template makes it, its objects come back.

    A setting is what the last PUT of a sub-resource (`?policy`, `?cors`, …) said; `send` says it to moto again.
    """

    name = "bucket"

    def __init__(self, send: Send) -> None:
        self._send = send
        self._settings: dict[str, dict[str, Document]] = {}

    @staticmethod
    def there() -> Iterator[str]:
        for account, partitions in list(s3_backends.items()):
            for partition, backend in list(partitions.items()):
                yield from (container(account, partition, name) for name in list(backend.buckets))

    def containers(self) -> Iterable[str]:
        return self.there()

    def cells(self, container: str) -> Iterator[Cell]:
        if bucket_of(container):
            yield Cell(self.name, container, "")

    def document(self, cell: Cell) -> Document | None:
        bucket = bucket_of(cell.container)
        if bucket is None:
            self._settings.pop(cell.container, None)
            return None
        return {**fields_of(bucket, _BUCKET), "settings": self._settings.get(cell.container, {})}

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:  # noqa: ARG002
        account, partition, name = parts(cell.container)
        backend = s3_backends[account][partition]
        if document is None:
            backend.buckets.pop(name, None)
            s3_backends.bucket_accounts.pop(name, None)
            self._settings.pop(cell.container, None)
            return
        bucket = backend.buckets.get(name) or backend.create_bucket(name, document["region_name"])
        set_fields(bucket, document, _BUCKET)
        self._settings[cell.container] = dict(document["settings"])
        for query, setting in document["settings"].items():
            body = base64.b64decode(setting["body"])
            headers = {**setting["headers"], "Authorization": _SIGNED, "Host": "localhost"}
            self._send(
                EnvironBuilder(f"/{name}", query_string=query, method="PUT", data=body, headers=headers).get_request()
            )

    def note(self, container: str, request: Request) -> None:
        """Remember what a request to a bucket itself, which went well, has set or taken away."""
        query = request.query_string.decode("latin-1")
        settings = dict(self._settings.get(container, {}))
        if request.method == "DELETE":
            settings.pop(query, None)
        elif request.method == "PUT" and query:
            names = {"content-type", "content-md5"}
            kept = {
                name: value
                for name, value in request.headers.items()
                if name.lower() in names or name.lower().startswith("x-amz-acl")
            }
            settings[query] = {"headers": kept, "body": base64.b64encode(request.get_data()).decode()}
        self._settings[container] = encoded(settings)
