"""AWS endpoint of the local cloud: services that are emulated here, and moto, made exact, for the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from waitress.parser import HTTPRequestParser
from werkzeug.wrappers import Request, Response

from ecs_emulator.access_key import AccessKey
from ecs_emulator.cloud import cloudwatch, load_balancers, s3_forms
from ecs_emulator.cloud.authentication import Authentication
from ecs_emulator.cloud.browsers import explanation, is_browser
from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.durable.database import Database
from ecs_emulator.cloud.embedded import extract
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.guard import Guard
from ecs_emulator.cloud.keys import Keys
from ecs_emulator.cloud.metric_filters import measure
from ecs_emulator.cloud.metrics import MetricStore
from ecs_emulator.cloud.moto_backend import MotoBackend
from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.cloud.refusals import protocol, refusal
from ecs_emulator.cloud.request_route import RequestRoute
from ecs_emulator.cloud.server import WebServer
from ecs_emulator.cloud.service import EmulatedService, OperationHandlers, bound
from ecs_emulator.cloud.website import Website
from ecs_emulator.cloud.website_hosts import website_bucket
from ecs_emulator.local import REGION

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Cloud", "OperationHandlers", "bound"]

# Beside the one for moto. They wait for each other where an operation calls the endpoint itself.
_THREADS = 32


class Cloud:
    """An AWS endpoint in this process, for this machine alone unless `host` says more.

    It answers calls that are signed with a key of `keys`; `key` is its own, a new one when none is given.
    The websites of buckets it serves to everybody, by their hosts.
    `guard` knows the hosts by which it may be reached. Its data is in memory, and with a `database` on disk too; `say`
    hears of what that means, and `program` is the command to be typed. When `strict`, an operation of ours whose
    answer does not fit botocore's model fails. Raises OSError when the port is taken.
    """

    def __init__(
        self,
        port: int,
        host: str = "127.0.0.1",
        strict: bool = False,
        key: AccessKey | None = None,
        database: Database | None = None,
        say: Callable[[str], None] = print,
        program: str = "ecs-emulator",
    ) -> None:
        # Requests queue here by design; that is no news.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._strict = strict
        self._program = program
        self.key = key or AccessKey.generate()
        self.keys = Keys(self.key)
        self.guard = Guard("the AWS endpoint", is_open=lambda host: website_bucket(host) is not None)
        self._authentication = Authentication(self.keys, program=program)
        self._services: dict[str, EmulatedService] = {}
        self._stored = MotoBackend(database, say)
        self.journal = self._stored.journal
        self.metrics = MetricStore()
        self.emulate("cloudwatch", OperationHandlers(bound(cloudwatch.OPERATIONS, self.metrics), rest_to_moto=True))
        self.emulate("elbv2", OperationHandlers(load_balancers.OPERATIONS, rest_to_moto=True))
        self._server = WebServer(
            self._application, port, _THREADS, host, self._is_for_moto, self.guard, "The AWS endpoint's server"
        )
        self.workers = (self._server.worker, self._stored.sweep.worker)
        self.url = self._server.url

    def emulate(self, service: str, handlers: OperationHandlers) -> None:
        """Answer a service (`ecs`, as botocore calls it) with operations of ours from now on."""
        self._services[service] = EmulatedService(service_model(service), handlers, self._strict)

    def close(self) -> None:
        self._server.close()
        self._stored.close()

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if bucket := website_bucket(request.host):
            return Website(bucket)(environ, start_response)
        if is_browser(request):
            return explanation(self._program)(environ, start_response)
        answer = self._answer(request)
        # What a form puts is an object, which is kept.
        if self.journal and answer.status_code < HTTPStatus.BAD_REQUEST and not s3_forms.is_form(request):
            self.journal.note(Call.of(request))
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        called = RequestRoute.of(request)
        try:
            _check_method(request, called)
            if s3_forms.is_form(request):
                return s3_forms.answered(request, self._authentication.check_form, self._stored.answer)
            key = self._authentication.check(request, called)
        except AwsError as error:
            return refusal(request, error)
        if service := self._service(called):
            return service.answer(request, self._stored)
        answer = self._stored.answer(request)
        if answer.status_code == HTTPStatus.OK:
            if called.target.endswith(".PutLogEvents"):
                extract(request.get_data(), self.metrics)
                measure(request.get_data(), REGION, self.metrics)
            # Those of a task end with it; what it issues to itself would not.
            if called.scope in ("sts", "iam") and self.keys.may_issue(key):
                self.keys.issue(answer.get_data(as_text=True))
        return answer

    def _service(self, called: RequestRoute) -> EmulatedService | None:
        prefix = called.target.partition(".")[0]
        services = list(self._services.values())
        by_target = [service for service in services if prefix and service.model.metadata.get("targetPrefix") == prefix]
        by_scope = [service for service in services if service.model.signing_name == called.scope]
        return next(iter(by_target + by_scope), None)

    def _is_for_moto(self, request: HTTPRequestParser) -> bool:
        if request.error:
            return False
        headers = request.headers
        if website_bucket(headers.get("HOST", "")):
            return False
        called = RequestRoute.by(
            headers.get("X_AMZ_TARGET", ""),
            headers.get("AUTHORIZATION", ""),
            request.query,
            headers.get("CONTENT_TYPE", ""),
        )
        return self._service(called) is None


def _check_method(request: Request, called: RequestRoute) -> None:
    """A page's images and navigations are GETs, and no action is asked for with one. Raises AwsError."""
    if request.method != "POST" and (protocol(called) in ("query", "ec2") or "Action" in request.args):
        raise AwsError("InvalidAction", f"An action is asked for with POST, not with {request.method}.")
