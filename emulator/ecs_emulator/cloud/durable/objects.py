"""S3's objects with all their versions, and multipart uploads that have begun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moto.s3.models import FakeDeleteMarker, FakeMultipart
from requests.structures import CaseInsensitiveDict

from ecs_emulator.cloud.durable.bodies import acl_document, body_id, key_document, made_acl, made_key
from ecs_emulator.cloud.durable.buckets import Buckets, bucket_of
from ecs_emulator.cloud.durable.codec import encoded, fields_of, parts, set_fields
from ecs_emulator.cloud.durable.database import Cell, Database, Document
from ecs_emulator.cloud.durable.kind import Plain

_MARKER = ("last_modified", "_version_id")
_UPLOAD = ("id", "key_name", "storage", "tags", "sse_encryption", "kms_key_id", "region_name", "initiated")


class Objects(Plain):
    """A cell is a key with its versions, the oldest first: `{"versions": [object or {"marker": {…}}, …]}`."""

    name = "object"

    def containers(self) -> Iterable[str]:
        return Buckets.there()

    def cells(self, container: str) -> Iterator[Cell]:
        bucket = bucket_of(container)
        for key in list(bucket.keys) if bucket else ():
            yield Cell(self.name, container, key)

    def document(self, cell: Cell) -> Document | None:
        account, partition, _ = parts(cell.container)
        bucket = bucket_of(cell.container)
        versions = bucket and bucket.keys.getlist(cell.key)
        if not versions:
            return None
        return {
            "versions": [
                {"marker": fields_of(each, _MARKER)}
                if isinstance(each, FakeDeleteMarker)
                else {
                    **key_document(each, account, partition),
                    "upload": _upload(each.multipart, account, partition, bodies=False),
                }
                for each in versions
            ]
        }

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:
        account, partition, name = parts(cell.container)
        keys = bucket_of(cell.container).keys
        if document is None:
            if cell.key in keys:
                keys.pop(cell.key)
            return
        versions: list[Any] = []
        for each in document["versions"]:
            if "marker" in each:
                about: Any = versions[-1] if versions else _Nothing(cell.key)
                marker = FakeDeleteMarker(about)
                set_fields(marker, each["marker"], _MARKER)
                versions.append(marker)
                continue
            body = database.body(each["body"])
            key = made_key(cell.key, name, each, account, partition, body)
            if each["upload"]:
                key.multipart = _made_upload(name, each["upload"], account, partition, _slices(body, each["upload"]))
            versions.append(key)
        keys.setlist(cell.key, versions)

    def bodies(self, document: Document) -> set[str]:
        return {each["body"] for each in document["versions"] if "marker" not in each}

    def body(self, cell: Cell, identity: str) -> bytes:
        for key in bucket_of(cell.container).keys.getlist(cell.key):
            if not isinstance(key, FakeDeleteMarker) and body_id(key) == identity:
                return bytes(key.value)
        raise LookupError(f"{cell} has no body {identity}.")


class Uploads(Plain):
    """A cell is an upload that has begun, by its id."""

    name = "upload"

    def containers(self) -> Iterable[str]:
        return Buckets.there()

    def cells(self, container: str) -> Iterator[Cell]:
        bucket = bucket_of(container)
        for upload in list(bucket.multiparts) if bucket else ():
            yield Cell(self.name, container, upload)

    def document(self, cell: Cell) -> Document | None:
        account, partition, _ = parts(cell.container)
        bucket = bucket_of(cell.container)
        return _upload(bucket.multiparts.get(cell.key), account, partition) if bucket else None

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:
        account, partition, name = parts(cell.container)
        uploads = bucket_of(cell.container).multiparts
        if document is None:
            uploads.pop(cell.key, None)
        else:
            bodies = {number: database.body(part["body"]) for number, part in document["parts"].items()}
            uploads[cell.key] = _made_upload(name, document, account, partition, bodies)

    def bodies(self, document: Document) -> set[str]:
        return {part["body"] for part in document["parts"].values()}

    def body(self, cell: Cell, identity: str) -> bytes:
        for each in bucket_of(cell.container).multiparts[cell.key].parts.values():
            if body_id(each) == identity:
                return bytes(each.value)
        raise LookupError(f"{cell} has no body {identity}.")


class _Nothing:
    """What a delete marker of a key that never was is about."""

    def __init__(self, name: str) -> None:
        self.name = name


def _upload(upload: Any, account: str, partition: str, *, bodies: bool = True) -> Document | None:
    if upload is None:
        return None
    parts_of = {
        str(number): key_document(part, account, partition, body=bodies) for number, part in upload.parts.items()
    }
    return {
        **fields_of(upload, _UPLOAD),
        "metadata": encoded(dict(upload.metadata)),
        "acl": acl_document(upload.acl),
        "parts": parts_of,
    }


def _made_upload(bucket: str, document: Document, account: str, partition: str, bodies: Mapping[str, bytes]) -> Any:
    metadata = CaseInsensitiveDict(document["metadata"])
    upload = FakeMultipart(document["key_name"], metadata, account, document["region_name"])
    set_fields(upload, document, _UPLOAD)
    upload.acl = made_acl(document["acl"])
    for number, part in document["parts"].items():
        upload.parts[int(number)] = made_key(int(number), bucket, part, account, partition, bodies[number])
    upload.partlist = sorted(upload.parts)
    return upload


def _slices(body: bytes, upload: Document) -> dict[str, bytes]:
    """The bodies of the parts that an object was put together from, in their order."""
    slices, start = {}, 0
    for number, part in sorted(upload["parts"].items(), key=lambda each: int(each[0])):
        slices[number] = body[start : start + part["size"]]
        start += part["size"]
    return slices
