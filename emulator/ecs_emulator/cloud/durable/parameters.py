"""The parameters of Systems Manager, with their versions, labels and tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ecs_emulator.cloud.durable.codec import container, encoded, fields_of, parts, set_fields
from ecs_emulator.cloud.durable.database import Cell, Database, Document
from ecs_emulator.cloud.durable.kind import Plain
from ecs_emulator.cloud.moto_ec2 import Parameter, ssm_backends

_VERSION = (
    "name",
    "parameter_type",
    "value",  # as moto holds it: of a SecureString what it takes for ciphertext
    "description",
    "allowed_pattern",
    "keyid",
    "last_modified_date",
    "version",
    "data_type",
    "labels",
    "tier",
    "policies",
)


class Parameters(Plain):
    """A cell is a name: `{"versions": [the oldest, …], "tags": {…}}`."""

    name = "parameter"

    def containers(self) -> Iterable[str]:
        for account, regions in list(ssm_backends.items()):
            yield from (container(account, region) for region in list(regions))

    def cells(self, container: str) -> Iterator[Cell]:
        for name in list(self._backend(container)._parameters):
            # Those of AWS itself are moto's.
            if not name.startswith("/aws/"):
                yield Cell(self.name, container, name)

    def document(self, cell: Cell) -> Document | None:
        backend = self._backend(cell.container)
        versions = dict.get(backend._parameters, cell.key)
        if not versions:
            return None
        tags = backend._resource_tags["Parameter"].get(cell.key, {})
        return {"versions": [fields_of(each, _VERSION) for each in versions], "tags": encoded(dict(tags))}

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:  # noqa: ARG002
        account, _, _ = parts(cell.container)
        backend = self._backend(cell.container)
        tags = backend._resource_tags["Parameter"]
        backend._parameters.pop(cell.key, None)
        tags.pop(cell.key, None)
        if document is None:
            return
        backend._parameters[cell.key] = [_made(each, account) for each in document["versions"]]
        if document["tags"]:
            tags[cell.key] = dict(document["tags"])

    def of(self, container: str, names: Iterable[Any]) -> list[Cell]:
        """The cells of parameters by the names or ARNs that a call gave."""
        normal = self._backend(container)._parameters.normalize_name
        bare = [str(name).partition(":parameter")[2] or str(name) for name in names]
        return [Cell(self.name, container, normal(name)) for name in bare]

    def _backend(self, container: str) -> Any:
        account, region, _ = parts(container)
        return ssm_backends[account][region]


def _made(document: Document, account: str) -> Any:
    kind: Any = Parameter
    made = kind(account, document["name"], "", "String", None, None, None, None, 1, "text")
    set_fields(made, document, _VERSION)
    return made
