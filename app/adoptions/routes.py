from flask import Blueprint

from app.adoptions.store import Adoptions
from app.catalog.inputs import parse_mysfit_id
from app.kit.request_log import set_event


def adoption_routes(adoptions: Adoptions) -> Blueprint:
    blueprint = Blueprint("adoptions", __name__)

    @blueprint.post("/mysfits/<mysfit_id>/adopt")
    async def adopt(mysfit_id: str) -> dict[str, str]:
        await adoptions.adopt(parse_mysfit_id(mysfit_id))
        set_event("Mysfit adopted.", mysfit_id=mysfit_id)
        return {"Update": "Success"}

    return blueprint
