"""Refusals in moto's place: of requests that it would misread, of what it does not have, of what failed in it."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from werkzeug.wrappers import Request

from ecs_emulator.cloud.durable.database import NotWritten
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.json_protocol import document, read
from ecs_emulator.cloud.model_constraints import constraint_error
from ecs_emulator.cloud.moto_ec2 import NOT_READ
from ecs_emulator.cloud.protocols import PROTOCOLS, service_model, validation_error
from ecs_emulator.cloud.request_route import RequestRoute

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and each service's own page
_FAILURES = {
    "dynamodb": ("InternalServerError", HTTPStatus.INTERNAL_SERVER_ERROR),
    "logs": ("ServiceUnavailableException", HTTPStatus.SERVICE_UNAVAILABLE),
    "s3": ("ServiceUnavailable", HTTPStatus.SERVICE_UNAVAILABLE),
    "secretsmanager": ("InternalServiceError", HTTPStatus.INTERNAL_SERVER_ERROR),
    "ssm": ("InternalServerError", HTTPStatus.INTERNAL_SERVER_ERROR),
}

_ON_ITEMS = {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem"}
# By the prefix of their targets, services that are signed for as another one.
_MODELS = {"DynamoDBStreams_20120810": "dynamodbstreams"}
# The others of those that speak JSON say ValidationException.
_INVALID_PARAMETER = {"logs", "ecr", "secretsmanager"}

# Services whose requests are forms, and what they call input that does not fit.
_FORMS = {"iam": "ValidationError", "sns": "InvalidParameter", "sts": "ValidationError"}
_TOKENS = {"Marker", "NextToken", "nextToken"}
_TOKEN_CODES = {
    "ecr": "InvalidParameterException",
    "logs": "InvalidParameterException",
    "secretsmanager": "InvalidNextTokenException",
    "sns": "InvalidParameter",
    "ssm": "InvalidNextToken",
}

_log = logging.getLogger(__name__)


def not_stored(request: Request, error: NotWritten) -> AwsError:
    """Error of the service itself, which clients try again."""
    code, status = _FAILURES.get(
        RequestRoute.of(request).scope or "s3", ("InternalFailure", HTTPStatus.INTERNAL_SERVER_ERROR)
    )
    return AwsError(code, f"The local cloud cannot store anything: {error}. Nothing was changed.", status)


def is_about_the_past(request: Request) -> bool:
    """True when a table is to be restored as of some moment; moto would take its rows of now for those of then."""
    is_restore = request.headers.get("X-Amz-Target", "").endswith(".RestoreTableToPointInTime")
    return is_restore and b'"RestoreDateTime"' in request.get_data()


def is_not_read(request: Request) -> bool:
    """True when EC2 is asked for what moto has not read here."""
    # The scope first: the body of no other service is parsed for this.
    return RequestRoute.of(request).scope == "ec2" and _name(request) in NOT_READ


def unsupported(request: Request) -> AwsError:
    """Error for what moto does not have."""
    # Of the server's errors the one that no client sends again.
    return AwsError("NotImplemented", f"{_name(request)} is not emulated here.", HTTPStatus.NOT_IMPLEMENTED)


def failed(request: Request, failure: Exception) -> AwsError:
    """Error for what moto failed at; the failure is in the log."""
    _log.warning("moto failed at %s", _name(request), exc_info=failure)
    why = f"{_name(request)} failed here: {type(failure).__name__} {failure}"
    return AwsError("InternalFailure", why, HTTPStatus.NOT_IMPLEMENTED)


def json_misuse(request: Request) -> AwsError | None:
    """Error in a request in JSON, which moto would often not notice; None where there is none.

    Calls on data are many: of items the types are looked at, of which moto would take any,
    and the constraints only when moto fails.
    """
    name = request.headers["X-Amz-Target"].partition(".")[2]
    if name not in _ON_ITEMS and name != "PutLogEvents":
        return misuse(request)
    try:
        body = document(request.get_data())
        if not isinstance(body, dict):
            return AwsError("SerializationException", "The body is no JSON document.")
        shape = service_model("dynamodb").operation_model(name).input_shape if name in _ON_ITEMS else None
        if shape:
            read(shape, body)
    except AwsError as error:
        return error
    except RecursionError:
        return AwsError("SerializationException", "The body has too many levels.")
    return None


def form_misuse(request: Request) -> AwsError | None:
    """Error in a request in a form, of the services that are asked for what moto would let pass."""
    return misuse(request) if RequestRoute.of(request).scope in _FORMS else None


def no_token(request: Request, failure: Exception) -> AwsError | None:
    """Error for a token of a page that no answer gave, at which moto fails; None where another thing is wrong."""
    if not isinstance(failure, ValueError | LookupError):
        return None
    called = RequestRoute.of(request)
    body = request.get_data().decode("latin-1")
    given = {*parse_qs(body)} if called.is_form else {*_members(body)} if called.target else set()
    if not given & _TOKENS:
        return None
    code = _TOKEN_CODES.get(called.scope, "ValidationError" if called.is_form else "ValidationException")
    return AwsError(code, f"The {min(given & _TOKENS)} is not valid.")


def _members(body: str) -> dict[str, object]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def misuse(request: Request) -> AwsError | None:
    """Error in a request, by botocore's model of the service; None where there is none."""
    called = RequestRoute.of(request)
    scope = called.scope
    try:
        model = service_model(_MODELS.get(called.target.partition(".")[0], scope))
        if scope == "ec2" and (action := _name(request).partition(".")[2]) not in model.operation_names:
            # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
            return AwsError("InvalidAction", f"The action {action} is not valid for this web service.")
        protocol = PROTOCOLS[model.protocol]
        name, given = protocol.parse(request, request.get_data(), model)
        if name not in model.operation_names:
            return protocol.unknown(name, model)
        shape = model.operation_model(name).input_shape
        if not shape:
            return None
        typed = protocol.read(shape, given)
        problem = constraint_error(shape, typed) or validation_error(shape, typed)
    except (UnknownServiceError, KeyError):
        return None
    except AwsError as error:
        return error
    code = "InvalidParameterException" if scope in _INVALID_PARAMETER else "ValidationException"
    if called.is_form:
        code = _FORMS.get(scope, protocol.INVALID)
    return AwsError(code, problem) if problem else None


def _name(request: Request) -> str:
    """What is asked, for people: `logs.StartLiveTail`, `PUT /bucket?metrics of s3`."""
    called = RequestRoute.of(request)
    if called.is_form:
        return f"{called.scope}.{parse_qs(request.get_data().decode('latin-1')).get('Action', [''])[0]}"
    if called.target:
        return f"{called.scope}.{called.target.rpartition('.')[2]}"
    query = "&".join(request.args)
    return f"{request.method} {request.path}{'?' if query else ''}{query} of {called.scope or 's3'}"
