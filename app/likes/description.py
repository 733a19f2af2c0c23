from app.catalog.description import A_MYSFIT, THE_FIRST, THE_SAME
from app.catalog.store import NoSuchMysfit
from app.kit.description import Description, Operation, Piece, an_object, as_json, leads_to, named, number
from app.kit.problems import Unavailable
from app.likes.rate_limiter import TooManyLikes

_STORED: Piece = as_json(named("Liked"), {"Update": "Success", "likes": 43})
_LIKE = {"LikeMysfit": leads_to("likeMysfit", mysfit_id=THE_FIRST)}
_FULFILL = {"FulfillLike": leads_to("fulfillLike", mysfit_id=THE_FIRST)}
_PATHS = {
    "/mysfits/{mysfit_id}/like": {
        "post": Operation(
            "likeMysfit",
            "One more like, and one log event.",
            _STORED,
            (NoSuchMysfit, TooManyLikes, Unavailable),
            (A_MYSFIT,),
            "After a 503 the like is stored once or not at all.",
        )
    },
}
_FULFILL_PATHS = {
    "/mysfits/{mysfit_id}/fulfill-like": {
        "post": Operation(
            "fulfillLike",
            "The same for a separate like service, which writes the log event itself.",
            _STORED,
            (NoSuchMysfit, Unavailable),
            (A_MYSFIT,),
        )
    },
}


def likes_description(fulfill_like: bool) -> Description:
    """With `fulfill_like`, also of the route for a separate like service."""
    paths = _PATHS | _FULFILL_PATHS if fulfill_like else _PATHS
    return Description(
        "likes",
        "A visitor likes a mysfit. An answered like is stored, and counted once.",
        paths,
        schemas={"Liked": an_object(Update={"const": "Success"}, likes=number(1))},
        links={
            "listMysfits": _LIKE | _FULFILL if fulfill_like else _LIKE,
            "likeMysfit": {"SeeTheLike": leads_to("showProfile", mysfit_id=THE_SAME)},
        },
    )
