"""Routes of every assembly, whatever its features: health and version. Nothing here touches the data store."""

from flask import Blueprint

from app.kit.config import Config
from app.kit.description import Description, Operation, an_object, as_json, text
from app.kit.problems import Unavailable

_WELCOME = "The mysfits are at /mysfits. They would love to be adopted."

DESCRIPTION = Description(
    "service",
    "What every assembly answers, whatever its features.",
    {
        "/": {"get": Operation("welcome", "A welcome.", as_json(an_object(message=text()), {"message": _WELCOME}), ())},
        "/health": {
            "get": Operation(
                "health",
                "Whether this process can serve; the data store is not asked.",
                as_json(an_object(status={"const": "healthy"}), {"status": "healthy"}),
                (Unavailable,),
            )
        },
        "/version": {
            "get": Operation(
                "version",
                "Which version, commit and revision answers.",
                as_json(
                    an_object(version=text(), commit=text(), revision=text()),
                    {"version": "0.2.0", "commit": "3f2c1e0", "revision": "mysfits-service:7"},
                ),
                (),
            )
        },
    },
)


def health_routes(config: Config) -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/")
    async def welcome() -> dict[str, str]:
        return {"message": _WELCOME}

    @blueprint.get("/health")
    async def health() -> dict[str, str]:
        """Liveness alone: one slow DynamoDB call must not take every task out of the load balancer."""
        return {"status": "healthy"}

    @blueprint.get("/version")
    async def version() -> dict[str, str]:
        """What is running: the code, and the revision of the task definition or whatever was set for it."""
        return {"version": config.version, "commit": config.commit, "revision": config.revision}

    return blueprint
