"""The local cloud's AWS endpoint: what the rehearsal plays, and for the rest moto, made exact."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from waitress.parser import HTTPRequestParser
from werkzeug.wrappers import Request, Response

from rehearsal.cloud import cloudwatch, load_balancers
from rehearsal.cloud.called import Called
from rehearsal.cloud.durable.calls import Call
from rehearsal.cloud.durable.database import Database
from rehearsal.cloud.embedded import extract
from rehearsal.cloud.metrics import Metrics
from rehearsal.cloud.server import Server
from rehearsal.cloud.service import Played, Service, bound
from rehearsal.cloud.stored import Stored
from rehearsal.cloud.wires import service_model

__all__ = ["Cloud", "Played", "bound"]

# Beside the one for moto. They wait for each other where an operation calls the endpoint itself.
_THREADS = 32


class Cloud:
    """An AWS endpoint in this process, for this machine alone unless `host` says more.

    Its data is in memory, and with a `database` on disk too; `say` hears of what that means. When `strict`, an
    operation of ours whose answer does not fit botocore's model fails.
    Raises OSError when the port is taken.
    """

    def __init__(
        self,
        port: int,
        host: str = "127.0.0.1",
        strict: bool = False,
        database: Database | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        # Requests queue here by design; that is no news.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._strict = strict
        self._services: dict[str, Service] = {}
        self._stored = Stored(database, say)
        self.journal = self._stored.journal
        self._metrics = Metrics()
        self.play("cloudwatch", Played(bound(cloudwatch.OPERATIONS, self._metrics), rest_to_moto=True))
        self.play("elbv2", Played(load_balancers.OPERATIONS, rest_to_moto=True))
        self._server = Server(self._application, port, _THREADS, host, alone=self._is_for_moto)
        self.url = self._server.url

    def play(self, service: str, played: Played) -> None:
        """Answer a service (`ecs`, as botocore calls it) with operations of ours from now on."""
        self._services[service] = Service(service_model(service), played, self._strict)

    def close(self) -> None:
        self._server.close()
        if self.journal:
            self.journal.close()

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        answer = self._answer(request)
        if self.journal and answer.status_code < HTTPStatus.BAD_REQUEST:
            self.journal.note(Call.of(request))
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        called = Called.of(request)
        service = self._service(called)
        if service is None and called.is_unsigned_form:
            fields = parse_qs(request.get_data().decode("latin-1"))
            service = self._version(fields.get("Version", [""])[0])
        if service:
            return service.answer(request, self._stored)
        answer = self._stored.answer(request)
        if called.target.endswith(".PutLogEvents") and answer.status_code == HTTPStatus.OK:
            extract(request.get_data(), self._metrics)
        return answer

    def _service(self, called: Called) -> Service | None:
        prefix = called.target.partition(".")[0]
        services = list(self._services.values())
        by_target = [service for service in services if prefix and service.model.metadata.get("targetPrefix") == prefix]
        by_scope = [service for service in services if service.model.signing_name == called.scope]
        return next(iter(by_target + by_scope), None)

    def _version(self, version: str) -> Service | None:
        services = [each for each in self._services.values() if each.model.metadata["protocol"] == "query"]
        return next((service for service in services if service.model.api_version == version), None)

    def _is_for_moto(self, request: HTTPRequestParser) -> bool:
        headers = request.headers
        called = Called.by(
            headers.get("X_AMZ_TARGET", ""),
            headers.get("AUTHORIZATION", ""),
            # A request that broke off in its first line has none.
            getattr(request, "query", ""),
            headers.get("CONTENT_TYPE", ""),
        )
        return not called.is_unsigned_form and self._service(called) is None
