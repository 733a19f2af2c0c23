"""Requests to the catalog as valid values."""

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.catalog.store import Mysfit, NoSuchMysfit
from app.kit.parse import one_of, only
from app.kit.problems import Invalid

ALIGNMENTS = {"GoodEvil": ("Good", "Neutral", "Evil"), "LawChaos": ("Lawful", "Neutral", "Chaotic")}
MYSFIT_ID = "[A-Za-z0-9-]{1,64}"
_is_mysfit_id = re.compile(MYSFIT_ID).fullmatch


@dataclass(frozen=True)
class Filter:
    attribute: str
    value: str

    def is_met_by(self, mysfit: Mysfit) -> bool:
        return self.value == (mysfit.good_evil if self.attribute == "GoodEvil" else mysfit.law_chaos)


def parse_filter(arguments: MultiDict[str, str]) -> Filter | None:
    """`?filter=GoodEvil&value=Good`, or None when there is no filter. Raises Invalid."""
    attribute, value = only(arguments, "filter"), only(arguments, "value")
    if attribute is None:
        if value is not None:
            raise Invalid("A value needs a filter.")
        return None
    attribute = one_of(ALIGNMENTS, "filter", attribute)
    return Filter(attribute, one_of(ALIGNMENTS[attribute], "value", value))


def parse_mysfit_id(text: str) -> str:
    """An id that a row could have. Raises NoSuchMysfit: what could not be stored does not exist."""
    if not _is_mysfit_id(text):
        raise NoSuchMysfit
    return text
