"""Responses of moto, written with less work than it makes of them.

For every attribute of an item its serializer looks ten types up, each under a dozen names: two thirds of what a scan
takes. And for every request it asks the class that answers for all its methods.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from moto.core import responses
from moto.core.model import StructureShape
from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer
from moto.core.utils import method_names_from_class

from ecs_emulator.cloud.moto_overrides import replace

# What moto holds of these is what goes out.
_AS_THEY_ARE = {"S", "N", "BOOL", "NULL", "SS", "NS"}


class AttributeValueSerializer(JSONSerializer):
    """JSON serializer of DynamoDB: an attribute value is written as the one type that it has.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
    """

    def _serialize_type_structure(self, serialized: Any, value: Any, shape: StructureShape, key: str) -> None:
        if shape.name != "AttributeValue":
            super()._serialize_type_structure(serialized, value, shape, key)
            return
        written: dict[str, Any] = {}
        for kind, content in value.items():
            if kind in _AS_THEY_ARE:
                written[kind] = content
            else:
                self._serialize(written, content, shape.members[kind], kind)
        self._default_serialize(serialized, written, shape, key)


def install() -> None:
    """Write so from now on, in this process."""
    SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": AttributeValueSerializer}
    replace(responses, "method_names_from_class", cache(method_names_from_class))
