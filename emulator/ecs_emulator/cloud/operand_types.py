"""Operand types of DynamoDB's conditions: which function and which comparison takes values of which types.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

_TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
_ORDERED = ("S", "N", "B")


class Operand(NamedTuple):
    """Operand of a condition: a document path, or a value in DynamoDB's JSON, or neither (what a function gives)."""

    path: str = ""
    value: Mapping[str, Any] | None = None

    @property
    def type(self) -> str:
        """Type of a value; empty for a path, of which only an item can tell."""
        return next(iter(self.value), "") if isinstance(self.value, Mapping) else ""


def call_error(name: str, operands: Sequence[Operand]) -> str | None:
    """Misuse of a function's operands, in DynamoDB's words; None when it takes them."""
    if len(operands) == 2 and (same := _same(name, *operands)):
        return same
    kind = operands[-1].type
    if name == "begins_with" and kind and kind not in ("S", "B"):
        return _incorrect(name, kind)
    if name == "attribute_type":
        if kind != "S":
            return _incorrect(name, kind or "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
        given = (operands[-1].value or {})["S"]
        if given not in _TYPES:
            return f"Invalid attribute type name found; type: {given}, valid types: {{{','.join(_TYPES)}}}"
    return None


def comparison_error(sign: str, one: Operand, other: Operand) -> str | None:
    """Misuse of the operands of a comparison such as `<`, None when it takes them."""
    if same := _same(sign, one, other):
        return same
    for each in (one, other) if sign not in ("=", "<>") else ():
        if each.type and each.type not in _ORDERED:
            return _incorrect(sign, each.type)
    return None


def between_error(operand: Operand, low: Operand, high: Operand) -> str | None:
    """Misuse of the operands of a BETWEEN, None when it takes them."""
    for each in (operand, low, high):
        if each.type and each.type not in _ORDERED:
            return _incorrect("BETWEEN", each.type)
    if not (low.type and high.type):
        return None
    bounds = f"lower bound operand: AttributeValue: {_shown(low)}, upper bound operand: AttributeValue: {_shown(high)}"
    if low.type != high.type:
        return f"The BETWEEN operator requires same data type for lower and upper bounds; {bounds}"
    if ordinal(low.value) > ordinal(high.value):
        return f"The BETWEEN operator requires upper bound to be greater than or equal to lower bound; {bounds}"
    return None


def ordinal(value: Any) -> Any:
    """Order of a string, number or binary among those of its type."""
    ((kind, content),) = value.items()
    if kind == "N":
        try:
            return Decimal(content)
        except InvalidOperation:
            return Decimal(0)  # no number, which is said elsewhere
    if kind == "B":
        return content if isinstance(content, bytes) else base64.b64decode(content)
    return str(content).encode(errors="surrogatepass")


def _incorrect(name: str, kind: str) -> str:
    return f"Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}"


def _same(name: str, one: Operand, other: Operand) -> str | None:
    if not one.path or one.path != other.path:
        return None
    return (
        "The first operand must be distinct from the remaining operands for this operator or function; "
        f"operator: {name}, first operand: [{one.path}]"
    )


def _shown(operand: Operand) -> str:
    ((kind, content),) = (operand.value or {"": ""}).items()
    return f"{{{kind}:{content}}}"
