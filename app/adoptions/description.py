from app.adoptions.store import AlreadyAdopted
from app.catalog.description import A_MYSFIT, THE_FIRST
from app.catalog.store import NoSuchMysfit
from app.kit.description import Description, Operation, an_object, as_json, leads_to
from app.kit.problems import Unavailable

DESCRIPTION = Description(
    "adoptions",
    "A visitor adopts a mysfit, once.",
    {
        "/mysfits/{mysfit_id}/adopt": {
            "post": Operation(
                "adoptMysfit",
                "The mysfit has found a home.",
                as_json(an_object(Update={"const": "Success"}), {"Update": "Success"}),
                (NoSuchMysfit, AlreadyAdopted, Unavailable),
                (A_MYSFIT,),
            )
        }
    },
    links={
        "listMysfits": {"AdoptMysfit": leads_to("adoptMysfit", mysfit_id=THE_FIRST)},
        "showProfile": {"AdoptThisMysfit": leads_to("adoptMysfit", mysfit_id="$response.body#/mysfitId")},
    },
)
