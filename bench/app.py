"""The application that `make bench` measures: as it is, with a route that does nothing, and liking without sharing."""

import os

from flask import Blueprint

from app import METRICS, NEEDS, create_app
from app.kit import aws
from app.kit.config import Config
from app.kit.dynamodb import Table
from app.kit.logs import log_to_stdout
from app.kit.metrics import measure
from app.kit.request_log import set_event

config = Config.from_env(os.environ, NEEDS)
log_to_stdout(config.revision)
measure(config.revision, METRICS)
application = create_app(config)

measured = Blueprint("measured", __name__)
table = Table(aws.dynamodb(config.region), config.mysfits_table)


@measured.get("/nothing")
async def nothing() -> dict[str, str]:
    return {"Update": "Success"}


@measured.post("/measured/<mysfit_id>/like-alone")
async def like_alone(mysfit_id: str) -> dict[str, object]:
    """One plain write for each like, exact as long as no answer is lost."""
    row = await table.update(
        {"MysfitId": mysfit_id},
        UpdateExpression="ADD Likes :count",
        ConditionExpression="attribute_exists(MysfitId)",
        ExpressionAttributeValues={":count": 1},
    )
    set_event("Like processed.", mysfit_id=mysfit_id)
    return {"Update": "Success", "likes": int(row["Likes"])}


application.register_blueprint(measured)
app = application.front
