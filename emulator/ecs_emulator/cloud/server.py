"""Web server in a thread of this process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import waitress
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher, WSGITask
from waitress.utilities import Error

from ecs_emulator.cloud.guard import Guard
from ecs_emulator.worker import Worker


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        # boto3 announces every body (`Expect: 100-continue`); for an empty one waitress would wait for ever.
        if not self.chunked and self.content_length == 0:
            self.expect_continue = False


class _Forbidden(Error):  # type: ignore[misc]
    code = 403
    reason = "Forbidden"

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:  # noqa: ARG002
        return f"{self.code} {self.reason}", [("Content-Type", "text/plain; charset=utf-8")], f"{self.body}\n".encode()


class _GuardedParser(_Parser):
    def __init__(self, adj: Any, guard: Guard) -> None:
        super().__init__(adj)
        self._guard = guard

    def received(self, data: bytes) -> int:
        had_head = self.headers_finished
        consumed: int = super().received(data)
        # Before the body: of a request that is refused nothing is read.
        is_new = self.headers_finished and not (had_head or self.empty or self.error)  # type: ignore[has-type]
        if is_new and (reason := self._guard.refusal(self.command, self.headers)):
            self.error = _Forbidden(f"Refused: {reason}")
            self.completed = True
            self.expect_continue = False
        return consumed


class _Task(WSGITask):  # type: ignore[misc]
    def build_response_header(self) -> bytes:
        """Names as the application writes them: of `x-amz-meta-…` clients make keys, and waitress capitalizes all."""
        names = {"-".join(part.capitalize() for part in name.split("-")): name for name, _ in self.response_headers}
        first, *lines = super().build_response_header().decode("latin-1").split("\r\n")
        told = [
            (names.get(name, name), colon + value) for name, colon, value in (line.partition(":") for line in lines)
        ]
        return "\r\n".join((first, *(name + value for name, value in told))).encode("latin-1")


def _channel(guard: Guard | None) -> type[HTTPChannel]:
    parser = (lambda adj: _GuardedParser(adj, guard)) if guard else _Parser
    return type("_Channel", (HTTPChannel,), {"parser_class": staticmethod(parser), "task_class": _Task})


class _TwoQueues:
    """Requests of which `alone` is true wait for one thread of their own; the others never wait behind them."""

    def __init__(self, alone: Callable[[HTTPRequestParser], bool], others: ThreadedTaskDispatcher) -> None:
        self._is_alone = alone
        self._alone = ThreadedTaskDispatcher()
        self._alone.set_thread_count(1)
        self._others = others

    def add_task(self, channel: HTTPChannel) -> None:
        (self._alone if self._is_alone(channel.requests[0]) else self._others).add_task(channel)

    def shutdown(self) -> None:
        self._alone.shutdown()
        self._others.shutdown()


class WebServer:
    """Serves a WSGI application, to this machine alone unless `host` says more.

    With `alone`, the requests of which it is true are answered one at a time, beside the others. What `guard` refuses
    is answered with 403 before anything else sees it. `worker` is its thread, with `name` for a supervisor.
    Raises OSError when the port is taken.
    """

    def __init__(
        self,
        application: Any,
        port: int,
        threads: int,
        host: str = "127.0.0.1",
        alone: Callable[[HTTPRequestParser], bool] | None = None,
        guard: Guard | None = None,
        name: str = "A server",
    ) -> None:
        self._connections: dict[int, Any] = {}
        self._server = waitress.create_server(
            application,
            map=self._connections,
            host=host,
            port=port,
            threads=threads,
            # The API keeps one connection open for each of its threads: many more than waitress expects.
            connection_limit=4096,
            backlog=4096,
            asyncore_use_poll=True,
        )
        self._server.channel_class = _channel(guard)
        if alone:
            self._server.task_dispatcher = _TwoQueues(alone, self._server.task_dispatcher)
        # Its sockets are open as long as the server: a thread that goes on where another ended refuses nobody.
        self.worker = Worker(name, self._server.run)
        self.worker.start()
        self.url = f"http://127.0.0.1:{self._server.effective_port}"

    def close(self) -> None:
        """Finish the requests in hand and take no more."""
        self._server.task_dispatcher.shutdown()
        # In its own thread: a connection closed under its waiting `select` would end a clean stop in a traceback.
        # A loop that is awake has ended already, and closed what would wake it.
        with suppress(OSError):
            self._server.trigger.pull_trigger(self._end)
        self.worker.join(timeout=5)

    def _end(self) -> None:
        for each in list(self._connections.values()):
            # An answer that its thread has just written may not have gone out yet.
            if isinstance(each, HTTPChannel) and each.writable():
                each.handle_write()
        wasyncore.close_all(self._connections)
