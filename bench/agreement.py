"""Agreement of servers on one data store: whoever answers otherwise than ours does other work, and is not measured."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple

ROW = "mysfit-3"
ABSENT = "nobody"


class Disagreement(Exception):
    """A server answers otherwise than ours; the message says which, and where."""


class JsonAnswer(NamedTuple):
    status: int
    body: Any


def agree(ours: str, name: str, url: str, routes: bool = True) -> None:
    """Compare the answers of a server at `url` with those of ours, in the routes that there are.

    Raises Disagreement.
    """
    _same(name, "GET /nothing", _ask("GET", f"{ours}/nothing"), _ask("GET", f"{url}/nothing"))
    if not routes:
        return
    _same(name, "GET /mysfits", *(_without_likes(_ask("GET", f"{each}/mysfits")) for each in (ours, url)))
    path = f"/mysfits/{ROW}"
    _same(name, f"GET {path}", _ask("GET", f"{ours}{path}"), _ask("GET", f"{url}{path}"))
    # Each like is in the count that it is answered with, and in what anybody reads after it.
    path = f"/mysfits/{ROW}/like"
    status, body = _ask("POST", f"{ours}{path}")
    for count in range(1, 4):
        expected = JsonAnswer(status, {**body, "likes": body["likes"] + count})
        _same(name, f"POST {path}", expected, _ask("POST", f"{url}{path}"))
    path = f"/mysfits/{ROW}"
    _same(name, f"GET {path}", _ask("GET", f"{ours}{path}"), _ask("GET", f"{url}{path}"))
    for request in (f"GET /mysfits/{ABSENT}", f"POST /mysfits/{ABSENT}/like"):
        method, path = request.split()
        answers = [_ask(method, f"{each}{path}") for each in (ours, url)]
        # A problem has more to say than a peer does.
        _same(name, request, *(JsonAnswer(each.status, each.body.get("title")) for each in answers))


def _without_likes(answer: JsonAnswer) -> JsonAnswer:
    """A list of mysfits but for its likes, which are as old as a server's copy of it."""
    rows = answer.body.get("mysfits", []) if isinstance(answer.body, dict) else []
    return JsonAnswer(answer.status, {**answer.body, "mysfits": [{**each, "likes": None} for each in rows]})


def _same(name: str, request: str, expected: JsonAnswer, found: JsonAnswer) -> None:
    if expected != found:
        raise Disagreement(f"{name} answers {request} with {found}, not with {expected}.")


def _ask(method: str, url: str) -> JsonAnswer:
    request = urllib.request.Request(url, method=method)  # noqa: S310 (our own address)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return JsonAnswer(answer.status, _read(answer.read()))
    except urllib.error.HTTPError as error:
        with error:
            return JsonAnswer(error.code, _read(error.read()))


def _read(body: bytes) -> Any:
    """An object of JSON, or one of what is no JSON, as a server answers where it fails."""
    try:
        return json.loads(body)
    except ValueError:
        return {"text": body.decode(errors="replace")}
