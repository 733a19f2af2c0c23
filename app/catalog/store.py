"""The mysfits in DynamoDB: their rows in our words."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.kit.attribute_values import Item
from app.kit.dynamodb import Table
from app.kit.problems import Missing
from app.kit.rows import complete


class NoSuchMysfit(Missing):
    title = "No such mysfit"

    def __init__(self) -> None:
        super().__init__("No mysfit has this id.")


@dataclass(frozen=True)
class Mysfit:
    """Mysfit as a list shows it."""

    id: str
    name: str
    good_evil: str
    law_chaos: str
    species: str
    thumb_image_uri: str


@dataclass(frozen=True)
class Profile(Mysfit):
    """Profile of a mysfit. `age` is in years."""

    age: int
    description: str
    profile_image_uri: str
    likes: int
    adopted: bool


class Mysfits:
    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> list[Mysfit]:
        # An index holds complete rows only, and of them only what a list shows.
        return _by_name(self._table.pages("scan", IndexName="GoodEvilIndex"))

    def by_alignment(self, attribute: str, value: str) -> list[Mysfit]:
        """The mysfits whose `attribute` (GoodEvil or LawChaos) is `value`."""
        return _by_name(
            self._table.pages(
                "query",
                IndexName=f"{attribute}Index",
                KeyConditionExpression="#attribute = :value",
                ExpressionAttributeNames={"#attribute": attribute},
                ExpressionAttributeValues={":value": value},
            )
        )

    def profile(self, mysfit_id: str) -> Profile:
        """Raises NoSuchMysfit."""
        item = self._table.get({"MysfitId": mysfit_id})
        if item is None:
            raise NoSuchMysfit
        return Profile(
            **_listed(item),
            age=int(item["Age"]),
            description=item["Description"],
            profile_image_uri=item["ProfileImageUri"],
            likes=int(item.get("Likes", 0)),
            adopted=bool(item.get("Adopted", False)),
        )


def _listed(item: Item) -> dict[str, str]:
    return {
        "id": item["MysfitId"],
        "name": item["Name"],
        "good_evil": item["GoodEvil"],
        "law_chaos": item["LawChaos"],
        "species": item["Species"],
        "thumb_image_uri": item["ThumbImageUri"],
    }


def _by_name(items: Iterable[Item]) -> list[Mysfit]:
    mysfits = complete(items, lambda item: Mysfit(**_listed(item)), "MysfitId")
    return sorted(mysfits, key=lambda mysfit: (mysfit.name, mysfit.id))
