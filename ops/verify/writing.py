"""Steps that write: one like of a mysfit, and what must not be written for nobody."""

from __future__ import annotations

import json
import uuid

from ecs_emulator.ops.logs import read_logs
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.waiting import rounds
from ops.verify import reading
from ops.verify.steps import GoldenJourney, nobody

LIKED = "Like processed."
LOG_PATIENCE = 60.0  # seconds until CloudWatch must show an event


def adopt_nobody(journey: GoldenJourney, count: int) -> None:
    """An adoption of nobody is 404, and leaves no row. `count` is how many mysfits there are."""
    stranger = nobody()
    answer = journey.call("POST", f"/mysfits/{stranger}/adopt")
    fault = "An adoption of nobody is not refused."
    journey.answered("adopt nobody", answer, journey.is_problem(answer, 404), "404, a problem", fault)
    there = journey.call("GET", "/mysfits")
    listed = reading.listed(there)
    ghost = any(each.get("mysfitId") == stranger for each in listed)
    # The list may be a second old, a profile never is: it has to answer as for anybody who was never named.
    ghost = ghost or _status(journey, stranger) != _status(journey, nobody())
    ok = there.status == 200 and not ghost and len(listed) >= count
    fault = "The adoption of nobody has left a ghost row"
    fault += ", and now the list is broken for everybody." if there.status != 200 else "."
    journey.answered("no ghost", there, ok, "the list as it was, without a new row", fault, f"{len(listed)} mysfits")


def like_nobody(journey: GoldenJourney) -> str:
    """A like of nobody is 404; the request's id, for which no `Like processed.` may ever be logged."""
    request_id = f"verify-{uuid.uuid4().hex}"
    answer = journey.call("POST", f"/mysfits/{nobody()}/like", {"X-Request-ID": request_id})
    fault = "A like of nobody is answered as if it had been stored." if answer.status == 200 else ""
    journey.answered(
        "like nobody",
        answer,
        journey.is_problem(answer, 404),
        "404, a problem",
        fault or "A like of nobody is not refused as the caller's error.",
    )
    return request_id


def like(journey: GoldenJourney, mysfit_id: str, likes: int) -> str:
    """A like is stored: the next profile shows it. The request's id; empty when it was not answered with success."""
    request_id = f"verify-{uuid.uuid4().hex}"
    answer = journey.call("POST", f"/mysfits/{mysfit_id}/like", {"X-Request-ID": request_id})
    body = answer.json if isinstance(answer.json, dict) else {}
    ok = answer.status == 200 and body.get("Update") == "Success"
    expected = '200 with "Update": "Success"'
    journey.answered("like", answer, ok, expected, "A like is not taken.", f"Update: {body.get('Update', 'missing')}")
    if not ok:
        return ""
    after = reading.profile(journey, mysfit_id, "profile again").get("likes", -1)
    # Others may like at the same time: more is right, less never is.
    journey.step(
        "one more",
        f"{likes + 1} likes, or more when others like too",
        f"{likes} → {after}",
        after >= likes + 1,
        "The like was answered with success and not stored.",
    )
    return request_id


def logged(journey: GoldenJourney, target: Target, liked: str, refused: str, patience: float = LOG_PATIENCE) -> None:
    """Exactly one event says that the like was processed, and none says so of the refused one."""
    found: list[str] = []
    for _ in rounds(patience, 1.0):
        found = _events(target, liked)
        if found:
            break
    journey.step(
        "log line",
        f"one event {LIKED!r} with request_id {liked}",
        f"{len(found)} events",
        len(found) == 1,
        "The like has left no trace in CloudWatch." if not found else "One like has left several events.",
    )
    early = _events(target, refused)
    journey.step(
        "no false log line",
        f"no event {LIKED!r} of the like that was refused",
        f"{len(early)} events",
        not early,
        "The log says that a like was processed which was never stored: it is written before the like is.",
    )


def _events(target: Target, request_id: str) -> list[str]:
    events = read_logs(target.session, target.output("LogGroup"), 900, request_id, follow=False)
    return [event["message"] for event in events if _says_liked(event["message"])]


def _says_liked(message: str) -> bool:
    """An event of ours says it as its message; one of another service may be plain text."""
    try:
        fields = json.loads(message)
    except ValueError:
        return LIKED in message
    return isinstance(fields, dict) and fields.get("message") == LIKED


def _status(journey: GoldenJourney, mysfit_id: str) -> int:
    return journey.call("GET", f"/mysfits/{mysfit_id}").status
