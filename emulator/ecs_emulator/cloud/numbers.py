"""Numbers of DynamoDB: 38 digits, from 1E-130 to below 1E+126, without zeros that say nothing.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
_DIGITS = 38
_LARGEST = 125  # exponents of the first digit
_SMALLEST = -130
_LONGEST = 9  # characters of an exponent that `Decimal` is given
_OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,37}")


class NoNumber(ValueError):
    """The message is what DynamoDB says of a number that it does not take."""


def normal(text: str) -> str:
    """A number as DynamoDB stores it: `00042` is `42`, `1.5E2` is `150`. Raises NoNumber."""
    if _WHOLE.fullmatch(text):
        return text
    found = _NUMBER.fullmatch(text)
    if not found:
        raise NoNumber(f"The parameter cannot be converted to a numeric value: {text}")
    if found[2] and len(found[2]) > _LONGEST and found[1].strip("0."):
        raise NoNumber(_UNDERFLOW if found[2].startswith("-") else _OVERFLOW)
    return formatted(Decimal(text if not found[2] or len(found[2]) <= _LONGEST else "0"))


def formatted(value: Decimal) -> str:
    """Raises NoNumber."""
    sign, digits, exponent = value.as_tuple()
    significant = "".join(map(str, digits)).lstrip("0")
    places = int(exponent) + len(significant) - len(significant.rstrip("0"))
    significant = significant.rstrip("0")
    if not significant:
        return "0"
    first = len(significant) + places - 1
    if first > _LARGEST:
        raise NoNumber(_OVERFLOW)
    if first < _SMALLEST:
        raise NoNumber(_UNDERFLOW)
    if len(significant) > _DIGITS:
        raise NoNumber("Attempting to store more than 38 significant digits in a Number")
    value = Decimal((sign, tuple(map(int, significant)), places))
    # Plain as far as its digits go; beyond them clients that count digits could not read it.
    return str(value) if len(significant) + places > _DIGITS else f"{value:f}"
