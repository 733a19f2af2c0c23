from app.catalog.inputs import ALIGNMENTS, MYSFIT_ID
from app.catalog.store import NoSuchMysfit
from app.kit.description import (
    Description,
    Operation,
    a_list_of,
    an_object,
    as_json,
    in_path,
    in_query,
    leads_to,
    named,
    number,
    text,
)
from app.kit.problems import Unavailable

COCO = "0e37d916-f960-4772-a25a-01b762b5c1bd"
A_MYSFIT = in_path("mysfit_id", text(pattern=f"^{MYSFIT_ID}$"), COCO)
# Where a caller meets ids: in the list, and in the path of what it asked for before.
THE_FIRST, THE_SAME = "$response.body#/mysfits/0/mysfitId", "$request.path.mysfit_id"

_LISTED = {
    "mysfitId": text(),
    "name": text(),
    "goodevil": text(description="Good, Neutral or Evil."),
    "lawchaos": text(description="Lawful, Neutral or Chaotic."),
    "species": text(),
    "thumbImageUri": text(description="Relative to the site."),
    "age": {"type": ["integer", "null"], "description": "In years; null where nobody knows."},
    "likes": number(0) | {"description": "In a list, as of a second ago at the most."},
    "adopted": {"type": "boolean"},
}
_MORE = {
    "description": text(),
    "profileImageUri": text(description="Relative to the site."),
}
_COCO_LISTED = {
    "mysfitId": COCO,
    "name": "CoCo",
    "goodevil": "Good",
    "lawchaos": "Chaotic",
    "species": "Dragon",
    "thumbImageUri": "images/coco.svg",
    "age": 501,
    "likes": 42,
    "adopted": False,
}
_COCO = _COCO_LISTED | {
    "description": "Has a hoard, and lends from it.",
    "profileImageUri": "images/coco.svg",
}

# They need each other, which OpenAPI cannot say.
_FILTER = in_query("filter", list(ALIGNMENTS), "GoodEvil", "What to look at; it needs a `value`.")
_VALUE = in_query(
    "value",
    list(dict.fromkeys(value for values in ALIGNMENTS.values() for value in values)),
    "Good",
    "What it should be: "
    + "; ".join(f"for `{each}` {', '.join(f'`{value}`' for value in values)}" for each, values in ALIGNMENTS.items())
    + ".",
)

DESCRIPTION = Description(
    "catalog",
    "Which mysfits there are.",
    {
        "/mysfits": {
            "get": Operation(
                "listMysfits",
                "The mysfits, by name; a second old at the most.",
                as_json(an_object(mysfits=a_list_of(named("Mysfit"))), {"mysfits": [_COCO_LISTED]}),
                parameters=(_FILTER, _VALUE),
                has_etag=True,
            )
        },
        "/mysfits/{mysfit_id}": {
            "get": Operation(
                "showProfile",
                "All there is to know of one, with every like that was answered before.",
                as_json(named("Profile"), _COCO),
                (NoSuchMysfit, Unavailable),
                (A_MYSFIT,),
            )
        },
    },
    schemas={"Mysfit": an_object(**_LISTED), "Profile": an_object(**_LISTED, **_MORE)},
    links={"listMysfits": {"ShowProfile": leads_to("showProfile", mysfit_id=THE_FIRST)}},
)
