"""Published schema of a resource type: its properties, its attributes, and what identifies it.

The schemas are AWS's own, as the package of cfn-lint ships them; moto's server brings it along. Its files are read and
none of its code is loaded, which takes seconds: the schema of one type takes milliseconds, and is read when it is asked
for. https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ecs_emulator.local import REGION
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.resources.property_values import is_function, wrong_values

CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"
_COMBINED = ("allOf", "anyOf", "oneOf")
# Restricted by the package, although the description of the type says: "Amazon ECS treats any other value as tcp".
_OPEN = {"AWS::ECS::TaskDefinition": (("PortMapping", "Protocol"),)}


class NoSchemas(RuntimeError):
    """The package of cfn-lint has its schemas elsewhere than this module looks for them."""


class PublishedSchema:
    """Schema of one type, from its document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.type: str = document["typeName"]
        self._document = document
        self.properties: dict[str, Any] = document.get("properties", {})
        self.identifier = tuple(map(_dotted, document.get("primaryIdentifier", [])))
        self.replaced_by = frozenset(
            name for name in map(_dotted, document.get("createOnlyProperties", [])) if "." not in name
        )
        self.read_only = {_dotted(each) for each in document.get("readOnlyProperties", []) if "*" not in each}

    def has_attribute(self, name: str) -> bool:
        """True when `Fn::GetAtt` may ask for it: a read-only property, or one that is given.

        Which of those that are given CloudFormation tells as well, no schema says.
        """
        return (
            self._is_open
            or name in self.read_only
            or name.partition(".")[0] in self.properties.keys() - {each for each in self.read_only if "." not in each}
        )

    def kind(self, attribute: str) -> str:
        """JSON type of an attribute: `string` where the schema does not say."""
        node: Any = self._document
        for name in attribute.split("."):
            node = self._resolved(node).get("properties", {}).get(name, {})
        kind = self._resolved(node).get("type", "string")
        return str(kind[0] if isinstance(kind, list) else kind)

    def wrong(self, properties: Any, *path: str) -> Iterator[TemplateError]:
        """An error for each name that no property has, and for each property that is required and not there; what a
        function gives is not looked into. It takes properties as they are written, or worked out.
        """
        yield from self._wrong(self._document, properties, path)

    def wrong_values(self, properties: Any, *path: str) -> Iterator[TemplateError]:
        """An error for each value that the schema does not allow, in properties as a template writes them."""
        yield from wrong_values(self._document, properties, self._resolved, *path)

    def check(self, properties: Any) -> None:
        """Raises TemplateError, the first of `wrong`."""
        for error in self.wrong(properties):
            raise error

    @property
    def _is_open(self) -> bool:
        return self._document.get("additionalProperties") is not False or "patternProperties" in self._document

    def _wrong(self, schema: Any, value: Any, path: tuple[str, ...]) -> Iterator[TemplateError]:
        parts = list(self._parts(schema))
        if isinstance(value, list):
            items = [part["items"] for part in parts if "items" in part]
            for index, each in enumerate(value):
                for item in items[:1]:
                    yield from self._wrong(item, each, (*path, str(index)))
        elif isinstance(value, dict) and not (len(value) == 1 and is_function(next(iter(value)))):
            known: dict[str, Any] = {}
            for part in parts:
                known |= part.get("properties", {})
            closed = known and any(part.get("additionalProperties") is False for part in parts)
            if any("patternProperties" in part for part in parts):
                closed = False
            for name, each in value.items():
                if name in known:
                    yield from self._wrong(known[name], each, (*path, name))
                elif closed:
                    yield TemplateError(f"{self.type} has no {name}.").within(*path)
            required = parts[0].get("required", []) if parts else []
            for name in required:
                if name not in value and name in known:
                    yield TemplateError(f"{self.type} needs {name}.").within(*path)

    def _parts(self, schema: Any) -> Iterator[dict[str, Any]]:
        """A schema and those that it is combined of."""
        schema = self._resolved(schema)
        yield schema
        for name in _COMBINED:
            for each in schema.get(name, []):
                yield from self._parts(each)

    def _resolved(self, schema: Any) -> dict[str, Any]:
        for _ in range(8):
            reference = schema.get("$ref") if isinstance(schema, dict) else None
            if not reference:
                break
            found: Any = self._document
            for name in reference.removeprefix("#/").split("/"):
                found = found.get(name, {})
            schema = found
        return schema if isinstance(schema, dict) else {}


@cache
def published(type_name: str) -> PublishedSchema | None:
    """Schema of a type, None when AWS publishes none; each `Custom::` type is a custom resource. Raises NoSchemas."""
    if type_name.startswith("Custom::"):
        type_name = CUSTOM_RESOURCE
    folder, names = _index()
    if type_name not in names:
        return None
    document = json.loads((folder / "resources" / f"{names[type_name]}.json").read_text())
    for definition, name in _OPEN.get(type_name, ()):
        document["definitions"][definition]["properties"][name].pop("enum", None)
    return PublishedSchema(document)


@cache
def _index() -> tuple[Path, dict[str, str]]:
    spec = find_spec("cfnlint")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "data" / "schemas"
        index = folder / "providers" / f"{REGION}.json"
        if index.is_file():
            return folder, json.loads(index.read_text())
    raise NoSchemas("The package of cfn-lint has no schemas of resource types where they are looked for.")


def _dotted(pointer: str) -> str:
    return pointer.removeprefix("/properties/").replace("/properties/", ".").replace("/", ".")
