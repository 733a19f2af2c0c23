"""A client that holds every answer against the description that the application gives of itself."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

# What no operation has to name: it is answered before anybody looks for one.
ANYWHERE = {400: "Invalid", 414: "AddressTooLong", 500: "InternalServerError", 503: "Unavailable"}


class Undescribed(AssertionError):
    """An answer that the description does not know."""


class Description:
    """An OpenAPI document, strictly read: a field that it does not name is none."""

    def __init__(self, text: str) -> None:
        self.document = json.loads(text)
        self._paths = [
            (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)), re.DOTALL), methods)
            for path, methods in self.document["paths"].items()
        ]

    def operations(self) -> dict[tuple[str, str], dict[str, Any]]:
        """(method, path) to operation."""
        return {
            (method.upper(), path): operation
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        }

    def answers(self) -> set[tuple[str, int]]:
        """Every (operationId, status) that there is."""
        return {
            (each["operationId"], int(status)) for each in self.operations().values() for status in each["responses"]
        }

    def check(self, answer: TestResponse) -> tuple[str, int] | None:
        """The (operationId, status) of this answer, None where there is no operation. Raises Undescribed."""
        request = answer.request
        methods = self._methods(request.path)
        operation = (methods or {}).get(request.method.lower())
        described = (operation or {}).get("responses", {}).get(str(answer.status_code))
        if described is None:
            name = ANYWHERE.get(answer.status_code)
            if operation is None and methods is None and answer.status_code == 404:
                name = "NotFound"
            elif operation is None and methods is not None and answer.status_code == 405:
                name = "MethodNotAllowed"
            elif operation is not None and answer.status_code != 414:
                name = None
            described = self.document["components"]["responses"].get(name)
            if described is None:
                raise Undescribed(f"{request.method} {request.path[:80]}: no {answer.status_code} is described")
        self._check(f"{request.method} {request.path[:80]} {answer.status_code}", self._resolved(described), answer)
        return (operation["operationId"], answer.status_code) if operation else None

    def _methods(self, path: str) -> dict[str, Any] | None:
        exact: dict[str, Any] | None = self.document["paths"].get(path)
        return exact or next((methods for shape, methods in self._paths if shape.fullmatch(path)), None)

    def _check(self, which: str, described: dict[str, Any], answer: TestResponse) -> None:
        for name, header in described["headers"].items():
            told: Any = answer.headers.get(name)
            if told is not None and header["schema"]["type"] == "integer":
                told = int(told)
            _valid(f"{which}: {name}", header["schema"], told)
        content = described.get("content")
        if content is None or answer.request.method == "HEAD":
            if answer.data:
                raise Undescribed(f"{which}: a body")
            return
        if answer.content_type not in content:
            raise Undescribed(f"{which}: {answer.content_type}")
        is_json = "json" in answer.content_type
        _valid(which, content[answer.content_type]["schema"], answer.json if is_json else answer.text)

    def _resolved(self, piece: Any) -> Any:
        """`piece` with what it refers to in its place, and every object closed that does not say that it is open."""
        if isinstance(piece, list):
            return [self._resolved(each) for each in piece]
        if not isinstance(piece, dict):
            return piece
        if "$ref" in piece:
            found: Any = self.document
            for part in piece["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            return self._resolved(found)
        resolved = {name: self._resolved(each) for name, each in piece.items()}
        if "properties" in resolved and resolved.get("type") == "object":
            resolved.setdefault("additionalProperties", False)
        return resolved

    def resolved(self) -> Any:
        """The whole document in that form."""
        return self._resolved({**self.document, "components": {}})


def _valid(which: str, schema: dict[str, Any], value: Any) -> None:
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(value)]
    if errors:
        raise Undescribed(f"{which}: {'; '.join(errors)[:500]}")


description_of = cache(Description)


class Described(FlaskClient):
    """`seen` are the operations and statuses that this client has met."""

    def __init__(self, application: Flask) -> None:
        super().__init__(application, application.response_class)
        self.description = description_of(application.test_client().get("/openapi.json").text)
        self.seen: set[tuple[str, int]] = set()

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        if met := self.description.check(answer):
            self.seen.add(met)
        return answer
