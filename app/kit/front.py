"""Asynchronous front of the Flask application: what holds for every request, done once, in one pass.

An id, a log event and headers for each; the checks, faults, and the limit of requests at work. Routes are Flask's. A
view that is a coroutine is served here, on the event loop, past Flask's dispatch; every other view by Flask, in a
thread. It is an ASGI application, and lets Flask's own be called as WSGI the same way.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from flask import Response
from werkzeug.http import HTTP_STATUS_CODES

from app.kit import environ as environs
from app.kit import request_log
from app.kit.application import COMPACT, Application
from app.kit.concurrency_limiter import WITHOUT_PERMIT, ConcurrencyLimiter
from app.kit.environ import Environ, environ_of, with_streams
from app.kit.event_loop import run
from app.kit.faults import Faults, fault
from app.kit.front_response import FrontResponse, SharedResponse, front_response
from app.kit.headers import DEFAULTS, Headers
from app.kit.parse import address, host, no_body
from app.kit.problems import answer_to

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
View = Callable[..., Awaitable[Any]]

_JSON = ("Content-Type", "application/json")


class Front:
    """`headers` are those of every answer, beside its request's id and what it has itself.

    `requests` is how many may be at work at once in routes that wait, `threads` how many Flask itself serves at once.
    `has_hooks` is whether Flask's hooks behind a request have something to say to answers of coroutines too.
    """

    def __init__(
        self,
        application: Application,
        headers: Headers = (),
        requests: int = 1024,
        threads: int = 8,
        faults: Faults | None = None,
        has_hooks: bool = False,
    ) -> None:
        self._application = application
        self._flask = application.wsgi_app
        self._headers = headers
        self._limiter = ConcurrencyLimiter(requests)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="flask")
        self._fault = fault(faults) if faults else None
        self._has_hooks = has_hooks
        self._endpoints: dict[tuple[str, str], Any] = {}  # by method and path, where it has no arguments
        application.front = self
        application.wsgi_app = self.wsgi  # type: ignore[method-assign]

    async def __call__(self, scope: Mapping[str, Any], _receive: Receive, send: Send) -> None:
        """Serve a request of ASGI. Raises NotImplementedError for another kind of scope."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        answer, request_id = await self._answered(environ_of(scope))
        headers = [_encoded(name, value) for name, value in self._with_ours(answer.headers)]
        headers.append((b"x-request-id", request_id.encode("latin-1")))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    def wsgi(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve a request of WSGI."""
        answer, request_id = run(self._answered(environ))
        headers = [*self._with_ours(answer.headers), ("X-Request-ID", request_id)]
        start_response(f"{answer.status} {HTTP_STATUS_CODES.get(answer.status, '').upper()}", headers)
        return [answer.body]

    def _with_ours(self, headers: Headers) -> list[tuple[str, str]]:
        names = {name for name, _ in headers}
        return [*headers, *(each for each in DEFAULTS if each[0] not in names), *self._headers]

    async def _answered(self, environ: Environ) -> tuple[FrontResponse, str]:
        """The answer to a request, its log event written, and its id."""
        event, token = request_log.begin(environ)
        environs.current.set(environ)
        try:
            answer = await self._served(environ)
            if event.write(answer.status):
                # Behind its line (line_handler.py): the event of what was answered has left us, whatever kills us next.
                await asyncio.sleep(0)
        finally:
            request_log.end(token)
        return answer, event.request_id

    async def _served(self, environ: Environ) -> FrontResponse:
        path = environ["PATH_INFO"]
        permitted = False
        try:
            address(environ)
            host(environ)
            no_body(environ)
            if self._fault is not None:
                self._fault(path)
            if path not in WITHOUT_PERMIT:
                await self._limiter.enter()
                permitted = True
            # Who may ask what is Flask's to say, also of what there is not.
            if environ["REQUEST_METHOD"] == "OPTIONS":
                return await self._by_flask(environ)
            view, arguments = self._view_of(environ)
            if view is None:
                return await self._by_flask(environ)
            return self._made(await view(**arguments), environ)
        except Exception as error:  # noqa: BLE001 (each becomes a problem)
            return self._made(answer_to(error), environ)
        finally:
            if permitted:
                self._limiter.leave()

    def _view_of(self, environ: Environ) -> tuple[View | None, Mapping[str, Any]]:
        """The coroutine that serves a request, and its arguments; None where Flask does. Raises what routing does."""
        asked = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        arguments: Mapping[str, Any] = {}
        if (endpoint := self._endpoints.get(asked)) is None:
            rule, arguments = self._application.matched(environ)
            endpoint = rule.endpoint
            # There are few such paths; those with arguments are as many as somebody thinks of.
            if not rule.arguments:
                self._endpoints[asked] = endpoint
        view: Any = self._application.view_functions[endpoint]
        return (view, arguments) if inspect.iscoroutinefunction(view) else (None, arguments)

    async def _by_flask(self, environ: Environ) -> FrontResponse:
        """Flask's own answer, made in a thread."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, context.run, _called, self._flask, with_streams(environ)
        )

    def _made(self, result: Any, environ: Environ) -> FrontResponse:
        """A view's result (a dict or a list for JSON, a text, or a response) as an answer."""
        if self._has_hooks:
            with self._application.request_context(with_streams(environ)):
                response = self._application.process_response(self._response(result))
            return front_response(response, environ)
        if isinstance(result, SharedResponse):
            whole = result.whole
        elif isinstance(result, (dict, list)):
            body = f"{self._application.json.dumps(result, **COMPACT)}\n".encode()
            whole = FrontResponse(200, (_JSON, ("Content-Length", str(len(body)))), body)
        else:
            return front_response(self._response(result), environ)
        return whole._replace(body=b"") if environ["REQUEST_METHOD"] == "HEAD" else whole

    def _response(self, result: Any) -> Any:
        if isinstance(result, SharedResponse):
            return result.copy()
        return result if isinstance(result, Response) else self._application.json.response(result)


def _called(application: Callable[..., Iterable[bytes]], environ: Environ) -> FrontResponse:
    """The answer of a WSGI application."""
    started: list[tuple[int, tuple[tuple[str, str], ...]]] = []
    result = application(environ, lambda status, headers, *_: started.append((int(status[:3]), tuple(headers))))
    try:
        body = b"".join(result)
    finally:
        if close := getattr(result, "close", None):
            close()
    return FrontResponse(*started[0], body)


# Most answers have the same headers, but for the length of one and the request's id, which is not for here.
@lru_cache(maxsize=1024)
def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode("latin-1"), value.encode("latin-1")
