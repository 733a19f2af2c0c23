from flask import Blueprint, Response

from app.hello.actions import counting_on
from app.hello.store import Counter, Expired
from app.kit.environ import request


def hello_routes(counter: Counter) -> Blueprint:
    blueprint = Blueprint("hello", __name__)
    count_on = counting_on(counter)

    @blueprint.get("/hello")
    async def hello() -> Response:
        return _text("" if request().method == "HEAD" else _greeting(await counter.begin()))

    @blueprint.get("/hello/again")
    async def hello_again() -> Response:
        if request().method == "HEAD":
            return _text("")
        try:
            return _text(_greeting(await count_on()))
        except Expired:
            return _text("Expired!")

    return blueprint


def _greeting(number: int) -> str:
    return f"Hello ELECLE {number}"


def _text(text: str) -> Response:
    return Response(text, content_type="text/plain; charset=utf-8")
