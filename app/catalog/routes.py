import hashlib
import json
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from app.catalog.actions import list_of, reading_profiles
from app.catalog.inputs import Filter, parse_filter, parse_mysfit_id
from app.catalog.store import Mysfit, Mysfits, Profile
from app.kit.copies import Copies

# Seconds that a list may be old. Nothing that it shows changes from one second to the next.
LIST_LIFETIME = 1


class _Body(NamedTuple):
    text: str
    etag: str


def catalog_routes(mysfits: Mysfits) -> Blueprint:
    blueprint = Blueprint("catalog", __name__)
    read_profile = reading_profiles(mysfits)

    def read_list(wanted: Filter | None) -> _Body:
        text = json.dumps({"mysfits": [_listed(mysfit) for mysfit in list_of(mysfits, wanted)]})
        return _Body(text, hashlib.sha256(text.encode()).hexdigest()[:16])

    lists = Copies[Filter | None, _Body](read_list, LIST_LIFETIME)

    @blueprint.get("/mysfits")
    def list_mysfits() -> Response:
        body = lists.get(parse_filter(request.args))
        response = Response(body.text, content_type="application/json")
        response.headers["Cache-Control"] = f"public, max-age={LIST_LIFETIME}"
        response.set_etag(body.etag)
        return response.make_conditional(request)  # type: ignore[return-value]

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
