"""Row file: one row a line, `{"table": "DynamoTable", "item": {…}}`, the item in DynamoDB's own JSON, and a last line
`{"rows": 12}` that says how many there are.
"""

from __future__ import annotations

import base64
import json
from decimal import Context, Decimal, DecimalException
from pathlib import Path
from typing import Any

Row = dict[str, Any]

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
_LEVELS = 32  # of lists and maps inside of one another
_DIGITS = 38
_EXPONENTS = range(-130, 126)
_LONGEST = 100  # characters of a value in a message


class Incomplete(Exception):
    """A file that an export has not finished, or that is no export; the message says where and why."""


def whole_part(path: Path) -> bytes:
    """Whole part of a file, up to the end of its last whole line."""
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1]


def read_rows(whole: bytes, path: Path) -> tuple[list[Row], int | None]:
    """The rows of a file, and the number that its last line says; None while it has none. Raises Incomplete."""
    lines = whole.splitlines()
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        try:
            found = _line(line)
            if number == len(lines) and isinstance(found, dict) and "rows" in found:
                return rows, _count(found["rows"])
            rows.append(_row(found))
        except ValueError as error:
            raise Incomplete(f"{path}, line {number}: {error}.") from error
    return rows, None


def _line(line: bytes) -> Any:
    try:
        return json.loads(line.decode(), object_hook=_with_bytes)
    except UnicodeDecodeError as error:
        raise ValueError(f"it is no UTF-8 from byte {error.start + 1} on") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON from column {error.colno} on ({error.msg})") from error
    except RecursionError as error:  # how this parser says so
        raise ValueError("it is nested too deeply") from error


def _count(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"the number of rows is {_shown(value)}")
    return value


def _row(found: Any) -> Row:
    if not isinstance(found, dict):
        raise ValueError(f"a row is an object with table and item; it is {_shown(found)}")
    if not isinstance(found.get("table"), str):
        raise ValueError("a row has a table, which is a text")
    if not isinstance(found.get("item"), dict):
        raise ValueError("a row has an item, which is an object")
    for name, value in found["item"].items():
        _check(value, f"the attribute {_shown(name)}", 1)
    return found


def _check(value: Any, what: str, depth: int) -> None:
    """Raises ValueError where `value` is none of DynamoDB's, such as `{"S": "text"}`."""
    if depth > _LEVELS:
        raise ValueError(f"{what} has more than {_LEVELS} levels")
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"{what} should be an object with one type; it is {_shown(value)}")
    match value:
        case {"S": str()} | {"B": bytes()} | {"BOOL": bool()} | {"NULL": bool()}:
            return
        case {"N": str(number)}:
            _check_numbers([number], what)
        case {"NS": list(numbers)} if all(isinstance(each, str) for each in numbers):
            _check_numbers(numbers, what)
        case {"SS": list(texts)} if all(isinstance(each, str) for each in texts):
            return
        case {"BS": list(binaries)} if all(isinstance(each, bytes) for each in binaries):
            return
        case {"L": list(parts)}:
            for each in parts:
                _check(each, what, depth + 1)
        case {"M": dict(parts)}:
            for each in parts.values():
                _check(each, what, depth + 1)
        case _:
            raise ValueError(f"{what} is {_shown(value)}, which is no value of DynamoDB")


def _check_numbers(texts: list[str], what: str) -> None:
    for text in texts:
        _check_number(text, what)


def _check_number(text: str, what: str) -> None:
    try:
        number = Decimal(text)
    except DecimalException:
        raise ValueError(f"{what} is {_shown(text)}, which is no number") from None
    if not number.is_finite() or (number and number.adjusted() not in _EXPONENTS):
        raise ValueError(f"{what} is {_shown(text)}, out of the range of DynamoDB's numbers")
    if len(number.normalize(Context(prec=len(text) + 1)).as_tuple().digits) > _DIGITS:
        raise ValueError(f"{what} is {_shown(text)}, which has more than {_DIGITS} digits")


def _with_bytes(piece: Row) -> Row:
    # An attribute named B or BS has an object there, never text.
    match piece:
        case {"B": str(text)}:
            return {"B": base64.b64decode(text, validate=True)}
        case {"BS": list(texts)} if all(isinstance(text, str) for text in texts):
            return {"BS": [base64.b64decode(text, validate=True) for text in texts]}
    return piece


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
