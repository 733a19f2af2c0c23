"""Steps that only read."""

from __future__ import annotations

from typing import Any

from ecs_emulator.ops.http import Answer
from ecs_emulator.ops.proof import REVISION_HEADER
from ops.verify.steps import GoldenJourney, nobody

LISTED = ("mysfitId", "name", "goodevil", "lawchaos", "species", "thumbImageUri")
PROFILE: dict[str, type] = {
    **dict.fromkeys(LISTED, str),
    "age": int,
    "description": str,
    "profileImageUri": str,
    "likes": int,
    "adopted": bool,
}


def reachable(journey: GoldenJourney) -> bool:
    """The API answers at all."""
    answer = journey.call("GET", "/health")
    fault = {
        0: "Nobody listens at this address.",
        502: "The load balancer reaches no task that answers: see `mysfits status`.",
        503: "The load balancer has no target: see `mysfits status`.",
        504: "The tasks do not answer in time: see `mysfits status`.",
    }.get(answer.status, "The API is not healthy.")
    ok = journey.answered("healthy", answer, answer.status == 200, "200", fault)
    server = str(answer.headers.get("Server") or "")
    if answer.status:
        journey.step(
            "production server",
            "no development server",
            f"Server: {server or 'not said'}",
            "werkzeug" not in server.lower(),
            "Flask's development server answers. It ignores SIGTERM as PID 1, so every rollout ends in a kill.",
        )
    return ok


def version(journey: GoldenJourney, running: set[str]) -> None:
    """Check that what answers says which revision it is; one of those `running`, when these are known."""
    answer = journey.call("GET", "/version")
    body = answer.json if isinstance(answer.json, dict) else {}
    header = str(answer.headers.get(REVISION_HEADER) or "")
    detail = f"{REVISION_HEADER}: {header or 'missing'}, revision: {body.get('revision', 'missing')}"
    ok = answer.status == 200 and bool(header) and body.get("revision") == header and bool(body.get("version"))
    fault = "What answers does not say what it is."
    if ok and running and header not in running:
        ok, fault = False, "Another revision answers than the one that is deployed."
    expected = f"200 with version, and the revision {' or '.join(sorted(running)) or 'of what answers'}"
    journey.answered("version", answer, ok, expected, fault, detail)


def mysfits(journey: GoldenJourney) -> list[dict[str, Any]]:
    """The list; empty when it cannot be had."""
    answer = journey.call("GET", "/mysfits")
    found = listed(answer)
    wrong = [str(each.get("mysfitId")) for each in found if not all(isinstance(each.get(name), str) for name in LISTED)]
    fault = "Nobody can see the mysfits."
    if answer.status == 200 and not found:
        fault = "The table is empty: `mysfits seed` fills it."
    elif wrong:
        fault = f"Mysfits are incomplete: {', '.join(wrong[:3])}."
    ok = answer.status == 200 and bool(found) and not wrong
    journey.answered("list", answer, ok, "200 with mysfits of six fields", fault, f"{len(found)} mysfits")
    journey.step(
        "request id",
        "X-Request-ID in every answer",
        f"X-Request-ID: {answer.headers.get('X-Request-ID') or 'missing'}",
        bool(answer.headers.get("X-Request-ID")),
        "No request can be found in the log.",
    )
    return found if ok else []


def filters(journey: GoldenJourney) -> None:
    """A filter takes what it says; a wrong one is the caller's error, not ours."""
    answer = journey.call("GET", "/mysfits?filter=GoodEvil&value=Good")
    values = {str(each.get("goodevil")) for each in listed(answer)}
    ok = answer.status == 200 and isinstance(answer.json, dict) and values <= {"Good"}
    detail = ", ".join(sorted(values)) or "nobody"
    journey.answered("filter", answer, ok, "200 with the good ones alone", "The filter does not filter.", detail)
    for name, query, fault in (
        ("unknown filter", "filter=Nonsense&value=Good", "An unknown filter is not refused as the caller's error."),
        ("missing value", "filter=GoodEvil", "A filter without a value is not refused as the caller's error."),
    ):
        answer = journey.call("GET", f"/mysfits?{query}")
        journey.answered(name, answer, journey.is_problem(answer, 400), "400, a problem", fault)


def profile(journey: GoldenJourney, mysfit_id: str, name: str = "profile") -> dict[str, Any]:
    """A profile; empty when it cannot be had."""
    answer = journey.call("GET", f"/mysfits/{mysfit_id}")
    body: dict[str, Any] = answer.json if isinstance(answer.json, dict) else {}
    # `True` is an int to Python.
    wrong = [key for key, kind in PROFILE.items() if type(body.get(key)) is not kind]
    ok = answer.status == 200 and not wrong
    fault = f"Fields are missing or of another type: {', '.join(wrong)}." if body and answer.status == 200 else ""
    expected = "200 with all fields, likes and age as integers"
    journey.answered(name, answer, ok, expected, fault or "The profile cannot be read.", f"{body.get('likes')} likes")
    return body if ok else {}


def unknown(journey: GoldenJourney) -> None:
    """An id that nobody has is 404."""
    answer = journey.call("GET", f"/mysfits/{nobody()}")
    fault = "An unknown id is not answered as one."
    journey.answered("unknown id", answer, journey.is_problem(answer, 404), "404, a problem", fault)
    journey.step(
        "CORS of errors",
        f"Access-Control-Allow-Origin: * or {journey.origin}",
        f"Access-Control-Allow-Origin: {answer.headers.get('Access-Control-Allow-Origin') or 'missing'}",
        journey.may_read(answer),
        "The site cannot read an error, and shows none.",
    )


def cors(journey: GoldenJourney, mysfit_id: str) -> None:
    """A page of the site may read, and may like."""
    answer = journey.call("GET", "/mysfits")
    journey.step(
        "CORS",
        f"Access-Control-Allow-Origin: * or {journey.origin}",
        f"Access-Control-Allow-Origin: {answer.headers.get('Access-Control-Allow-Origin') or 'missing'}",
        journey.may_read(answer),
        "The browser keeps the answer from the site.",
    )
    headers = {"Access-Control-Request-Method": "POST"}
    answer = journey.call("OPTIONS", f"/mysfits/{mysfit_id}/like", headers)
    methods = str(answer.headers.get("Access-Control-Allow-Methods") or "")
    ok = answer.status in (200, 204) and journey.may_read(answer) and "POST" in methods
    fault = "The browser does not let the site like anybody."
    journey.answered("preflight", answer, ok, "200 that allows POST", fault, f"allows {methods or 'nothing'}")


def listed(answer: Answer) -> list[dict[str, Any]]:
    """The mysfits in the answer of a list; none when it is no such answer."""
    body = answer.json
    there = body.get("mysfits") if isinstance(body, dict) else None
    return [each for each in there if isinstance(each, dict)] if isinstance(there, list) else []
