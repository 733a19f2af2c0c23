"""moto backend, which stores what is not emulated here: one call at a time, and every error an AWS error."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
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
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_ec2 import NOT_READ
from ecs_emulator.cloud.moto_responses import install as install_responses
from ecs_emulator.cloud.protocols import PROTOCOLS, service_model, validation_error
from ecs_emulator.cloud.refusals import refusal
from ecs_emulator.cloud.request_route import RequestRoute

# moto reads an item, adds to it and writes it back: two calls at once lose updates. It is one for the whole process.
MOTO_LOCK = threading.Lock()

# moto's own pages and commands, and what an EC2 instance has: nothing of AWS's API.
_OF_MOTO = ("/moto-api", "/favicon.ico", "/latest/")

# Answers for pages of any origin are none of AWS's.
werkzeug_app.DISABLE_GLOBAL_CORS = True  # type: ignore[attr-defined]

install_responses()

# Only what is posted is a form. A file that is put with a form's type (curl's, where nobody names another) is a file.
moto_request.Request.want_form_data_parsed = property(  # type: ignore[method-assign,assignment]
    lambda request: request.method == "POST" and bool(request.environ.get("CONTENT_TYPE"))
)

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and each service's own page
_FAILURES = {
    "dynamodb": ("InternalServerError", HTTPStatus.INTERNAL_SERVER_ERROR),
    "logs": ("ServiceUnavailableException", HTTPStatus.SERVICE_UNAVAILABLE),
    "s3": ("ServiceUnavailable", HTTPStatus.SERVICE_UNAVAILABLE),
    "secretsmanager": ("InternalServiceError", HTTPStatus.INTERNAL_SERVER_ERROR),
    "ssm": ("InternalServerError", HTTPStatus.INTERNAL_SERVER_ERROR),
}

Answer = tuple[Iterable[bytes], str, Headers]

_log = logging.getLogger(__name__)


def forget() -> None:
    """Let moto forget all that this process has stored there."""
    with MOTO_LOCK:
        moto_api_backend.reset()


class MotoBackend:
    """Backend by moto; with a database, data that it stores is on disk before the answer goes out."""

    def __init__(self, database: Database | None = None, say: Callable[[str], None] = print) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self.journal = Journal(database, MOTO_LOCK, self._send, say) if database else None

    def answer(self, request: Request) -> Response:
        """Answer of moto, or an AWS error where it has no answer."""
        # Read before the wait for the lock, and put back to be read once more.
        request.environ["wsgi.input"] = BytesIO(request.get_data())
        if request.path.startswith(_OF_MOTO) or _is_not_read(request):
            return refusal(request, _unsupported(request))
        if _is_about_the_past(request):
            return refusal(
                request, AwsError("ValidationException", "Tables have no past here: give no RestoreDateTime.")
            )
        try:
            content, status, headers = self._carried_out(request)
        except NotWritten as error:
            return refusal(request, _not_stored(request, error))
        except (NotImplementedError, OperationNotFoundError):
            return refusal(request, _unsupported(request))
        except Exception as failure:  # noqa: BLE001 (nonsense makes moto fail in many ways)
            return refusal(request, _misuse(request) or _failed(request, failure))
        for name in [name for name in headers.keys() if name.lower().startswith("access-control-")]:  # noqa: SIM118
            del headers[name]
        answer = Response(content, status=status, headers=headers)
        if answer.status_code >= HTTPStatus.BAD_REQUEST and answer.mimetype == "text/html" and request.method != "HEAD":
            # A page for people, of a web framework that knows no such address.
            return refusal(request, _unsupported(request))
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
        return run_wsgi_app(self._moto, request.environ, buffered=True)


def _not_stored(request: Request, error: NotWritten) -> AwsError:
    """What the service says of a failure of its own, which clients try again."""
    code, status = _FAILURES.get(
        RequestRoute.of(request).scope or "s3", ("InternalFailure", HTTPStatus.INTERNAL_SERVER_ERROR)
    )
    return AwsError(code, f"The local cloud cannot store anything: {error}. Nothing was changed.", status)


def _is_about_the_past(request: Request) -> bool:
    """True when a table is to be restored as of some moment; moto would take its rows of now for those of then."""
    is_restore = request.headers.get("X-Amz-Target", "").endswith(".RestoreTableToPointInTime")
    return is_restore and b'"RestoreDateTime"' in request.get_data()


def _is_not_read(request: Request) -> bool:
    """True when EC2 is asked for what moto has not read here."""
    # The scope first: the body of no other service is parsed for this.
    return RequestRoute.of(request).scope == "ec2" and _name(request) in NOT_READ


def _forget() -> None:
    """moto remembers every row and event that it ever read or wrote, for a page that nobody opens: 2 KB a request."""
    for service in ("dynamodb", "logs"):
        for model in model_data[service].values():
            model.instances_tracked = []  # type: ignore[attr-defined]


def _unsupported(request: Request) -> AwsError:
    # Of the server's errors the one that no client sends again.
    return AwsError("NotImplemented", f"{_name(request)} is not emulated here.", HTTPStatus.NOT_IMPLEMENTED)


def _failed(request: Request, failure: Exception) -> AwsError:
    _log.warning("moto failed at %s", _name(request), exc_info=failure)
    why = f"{_name(request)} failed here: {type(failure).__name__} {failure}"
    return AwsError("InternalFailure", why, HTTPStatus.NOT_IMPLEMENTED)


def _misuse(request: Request) -> AwsError | None:
    """What is wrong with a request at which moto failed, by botocore's model of the service."""
    try:
        model = service_model(RequestRoute.of(request).scope)
        protocol = PROTOCOLS[model.protocol]
        name, given = protocol.parse(request, request.get_data(), model)
        if name not in model.operation_names:
            return protocol.unknown(name, model)
        shape = model.operation_model(name).input_shape
        problem = validation_error(shape, protocol.read(shape, given)) if shape else ""
    except (UnknownServiceError, KeyError):
        return None
    except AwsError as error:
        return error
    return AwsError("ValidationException", problem) if problem else None


def _name(request: Request) -> str:
    """What is asked, for people: `logs.StartLiveTail`, `PATCH /bucket of s3`."""
    called = RequestRoute.of(request)
    if called.is_form:
        return f"{called.scope}.{parse_qs(request.get_data().decode('latin-1')).get('Action', [''])[0]}"
    if called.target:
        return f"{called.scope}.{called.target.rpartition('.')[2]}"
    return f"{request.method} {request.path} of {called.scope or 's3'}"
