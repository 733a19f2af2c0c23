from typing import Any

from flask import Blueprint, Response

from app.catalog.actions import list_of, reading_profiles
from app.catalog.inputs import Filter, parse_filter, parse_mysfit_id
from app.catalog.store import Mysfit, Mysfits, Profile
from app.kit.environ import arguments
from app.kit.lists import Lists


def catalog_routes(mysfits: Mysfits) -> Blueprint:
    blueprint = Blueprint("catalog", __name__)
    read_profile = reading_profiles(mysfits)

    async def read_list(wanted: Filter | None) -> dict[str, Any]:
        return {"mysfits": [_listed(mysfit) for mysfit in await list_of(mysfits, wanted)]}

    lists = Lists(read_list)

    @blueprint.get("/mysfits")
    async def list_mysfits() -> Response:
        return await lists.answer(parse_filter(arguments()))

    @blueprint.get("/mysfits/<mysfit_id>")
    async def show_profile(mysfit_id: str) -> dict[str, Any]:
        return _profile(await read_profile(parse_mysfit_id(mysfit_id)))

    return blueprint


def _listed(mysfit: Mysfit) -> dict[str, Any]:
    return {
        "mysfitId": mysfit.id,
        "name": mysfit.name,
        "goodevil": mysfit.good_evil,
        "lawchaos": mysfit.law_chaos,
        "species": mysfit.species,
        "thumbImageUri": mysfit.thumb_image_uri,
        "age": mysfit.age,
        "likes": mysfit.likes,
        "adopted": mysfit.adopted,
    }


def _profile(profile: Profile) -> dict[str, Any]:
    return _listed(profile) | {
        "description": profile.description,
        "profileImageUri": profile.profile_image_uri,
    }
