from typing import Any

from flask import Blueprint, request

from app.catalog.inputs import parse_filter, parse_mysfit_id
from app.catalog.store import Mysfit, Mysfits, Profile


def routes(mysfits: Mysfits) -> Blueprint:
    blueprint = Blueprint("catalog", __name__)

    @blueprint.get("/mysfits")
    def list_mysfits() -> dict[str, Any]:
        wanted = parse_filter(request.args)
        found = mysfits.by_alignment(wanted.attribute, wanted.value) if wanted else mysfits.all()
        return {"mysfits": [_listed(mysfit) for mysfit in found]}

    @blueprint.get("/mysfits/<mysfit_id>")
    def show_profile(mysfit_id: str) -> dict[str, Any]:
        return _profile(mysfits.profile(parse_mysfit_id(mysfit_id)))

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
