"""Likes, profiles and the list with Flask and boto3, as gunicorn serves them."""

from __future__ import annotations

import os
from typing import Any

import boto3
from botocore.config import Config
from flask import Flask

from bench.peers.rows import NO_SUCH_MYSFIT, key_of, like_of, list_of, profile_of

TABLE = os.environ["DDB_TABLE_NAME"]

app = Flask(__name__)
app.json.sort_keys = False  # type: ignore[attr-defined]
dynamodb = boto3.client("dynamodb", config=Config(max_pool_connections=int(os.environ["THREADS"])))


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/nothing")
def nothing() -> dict[str, str]:
    return {"Update": "Success"}


@app.post("/mysfits/<mysfit_id>/like")
def like(mysfit_id: str) -> Any:
    try:
        answer = dynamodb.update_item(**like_of(TABLE, mysfit_id))
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return NO_SUCH_MYSFIT, 404
    return {"Update": "Success", "likes": int(answer["Attributes"]["Likes"]["N"])}


@app.get("/mysfits/<mysfit_id>")
def show_profile(mysfit_id: str) -> Any:
    answer = dynamodb.get_item(TableName=TABLE, Key=key_of(mysfit_id), ConsistentRead=True)
    if "Item" not in answer:
        return NO_SUCH_MYSFIT, 404
    return profile_of(answer["Item"])


@app.get("/mysfits")
def list_mysfits() -> Any:
    pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE)
    return list_of(item for page in pages for item in page["Items"])
