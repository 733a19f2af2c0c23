from typing import Any

from flask import Blueprint, Response, request

from app.catalog.actions import list_of, reading_profiles
from app.catalog.inputs import Filter, parse_filter, parse_mysfit_id
from app.catalog.store import Mysfit, Mysfits, Profile
from app.kit.lists import Lists


def catalog_routes(mysfits: Mysfits) -> Blueprint:
    blueprint = Blueprint("catalog", __name__)
    read_profile = reading_profiles(mysfits)
    lists = Lists[Filter | None](
        lambda wanted: {"mysfits": [_listed(mysfit) for mysfit in list_of(mysfits, wanted)]},
    )

    @blueprint.get("/mysfits")
    def list_mysfits() -> Response:
        return lists.answer(parse_filter(request.args))

    @blueprint.get("/mysfits/<mysfit_id>")
    def show_profile(mysfit_id: str) -> dict[str, Any]:
        return _profile(read_profile(parse_mysfit_id(mysfit_id)))

    return blueprint


def _listed(mysfit: Mysfit) -> dict[str, Any]:
    return {
        "mysfitId": mysfit.id,
        "name": mysfit.name,
        "goodevil": mysfit.good_evil,
        "lawchaos": mysfit.law_chaos,
        "species": mysfit.species,
        "thumbImageUri": mysfit.thumb_image_uri,
    }


def _profile(profile: Profile) -> dict[str, Any]:
    return _listed(profile) | {
        "age": profile.age,
        "description": profile.description,
        "profileImageUri": profile.profile_image_uri,
        "likes": profile.likes,
        "adopted": profile.adopted,
    }
