"""Rows of the table for the Python peers: what asks for them, and what is answered of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Item = Mapping[str, Any]

NO_SUCH_MYSFIT = {"title": "No such mysfit"}


def key_of(mysfit_id: str) -> dict[str, dict[str, str]]:
    return {"MysfitId": {"S": mysfit_id}}


def like_of(table: str, mysfit_id: str) -> dict[str, Any]:
    """The parameters of the UpdateItem that stores one like."""
    return {
        "TableName": table,
        "Key": key_of(mysfit_id),
        "UpdateExpression": "ADD Likes :one",
        "ConditionExpression": "attribute_exists(MysfitId)",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
        "ReturnValues": "UPDATED_NEW",
    }


def list_of(items: Iterable[Item]) -> dict[str, Any]:
    return {"mysfits": sorted(map(_listed, items), key=lambda mysfit: (mysfit["name"], mysfit["mysfitId"]))}


def profile_of(item: Item) -> dict[str, Any]:
    return _listed(item) | {
        "description": item["Description"]["S"],
        "profileImageUri": item["ProfileImageUri"]["S"],
    }


def _listed(item: Item) -> dict[str, Any]:
    return {
        "mysfitId": item["MysfitId"]["S"],
        "name": item["Name"]["S"],
        "goodevil": item["GoodEvil"]["S"],
        "lawchaos": item["LawChaos"]["S"],
        "species": item["Species"]["S"],
        "thumbImageUri": item["ThumbImageUri"]["S"],
        "age": int(item["Age"]["N"]),
        "likes": int(item["Likes"]["N"]) if "Likes" in item else 0,
        "adopted": item["Adopted"]["BOOL"] if "Adopted" in item else False,
    }
