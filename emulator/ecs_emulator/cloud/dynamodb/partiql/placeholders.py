"""Placeholders of DynamoDB's expressions: names of attributes and values that are not written in the text itself.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ecs_emulator.cloud.dynamodb.partiql.conditions import Part
from ecs_emulator.cloud.dynamodb.partiql.lexer import AttributeValue
from ecs_emulator.cloud.dynamodb.partiql.values import Literal, Path


@dataclass
class Placeholders:
    """Placeholders of the expressions of one request, told from those of others by their prefix."""

    prefix: str = ""
    names: dict[str, str] = field(default_factory=dict)  # by attribute
    values: dict[str, AttributeValue] = field(default_factory=dict)  # by placeholder

    def written(self, parts: Iterable[Part]) -> str:
        return "".join(each if isinstance(each, str) else self._written(each) for each in parts)

    def members(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.names:
            members["ExpressionAttributeNames"] = {each: name for name, each in self.names.items()}
        if self.values:
            members["ExpressionAttributeValues"] = self.values
        return members

    def _written(self, operand: Path | Literal) -> str:
        if isinstance(operand, Literal):
            placeholder = f":{self.prefix}v{len(self.values)}"
            self.values[placeholder] = operand.value
            return placeholder
        written = ""
        for step in operand.steps:
            if isinstance(step, int):
                written += f"[{step}]"
            else:
                name = self.names.setdefault(step, f"#{self.prefix}n{len(self.names)}")
                written += f".{name}" if written else name
        return written
