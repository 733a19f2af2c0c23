"""The mysfits in DynamoDB: their rows in our words."""

import logging
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.kit.attribute_values import Item
from app.kit.dynamodb import Table
from app.kit.problems import Missing
from app.kit.rows import complete

log = logging.getLogger(__name__)

_SHOWN = ("MysfitId", "Name", "GoodEvil", "LawChaos", "Species", "ThumbImageUri", "Age", "Likes", "Adopted")
_NAMES = {f"#{name}": name for name in _SHOWN}


class NoSuchMysfit(Missing):
    title = "No such mysfit"

    def __init__(self) -> None:
        super().__init__("No mysfit has this id.")


@dataclass(frozen=True)
class Mysfit:
    """Mysfit as a list shows it. `age` is in years, None where the row has none."""

    id: str
    name: str
    good_evil: str
    law_chaos: str
    species: str
    thumb_image_uri: str
    age: int | None
    likes: int
    adopted: bool


@dataclass(frozen=True)
class Profile(Mysfit):
    """Profile of a mysfit. Both texts may be empty."""

    description: str
    profile_image_uri: str


class Mysfits:
    def __init__(self, table: Table) -> None:
        self._table = table

    async def all(self) -> list[Mysfit]:
        """The mysfits by name, as of a moment ago.

        From the table itself: likes change all the time, and in an index each would be a second write. A row without an
        alignment is no mysfit, whoever wrote it.
        """
        items = await self._table.pages(
            "Scan",
            ProjectionExpression=", ".join(_NAMES),
            FilterExpression="attribute_exists(#GoodEvil)",
            ExpressionAttributeNames=_NAMES,
        )
        mysfits = complete(items, lambda item: Mysfit(**_listed(item)), "MysfitId")
        return sorted(mysfits, key=lambda mysfit: (mysfit.name, mysfit.id))

    async def profile(self, mysfit_id: str) -> Profile:
        """Raises NoSuchMysfit, also where the row is so incomplete that no list shows it."""
        item = await self._table.get({"MysfitId": mysfit_id})
        if item is None:
            raise NoSuchMysfit
        try:
            listed = _listed(item)
        except KeyError as missing:
            log.error("Incomplete row left out.", extra={"key": mysfit_id, "missing": str(missing)})
            raise NoSuchMysfit from missing
        return Profile(
            **listed,
            description=_text_or(item.get("Description"), ""),
            profile_image_uri=_text_or(item.get("ProfileImageUri"), listed["thumb_image_uri"]),
        )


def _listed(item: Item) -> dict[str, Any]:
    """Raises KeyError where a text that every list shows is missing, or is no text."""
    likes = _whole_or_none(item.get("Likes"))
    return {
        "id": item["MysfitId"],
        "name": _text(item, "Name"),
        "good_evil": _text(item, "GoodEvil"),
        "law_chaos": _text(item, "LawChaos"),
        "species": _text(item, "Species"),
        "thumb_image_uri": _text(item, "ThumbImageUri"),
        "age": _whole_or_none(item.get("Age")),
        "likes": 0 if likes is None else likes,
        "adopted": item.get("Adopted") is True,
    }


def _text(item: Item, name: str) -> str:
    text = item[name]
    if not isinstance(text, str):
        raise KeyError(name)
    return text


def _text_or(value: object, otherwise: str) -> str:
    return value if isinstance(value, str) else otherwise


def _whole_or_none(value: object) -> int | None:
    return int(value) if isinstance(value, Decimal) else None
