"""Conditions of PartiQL's WHERE, as parts of DynamoDB's own condition expressions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-operators.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-functions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecs_emulator.cloud.dynamodb.partiql.lexer import AttributeValue, InvalidStatement, Lexer
from ecs_emulator.cloud.dynamodb.partiql.values import Literal, Operand, Path, operand, path

Part = str | Operand

_COMPARATORS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_WITH_OPERAND = ("begins_with", "contains", "attribute_type")
_ALONE = ("attribute_exists", "attribute_not_exists")
_NO_PATH = "Operator or function requires a document path; operator or function: {}"
_COUNT = "Incorrect number of operands for operator or function; operator or function: {}, number of operands: {}"
_TYPES = {
    **{"null": "NULL", "boolean": "BOOL", "bool": "BOOL", "blob": "B", "string": "S", "numeric": "N"},
    **{"struct": "M", "tuple": "M", "list": "L"},
}


@dataclass(frozen=True)
class Condition:
    """Condition, one of those that AND joins.

    `key` is the attribute that it compares with values alone, as a condition on a key may; `value` is the one that the
    attribute has to be equal to. `is_choice` is one of conditions that OR joins.
    """

    parts: tuple[Part, ...]
    key: str | None = None
    value: AttributeValue | None = None
    is_choice: bool = False

    @property
    def operand(self) -> tuple[Part, ...]:
        """Its parts as AND takes them. DynamoDB refuses parentheses around parentheses."""
        return ("(", *self.parts, ")") if self.is_choice else self.parts

    @property
    def attributes(self) -> set[str]:
        return {each.attribute for each in self.parts if isinstance(each, Path)}


def conditions(lexer: Lexer) -> list[Condition]:
    """Raises InvalidStatement."""
    first = _all(lexer)
    if lexer.next != ("keyword", "or"):
        return first
    parts = [*_joined(first)]
    while lexer.takes("or"):
        parts += [" OR ", *_joined(_all(lexer))]
    return [Condition(tuple(parts), is_choice=True)]


def _all(lexer: Lexer) -> list[Condition]:
    found = _one(lexer)
    while lexer.takes("and"):
        found += _one(lexer)
    return found


def _joined(found: Sequence[Condition]) -> tuple[Part, ...]:
    if len(found) == 1:
        return found[0].parts
    parts: list[Part] = []
    for number, each in enumerate(found):
        parts += [" AND ", *each.operand] if number else each.operand
    return tuple(parts)


def _one(lexer: Lexer) -> list[Condition]:
    if lexer.takes("not"):
        return [Condition(("NOT (", *_joined(_one(lexer)), ")"))]
    if lexer.takes("("):
        found = conditions(lexer)
        lexer.expect(")")
        return found
    if lexer.is_call() and lexer.next.text.lower() != "size":
        return [_judged(lexer, _call(lexer))]
    return [_comparison(lexer)]


def _call(lexer: Lexer) -> Condition:
    name = lexer.take("name")
    function = name.lower()
    if function not in (*_WITH_OPERAND, *_ALONE):
        raise InvalidStatement(f"Unrecognized function: {name}")
    lexer.expect("(")
    if lexer.next.kind != "name":
        raise InvalidStatement(_NO_PATH.format(function) if lexer.next.text != ")" else _COUNT.format(function, 0))
    on = path(lexer)
    if function in _ALONE and lexer.next.text == ",":
        raise InvalidStatement(_COUNT.format(function, 2))
    if function in _ALONE:
        lexer.expect(")")
        return Condition((f"{function}(", on, ")"))
    lexer.expect(",")
    value = operand(lexer)
    lexer.expect(")")
    key = _key(on, value) if function == "begins_with" else None
    return Condition((f"{function}(", on, ", ", value, ")"), key)


def _judged(lexer: Lexer, called: Condition) -> Condition:
    """A function, or one that is compared with true or false."""
    if not lexer.takes("="):
        return called
    if lexer.takes("true"):
        return Condition(called.parts)
    lexer.expect("false")
    return Condition(("NOT ", *called.parts))


def _comparison(lexer: Lexer) -> Condition:
    if lexer.is_call():
        lexer.take("name")
        lexer.expect("(")
        first: tuple[Part, ...] = ("size(", path(lexer), ")")
        lexer.expect(")")
    else:
        first = (operand(lexer),)
    if lexer.takes("is"):
        return _is(lexer, first)
    if lexer.takes("not", "in"):
        return Condition(("NOT ", *_in(lexer, first).parts))
    if lexer.takes("in"):
        return _in(lexer, first)
    if lexer.takes("between"):
        low = operand(lexer)
        lexer.expect("and")
        high = operand(lexer)
        return Condition((*first, " BETWEEN ", low, " AND ", high), _key(first[0], low, high))
    sign = lexer.next.text
    if lexer.next.kind != "sign" or sign not in _COMPARATORS:
        raise lexer.error()
    lexer.expect(sign)
    return _compared(first, _COMPARATORS[sign], operand(lexer))


def _compared(first: tuple[Part, ...], sign: str, second: Operand) -> Condition:
    if isinstance(first[0], Literal) and isinstance(second, Path):
        first, sign, second = (second,), _MIRRORED.get(sign, sign), first[0]
    key = _key(first[0], second) if sign != "<>" else None
    value = second.value if key and sign == "=" and isinstance(second, Literal) else None
    return Condition((*first, f" {sign} ", second), key, value)


def _in(lexer: Lexer, first: tuple[Part, ...]) -> Condition:
    end = "]" if lexer.takes("[") else ")"
    if end == ")":
        lexer.expect("(")
    parts: list[Part] = [*first, " IN (", operand(lexer)]
    while lexer.takes(","):
        parts += [", ", operand(lexer)]
    lexer.expect(end)
    return Condition((*parts, ")"))


def _is(lexer: Lexer, first: tuple[Part, ...]) -> Condition:
    is_not = lexer.takes("not")
    if lexer.takes("missing"):
        return Condition((f"attribute_{'' if is_not else 'not_'}exists(", *first, ")"))
    if lexer.next.kind not in ("name", "keyword") or lexer.next.text.lower() not in _TYPES:
        raise InvalidStatement(
            f"Unsupported data type for IS operator: {lexer.next.text}. Supported data types are "
            "[MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]"
        )
    kind = Literal({"S": _TYPES[lexer.take(lexer.next.kind).lower()]})
    return Condition(("NOT " if is_not else "", "attribute_type(", *first, ", ", kind, ")"))


def _key(on: Part, *values: Operand) -> str | None:
    is_key = isinstance(on, Path) and on.is_attribute and all(isinstance(each, Literal) for each in values)
    return on.attribute if is_key and isinstance(on, Path) else None
