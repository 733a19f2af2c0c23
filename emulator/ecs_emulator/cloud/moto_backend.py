"""moto backend, which stores what is not emulated here: one call at a time, and every error an AWS error."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import Any

from botocore.model import OperationNotFoundError
from moto.core import request as moto_request
from moto.core.model_instances import model_data
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server import werkzeug_app
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.durable.database import Database, NotWritten
from ecs_emulator.cloud.durable.journal import Journal
from ecs_emulator.cloud.dynamodb.idempotency import forget_transactions
from ecs_emulator.cloud.dynamodb.time_to_live import ExpiredItems, Sweep, delete_expired
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_dynamodb import install as install_dynamodb
from ecs_emulator.cloud.moto_ecr import install as install_ecr
from ecs_emulator.cloud.moto_events import install as install_events
from ecs_emulator.cloud.moto_iam import install as install_iam
from ecs_emulator.cloud.moto_logs import install as install_logs
from ecs_emulator.cloud.moto_network import install as install_network
from ecs_emulator.cloud.moto_network import without_network
from ecs_emulator.cloud.moto_overrides import replace
from ecs_emulator.cloud.moto_refusals import (
    failed,
    form_misuse,
    is_about_the_past,
    is_not_read,
    json_misuse,
    misuse,
    no_token,
    not_stored,
    unsupported,
)
from ecs_emulator.cloud.moto_responses import install as install_responses
from ecs_emulator.cloud.moto_s3 import install as install_s3
from ecs_emulator.cloud.moto_secrets import install as install_secrets
from ecs_emulator.cloud.moto_shapes import said_once, shaped
from ecs_emulator.cloud.moto_sns import install as install_sns
from ecs_emulator.cloud.moto_sqs import install as install_sqs
from ecs_emulator.cloud.moto_ssm import install as install_ssm
from ecs_emulator.cloud.refusals import refusal
from ecs_emulator.cloud.request_route import RequestRoute
from ecs_emulator.cloud.s3_requests import s3_misuse

# moto reads an item, adds to it and writes it back: two calls at once lose updates. It is one for the whole process.
MOTO_LOCK = threading.Lock()

_MOST_HOSTS = 256  # of a service or a domain that are remembered

# moto's own pages and commands, and what an EC2 instance has: nothing of AWS's API.
_OF_MOTO = ("/moto-api", "/favicon.ico", "/latest/")

# Answers for pages of any origin are none of AWS's.
werkzeug_app.DISABLE_GLOBAL_CORS = True  # type: ignore[attr-defined]

install_responses()
install_dynamodb()
install_ecr()
install_events()
install_iam()
install_logs()
install_network()
install_s3()
install_secrets()
install_sns()
install_sqs()
install_ssm()

# Only what is posted is a form. A file that is put with a form's type (curl's, where nobody names another) is a file.
replace(
    moto_request.Request,
    "want_form_data_parsed",
    property(lambda request: request.method == "POST" and bool(request.environ.get("CONTENT_TYPE"))),
)

_DENIED = AwsError("AccessDenied", "Access Denied", HTTPStatus.FORBIDDEN)

Answer = tuple[Iterable[bytes], str, Headers]

_log = logging.getLogger(__name__)


def forget() -> None:
    """Let moto forget all that this process has stored there."""
    with MOTO_LOCK:
        moto_api_backend.reset()
        forget_transactions()


class _Dispatcher(DomainDispatcherApplication):
    def __init__(self, create_app: Callable[[Any], Any]) -> None:
        super().__init__(create_app)
        # moto looks through its folders for each request.
        self._backend_of = lru_cache(_MOST_HOSTS)(super().get_backend_for_host)

    def get_backend_for_host(self, host: str | None) -> Any:
        """Raises NotImplementedError for a service that moto does not have; it would fail with whatever comes next."""
        found = self._backend_of(host)
        if host and found is None:
            raise NotImplementedError(host)
        return found


def _misuse(request: Request, called: RequestRoute) -> AwsError | None:
    """Error of a request that no operation of its protocol takes."""
    if called.target:
        return json_misuse(request)
    if called.scope in ("s3", ""):
        return s3_misuse(request)
    return form_misuse(request) if called.is_form else None


class MotoBackend:
    """Backend by moto; with a database, data that it stores is on disk before the answer goes out."""

    def __init__(self, database: Database | None = None, say: Callable[[str], None] = print) -> None:
        self._moto = _Dispatcher(create_backend_app)
        self.journal = Journal(database, MOTO_LOCK, self._send, say) if database else None
        self.sweep = Sweep(self.expire)

    def close(self) -> None:
        self.sweep.close()
        if self.journal:
            self.journal.close()

    def expire(self) -> None:
        """Delete the items of tables whose time to live is over; on a disk that takes nothing they wait."""
        with MOTO_LOCK, without_network():
            for each in delete_expired():
                if self.journal:
                    with suppress(NotWritten):
                        self.journal.keep(_deletion(each), None, went_well=True)

    def answer(self, request: Request) -> Response:
        """Answer of moto, or an AWS error where it has no answer."""
        # Read before the wait for the lock, and put back to be read once more.
        request.environ["wsgi.input"] = BytesIO(request.get_data())
        if request.path.startswith(_OF_MOTO) or is_not_read(request):
            return refusal(request, unsupported(request))
        called = RequestRoute.of(request)
        if wrong := _misuse(request, called):
            return refusal(request, wrong)
        if is_about_the_past(request):
            return refusal(
                request, AwsError("ValidationException", "Tables have no past here: give no RestoreDateTime.")
            )
        try:
            content, status, headers = self._carried_out(request)
        except NotWritten as error:
            return refusal(request, not_stored(request, error))
        except AwsError as error:
            return refusal(request, error)
        except (NotImplementedError, OperationNotFoundError):
            return refusal(request, misuse(request) or unsupported(request))
        except Exception as failure:  # noqa: BLE001 (nonsense makes moto fail in many ways)
            return refusal(request, misuse(request) or no_token(request, failure) or failed(request, failure))
        for name in [name for name in headers.keys() if name.lower().startswith("access-control-")]:  # noqa: SIM118
            del headers[name]
        if called.target and status.startswith("200"):
            content = [shaped(request, content)]
            headers["Content-Length"] = str(len(content[0]))
        elif (called.target or called.is_form) and called.scope != "dynamodb" and not status.startswith("2"):
            content = [said_once(b"".join(content))]
            headers["Content-Length"] = str(len(content[0]))
        answer = Response(content, status=status, headers=headers)
        if answer.status_code >= HTTPStatus.BAD_REQUEST and answer.mimetype == "text/html" and request.method != "HEAD":
            # moto's word for what a bucket's policy forbids; else a page of a web framework that knows no such address.
            denied = answer.status_code == HTTPStatus.FORBIDDEN
            return refusal(request, _DENIED if denied else unsupported(request))
        return answer

    def _carried_out(self, request: Request) -> Answer:
        """Raises whatever moto raises, and NotWritten."""
        call = Call.of(request) if self.journal else None
        with MOTO_LOCK:
            went_well = False
            try:
                answer = self._send(request)
                went_well = int(answer[1].partition(" ")[0]) < HTTPStatus.BAD_REQUEST
            finally:
                _forget()
                # A call that fails may have done a part of what it was asked.
                if self.journal and call:
                    self.journal.keep(call, request, went_well)
            return answer

    def _send(self, request: Request) -> Answer:
        # moto looks here for the path as it came; what is decoded no longer tells `%3F` from `?`.
        request.environ["RAW_URI"] = request.environ.get("REQUEST_URI", "")
        with without_network():
            return run_wsgi_app(self._moto, request.environ, buffered=True)


def _deletion(expired: ExpiredItems) -> Call:
    """Call that deletes as much."""
    requests = [{"DeleteRequest": {"Key": key}} for key in expired.keys]
    given = {"RequestItems": {expired.table: requests}}
    return Call("dynamodb", "BatchWriteItem", expired.account, expired.region, given, is_ours=True)


def _forget() -> None:
    """moto remembers every row and event that it ever read or wrote, for a page that nobody opens: 2 KB a request."""
    for service in ("dynamodb", "logs"):
        for model in model_data[service].values():
            model.instances_tracked = []  # type: ignore[attr-defined]
