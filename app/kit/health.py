"""What every assembly answers, whatever its features. Nothing here touches the data store."""

from flask import Blueprint

from app.kit.config import Config


def health_routes(config: Config) -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/")
    def welcome() -> dict[str, str]:
        return {"message": "The mysfits are at /mysfits. They would love to be adopted."}

    @blueprint.get("/health")
    def health() -> dict[str, str]:
        """Liveness alone: one slow DynamoDB call must not take every task out of the load balancer."""
        return {"status": "healthy"}

    @blueprint.get("/version")
    def version() -> dict[str, str]:
        """What is running: the version of the code, and the task definition revision or whatever was set for it."""
        return {"version": config.version, "revision": config.revision}

    return blueprint
