"""OpenAPI 3.1 document of the API as it runs, from what its features say of themselves.

https://spec.openapis.org/oas/v3.1.1
"""

from collections.abc import Iterable, Iterator, Sequence

from app.kit.description import Description, Operation, Piece, an_object, number, text
from app.kit.problems import AddressTooLong, Invalid, Problem, type_of

_ABOUT = """\
No request takes a body. Wherever there is GET there is HEAD, and every address answers OPTIONS. Where there is nothing,
the answer is `NotFound`; to a method that an address does not take, `MethodNotAllowed`; to an address of more than
16 KiB, `AddressTooLong`. Every problem is `application/problem+json` (RFC 9457).

Every answer carries `X-Request-ID`: the one that came with the request, or a new one. What is no HTTP, or has a head of
more than 128 KiB or 100 lines, is turned away before that, with a status and nothing else.

Answers may get new fields, and keep those they have."""

_HEADERS: Piece = {
    "X-Request-ID": {
        "description": "The request's own id, the load balancer's trace id, or a new one; log events carry it.",
        "required": True,
        "schema": text(pattern="^[A-Za-z0-9._:=;/-]{1,128}$"),
        "example": "6f1c0f9f7b7d4c5f9f0e3a1d2b4c6d8e",
    },
    "X-Service-Revision": {
        "description": "The revision that gave this answer: `family:revision` of the task definition on ECS.",
        "required": True,
        "schema": text(pattern="^[A-Za-z0-9._:/-]{1,300}$"),
        "example": "mysfits-service:7",
    },
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "required": True,
        "schema": number(0),
        "example": 1,
    },
    "ETag": {
        "description": "Changes with the list. Send it as `If-None-Match`, and nothing new is a 304.",
        "required": True,
        "schema": text(pattern='^"[0-9a-f]{16}"$'),
        "example": '"0f343b0931126a20"',
    },
    "Allow": {
        "description": "The methods that this address takes.",
        "required": True,
        "schema": text(),
        "example": "GET, HEAD, OPTIONS",
    },
}
_ALWAYS = ("X-Request-ID", "X-Service-Revision")


def openapi(features: Sequence[Description], version: str) -> Piece:
    """The document. Of the links, it holds those that lead to a feature which is there."""
    operations = [each for feature in features for methods in feature.paths.values() for each in methods.values()]
    problems = {problem for each in operations for problem in each.problems}
    responses = _common() | {each.__name__: _told(each) for each in sorted(problems, key=lambda each: each.__name__)}
    ids = {each.id for each in operations}
    links = {each: {name: link for name, link in _links(features, each) if link["operationId"] in ids} for each in ids}
    paths: Piece = {}
    for feature in features:
        for path, methods in feature.paths.items():
            item = {method: _operation(each, feature.name, links[each.id]) for method, each in methods.items()}
            if "get" in item:
                item["head"] = _without_content(item["get"], responses)
            item["options"] = _options(next(iter(item.values())))
            paths[path] = item
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Mythical Mysfits",
            "summary": "Meet mythical creatures, leave a heart, adopt one.",
            "description": _ABOUT,
            "version": version,
        },
        "servers": [{"url": "/", "description": "Where this document came from."}],
        "tags": [{"name": feature.name, "description": feature.about} for feature in features],
        "paths": paths,
        "components": {
            "schemas": {name: schema for feature in features for name, schema in feature.schemas.items()},
            "headers": _HEADERS,
            "responses": responses,
        },
    }


def _links(features: Iterable[Description], operation: str) -> Iterator[tuple[str, Piece]]:
    for feature in features:
        yield from feature.links.get(operation, {}).items()


def _operation(operation: Operation, tag: str, links: Piece) -> Piece:
    success: Piece = {
        "description": operation.summary,
        "headers": _headers("ETag") if operation.has_etag else _headers(),
        "content": operation.answer,
    }
    if links:
        success["links"] = links
    answers: Piece = {"200": success}
    if operation.has_etag:
        answers["304"] = _component("NotModified")
    problems: tuple[type[Problem], ...] = (Invalid, *operation.problems)
    for problem in problems:
        answers[str(problem.code)] = _component(problem.__name__)
    answers["500"] = _component("InternalServerError")
    described: Piece = {"operationId": operation.id, "summary": operation.summary, "tags": [tag]}
    if operation.text:
        described["description"] = operation.text
    if operation.parameters:
        described["parameters"] = list(operation.parameters)
    return described | {"responses": dict(sorted(answers.items()))}


def _without_content(get: Piece, responses: Piece) -> Piece:
    """HEAD: what GET says, and nothing of it."""

    def bare(answer: Piece) -> Piece:
        told = responses[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
        return {name: told[name] for name in ("description", "headers")}

    return {
        **get,
        "operationId": f"{get['operationId']}Head",
        "responses": {status: bare(answer) for status, answer in get["responses"].items()},
    }


def _options(beside: Piece) -> Piece:
    answers = {status: beside["responses"][status] for status in ("400", "500", "503") if status in beside["responses"]}
    described = {
        "operationId": f"{beside['operationId']}Options",
        "summary": "Which methods this address takes; for browsers, whether a page of another origin may ask.",
        "tags": beside["tags"],
        "responses": {"200": {"description": "The methods.", "headers": _headers("Allow")}} | answers,
    }
    # Asked before anything is looked up, so that every id will do.
    ids = [each for each in beside.get("parameters", []) if each["in"] == "path"]
    if ids:
        described["parameters"] = [each | {"schema": text(), "example": str(each["example"])} for each in ids]
    return described


def _common() -> Piece:
    """What is not of one feature alone."""
    return {
        "NotModified": {"description": "Nothing new.", "headers": _headers("ETag")},
        "Invalid": _told(Invalid),
        "NotFound": _said(404, "Not Found", ["about:blank"]),
        "MethodNotAllowed": _said(405, "Method Not Allowed", ["about:blank"], "Allow"),
        "AddressTooLong": _told(AddressTooLong),
        "InternalServerError": _said(
            500, "Something went wrong on our side", ["about:blank", "/problems/fault-on-purpose"]
        ),
    }


def _told(problem: type[Problem]) -> Piece:
    waits = ("Retry-After",) if problem.code in (429, 503) else ()
    return _said(problem.code or 500, problem.title, [type_of(problem)], *waits)


def _said(status: int, title: str, kinds: list[str], *headers: str) -> Piece:
    schema = an_object(type=text(enum=kinds), title=text(), status={"const": status}, detail=text())
    example = {"type": kinds[0], "title": title, "status": status, "detail": "A sentence for people."}
    return {
        "description": title,
        "headers": _headers(*headers),
        "content": {"application/problem+json": {"schema": schema, "example": example}},
    }


def _headers(*more: str) -> Piece:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*_ALWAYS, *more)}


def _component(name: str) -> Piece:
    return {"$ref": f"#/components/responses/{name}"}
