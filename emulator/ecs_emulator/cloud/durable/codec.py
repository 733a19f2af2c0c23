"""Values of moto as JSON, and back: an explicit format, which a later moto reads as well."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any


def encoded(value: Any) -> Any:
    """As JSON holds it: times and bytes as `{"$time": …}` and `{"$bytes": …}`. Raises TypeError for anything else."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, list | tuple):
        return [encoded(each) for each in value]
    if isinstance(value, dict):
        return {str(name): encoded(each) for name, each in value.items()}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [decoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"$time"}:
        return datetime.fromisoformat(value["$time"])
    if value.keys() == {"$bytes"}:
        return base64.b64decode(value["$bytes"])
    return {name: decoded(each) for name, each in value.items()}


def fields_of(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Attributes by name, encoded; those that this moto does not have are left out."""
    return {name: encoded(getattr(thing, name)) for name in names if hasattr(thing, name)}


def set_fields(thing: Any, document: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name in document:
            setattr(thing, name, decoded(document[name]))


def container(account: str, region: str, name: str = "") -> str:
    """Container of something stored, as one text."""
    return json.dumps([account, region, name])


def parts(container: str) -> tuple[str, str, str]:
    """Account, region and name."""
    account, region, name = json.loads(container)
    return account, region, name


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
