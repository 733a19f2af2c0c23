"""Values that are none yet or none at all, and when two are the same."""

from __future__ import annotations

from typing import Any


class _NoValue:
    def __repr__(self) -> str:
        return "AWS::NoValue"


NO_VALUE = _NoValue()  # the property is as if it were not there
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"  # what is known when the resource that it is asked of has been made


def is_unknown(value: Any) -> bool:
    """True when a value has a part that is not known yet."""
    if isinstance(value, dict):
        return any(map(is_unknown, value.values()))
    if isinstance(value, list):
        return any(map(is_unknown, value))
    return isinstance(value, str) and UNKNOWN in value


def as_text(value: Any) -> str:
    """A value as CloudFormation compares it."""
    # Parameters arrive as text: CloudFormation compares 'true' and true, '2' and 2 as equal.
    return str(value).lower() if isinstance(value, bool) else str(value)


def equal(one: Any, other: Any) -> bool:
    """True when CloudFormation takes the two for the same."""
    return as_text(one) == as_text(other)


def as_list(value: Any) -> list[Any]:
    """A value as a list: CloudFormation takes one value for a list of one."""
    return value if isinstance(value, list) else [value]
