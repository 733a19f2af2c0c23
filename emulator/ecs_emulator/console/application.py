"""WSGI application of the console: the page's files for everybody who may ask, and JSON for whoever has a session.

The server's guard has looked at Host, Origin and Sec-Fetch-Site before (cloud/guard.py). Nothing changes by a GET.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wrappers import Request, Response

from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.console.access import Access
from ecs_emulator.console.calls import CallRefused, Calls
from ecs_emulator.console.feed import Feed, TooManyListeners, as_json
from ecs_emulator.console.jobs import Jobs, NotAllowed
from ecs_emulator.console.log_events import followed
from ecs_emulator.console.which_rule import WrittenRequest, which_rule
from ecs_emulator.ops.logs import seconds

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SESSION_HEADER = "X-Console-Session"
_LARGEST = 1 << 20  # bytes of a request
_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
# Nothing inline, nothing from elsewhere, and no text of anybody is ever taken for a page (trusted types without a
# policy): https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/trusted-types/
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Parts:
    """Parts that answer the page. `cookie` is the name of the session's cookie."""

    access: Access
    cookie: str
    feed: Feed
    calls: Calls
    jobs: Jobs
    balancer: Balancer
    session: Callable[[], boto3.Session]


class ConsoleApplication:
    """The application; it has nothing of its own."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._files = _files()
        self._posts: Mapping[str, Callable[[Any], Response]] = {
            "/api/call": self._call,
            "/api/commands": self._run,
            "/api/commands/stop": self._stop,
            "/api/which-rule": self._which_rule,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = _LARGEST
        try:
            response = self._answer(request)
        except HTTPException as problem:
            response = _problem(problem.code or 500, problem.description or problem.name)
        response.headers.extend(_HEADERS)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        path = request.path
        if path == "/api/session":
            return self._open(request)
        if not path.startswith("/api/"):
            return self._file(request)
        if not self._is_admitted(request):
            return _problem(401, "This page has no session here.")
        if path in self._posts:
            return self._posts[path](_content(request))
        if request.method != "GET":
            raise MethodNotAllowed(["GET"])
        if path == "/api/events":
            return self._streamed(self._parts.feed.listen)
        if path == "/api/logs":
            return self._logs(request)
        return _problem(404, "There is nothing of that name.")

    def _file(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(["GET", "HEAD"])
        name = request.path.removeprefix("/") or "index.html"
        if name not in self._files:
            return _problem(404, "There is nothing of that name.")
        return Response(self._files[name], content_type=_TYPES[name.rpartition(".")[2]])

    def _open(self, request: Request) -> Response:
        content = _content(request)
        session = self._parts.access.open(str(content.get("key", "")))
        if session is None:
            return _problem(403, "This link was used already, or is of another start.")
        response = _answer({"token": session.token})
        # Not `Secure`: this is plain HTTP on the loopback interface.
        response.set_cookie(self._parts.cookie, session.cookie, httponly=True, samesite="Strict", path="/")
        return response

    def _is_admitted(self, request: Request) -> bool:
        cookie, token = request.cookies.get(self._parts.cookie, ""), request.headers.get(SESSION_HEADER, "")
        return self._parts.access.admits(cookie, token)

    def _call(self, content: Any) -> Response:
        try:
            answer = self._parts.calls.make(
                str(content.get("service")), str(content.get("operation")), dict(content.get("input") or {})
            )
        except CallRefused as refused:
            return _problem(400, str(refused), refused.code)
        return _answer(answer)

    def _run(self, content: Any) -> Response:
        arguments = content.get("arguments")
        if not isinstance(arguments, list) or not all(isinstance(each, str) for each in arguments):
            return _problem(400, "`arguments` is a list of texts.")
        try:
            return _answer({"job": self._parts.jobs.run(arguments)})
        except (NotAllowed, OSError) as error:
            return _problem(400, str(error))

    def _stop(self, content: Any) -> Response:
        found = self._parts.jobs.stop(str(content.get("job")))
        return _answer({}) if found else _problem(404, "There is no such job.")

    def _which_rule(self, content: Any) -> Response:
        try:
            written = WrittenRequest.of(content)
        except (ValueError, TypeError) as error:
            return _problem(400, str(error))
        for balancer in self._parts.balancer.planned()[0].load_balancers:
            for listener in balancer.get("Listeners", []):
                if listener["ListenerArn"] == content.get("listener"):
                    return _answer({"rule": which_rule(listener["Rules"], written)})
        return _problem(404, "There is no such listener.")

    def _logs(self, request: Request) -> Response:
        try:
            since = seconds(request.args.get("since", "1h"))
        except ValueError as error:
            return _problem(400, str(error))
        group, pattern = request.args.get("group", ""), request.args.get("pattern", "")
        try:
            return self._streamed(lambda: followed(self._parts.session(), group, since, pattern))
        except (ClientError, BotoCoreError) as error:
            return _problem(400, str(error))

    def _streamed(self, begin: Callable[[], Iterator[bytes]]) -> Response:
        try:
            events = begin()
        except TooManyListeners:
            return _problem(503, "Too many pages of the console are open.")
        return Response(events, content_type="text/event-stream")


def _content(request: Request) -> Any:
    """JSON object of a POST. No form can send one: that type needs the page's own script. Raises HTTPException."""
    if request.method != "POST":
        raise MethodNotAllowed(["POST"])
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("JSON is taken here.")
    if (request.content_length or 0) > _LARGEST:
        raise RequestEntityTooLarge
    content = request.get_json()
    if not isinstance(content, dict):
        raise BadRequest("A JSON object is taken here.")
    return content


def _answer(content: Any) -> Response:
    return Response(as_json(content), content_type="application/json")


def _problem(status: int, message: str, code: str = "") -> Response:
    body = json.dumps({"code": code, "message": message})
    return Response(body, status=status, content_type="application/json")


def _files() -> dict[str, bytes]:
    """The page's files by the path at which they are served."""
    folder = resources.files("ecs_emulator.console") / "page"
    return {
        (f"{sub.name}/" if sub is not folder else "") + each.name: each.read_bytes()
        for sub in (folder, *(each for each in folder.iterdir() if each.is_dir()))
        for each in sub.iterdir()
        if each.is_file() and each.name.rpartition(".")[2] in _TYPES
    }
