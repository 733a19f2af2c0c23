"""Likes, profiles and the list with FastAPI and aioboto3, as uvicorn serves them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aioboto3
from aiobotocore.config import AioConfig
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from bench.peers.rows import NO_SUCH_MYSFIT, key_of, like_of, list_of, profile_of

TABLE = os.environ["DDB_TABLE_NAME"]

dynamodb: Any


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    global dynamodb
    async with aioboto3.Session().client("dynamodb", config=AioConfig(max_pool_connections=128)) as dynamodb:
        yield


# A response of one's own is sent as it is; anything else FastAPI would walk through and copy first.
app = FastAPI(lifespan=lifespan, openapi_url=None)


@app.get("/health")
async def health() -> JSONResponse:
    return JSONResponse({"status": "ok"})


@app.get("/nothing")
async def nothing() -> JSONResponse:
    return JSONResponse({"Update": "Success"})


@app.post("/mysfits/{mysfit_id}/like")
async def like(mysfit_id: str) -> JSONResponse:
    try:
        answer = await dynamodb.update_item(**like_of(TABLE, mysfit_id))
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return JSONResponse(NO_SUCH_MYSFIT, 404)
    return JSONResponse({"Update": "Success", "likes": int(answer["Attributes"]["Likes"]["N"])})


@app.get("/mysfits/{mysfit_id}")
async def show_profile(mysfit_id: str) -> JSONResponse:
    answer = await dynamodb.get_item(TableName=TABLE, Key=key_of(mysfit_id), ConsistentRead=True)
    if "Item" not in answer:
        return JSONResponse(NO_SUCH_MYSFIT, 404)
    return JSONResponse(profile_of(answer["Item"]))


@app.get("/mysfits")
async def list_mysfits() -> JSONResponse:
    pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE)
    return JSONResponse(list_of([item async for page in pages for item in page["Items"]]))
