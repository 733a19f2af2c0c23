"""Routes of the API's description, which is made once, with the application."""

import json
from collections.abc import Sequence

from flask import Blueprint, Response

from app.kit.description import Description, Operation, as_json, as_page
from app.kit.openapi import openapi
from app.kit.page import POLICY, page

DESCRIPTION = Description(
    "description",
    "What this API is.",
    {
        "/openapi.json": {
            "get": Operation(
                "describe",
                "This description, for programs.",
                as_json(
                    {"type": "object", "required": ["openapi", "info", "paths"]},
                    {"openapi": "3.1.1", "info": {"title": "Mythical Mysfits", "version": "0.2.0"}, "paths": {"…": {}}},
                ),
                (),
            )
        },
        "/docs": {"get": Operation("describeToPeople", "This description, for people.", as_page(), ())},
    },
)


def description_routes(features: Sequence[Description], version: str) -> Blueprint:
    """Routes that tell of the `features` and of themselves."""
    blueprint = Blueprint("description", __name__)
    document = openapi([*features, DESCRIPTION], version)
    for_programs, for_people = json.dumps(document, ensure_ascii=False), page(document)

    @blueprint.get("/openapi.json")
    async def describe() -> Response:
        return Response(for_programs, content_type="application/json")

    @blueprint.get("/docs")
    async def describe_to_people() -> Response:
        response = Response(for_people, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return blueprint
