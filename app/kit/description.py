"""Vocabulary in which a feature describes its routes; openapi.py makes one document of all descriptions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.kit.problems import Problem, Unavailable

# A piece of an OpenAPI document, or of JSON Schema, as JSON has it.
Piece = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """Operation of one path by one method. `answer` is what success says: `as_json`, `as_text`, `as_page`.

    Every operation answers a body with a 400 and our own faults with a 500; only what is beyond that is in `problems`.
    """

    id: str
    summary: str
    answer: Piece
    problems: tuple[type[Problem], ...] = (Unavailable,)
    parameters: tuple[Piece, ...] = ()
    text: str = ""
    has_etag: bool = False


@dataclass(frozen=True)
class Description:
    """Description of a feature's routes: a path, as OpenAPI writes it, to its methods in lower case.

    `links` leads on from the success of an operation, by its id: of this feature's own, or of one that it stands on.
    """

    name: str
    about: str
    paths: Mapping[str, Mapping[str, Operation]]
    schemas: Mapping[str, Piece] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, Piece]] = field(default_factory=dict)


def as_json(schema: Piece, example: Any) -> Piece:
    return {"application/json": {"schema": schema, "example": example}}


def as_text(pattern: str, example: str) -> Piece:
    return {"text/plain; charset=utf-8": {"schema": {"type": "string", "pattern": pattern}, "example": example}}


def as_page() -> Piece:
    return {"text/html; charset=utf-8": {"schema": {"type": "string"}}}


def named(schema: str) -> Piece:
    """Schema that this or another running feature describes under that name."""
    return {"$ref": f"#/components/schemas/{schema}"}


def a_list_of(schema: Piece) -> Piece:
    return {"type": "array", "items": schema}


def an_object(**properties: Piece) -> Piece:
    """All of these are there. Others may come to be: an answer may grow."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def in_path(name: str, schema: Piece, example: Any) -> Piece:
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": example}


def in_query(name: str, values: list[str], example: str, about: str) -> Piece:
    return {"name": name, "in": "query", "description": about, "schema": text(enum=values), "example": example}


def leads_to(operation: str, **parameters: str) -> Piece:
    """A link: `parameters` are runtime expressions such as `$response.body#/mysfits/0/mysfitId`."""
    return {"operationId": operation, "parameters": parameters}


def number(minimum: int) -> Piece:
    return {"type": "integer", "minimum": minimum}


def text(**more: Any) -> Piece:
    return {"type": "string", **more}
