"""What every assembly answers, whatever its features. Nothing here touches the data store."""

from flask import Blueprint


def health_routes() -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/")
    def welcome() -> dict[str, str]:
        return {"message": "The mysfits are at /mysfits. They would love to be adopted."}

    @blueprint.get("/health")
    def health() -> dict[str, str]:
        """Liveness alone: one slow DynamoDB call must not take every task out of the load balancer."""
        return {"status": "healthy"}

    return blueprint
