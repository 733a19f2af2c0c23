"""Emulated service, behind the protocol that AWS's clients speak."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import uuid4

from botocore.model import OperationModel, ServiceModel
from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud.client_tokens import ClientTokens
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.model_constraints import constraint_error
from ecs_emulator.cloud.moto_backend import MotoBackend
from ecs_emulator.cloud.protocols import WireProtocol, detect, validation_error
from ecs_emulator.cloud.request_route import RequestRoute
from ecs_emulator.local import REGION

# What an operation answers, shaped as botocore's model says. The stubs' outputs have what the protocol adds as well.
Answer = dict[str, Any]
Operation = Callable[[Any], Answer | None]
Operations = Mapping[str, Operation]
Owner = TypeVar("Owner")
OwnerOperations = Mapping[str, Callable[[Owner, Any], Answer]]

# What plays in one region: tasks, stacks and load balancers. Data may be in any.
_OF_ONE_REGION = {"ecs", "cloudformation", "elbv2"}
_PAGING = {"maxResults", "nextToken", "PageSize", "Marker", "NextToken"}
# Far above what any operation takes: CreateStack with 51,200 bytes of template, each of them escaped.
_LARGEST_BODY = 2**20
_GZIP = 16 + zlib.MAX_WBITS

_log = logging.getLogger(__name__)


def _nothing() -> None:
    pass


def _as_it_is(answer: bytes) -> bytes:
    return answer


@dataclass(frozen=True)
class OperationHandlers:
    """Handlers of a service's operations. Input and output are shaped as botocore's model of the service says.

    With `rest_to_moto`, moto answers what is not in `operations`, and what an operation answers with None; `rewrite`
    has the last word on what moto says. `changed` is called after every operation that went well and is not a
    Describe*, List* or Get*, before its client has the answer: it must not wait for the endpoint.
    """

    operations: Operations
    rest_to_moto: bool = False
    changed: Callable[[], None] = _nothing
    rewrite: Callable[[bytes], bytes] = _as_it_is


def bound(operations: OwnerOperations[Owner], owner: Owner) -> Operations:
    """The operations of a service, bound to their owner: `bound(scheduler.operations.OPERATIONS, scheduler)`."""
    return {name: partial(operation, owner) for name, operation in operations.items()}


class EmulatedService:
    """An emulated service. When `strict`, an answer that does not fit the model is a failure, and else only logged."""

    def __init__(self, model: ServiceModel, handlers: OperationHandlers, strict: bool) -> None:
        self.model = model
        self._handlers = handlers
        self._strict = strict
        self._tokens = ClientTokens(model.service_name)

    def answer(self, request: Request, stored: MotoBackend) -> Response:
        request_id = str(uuid4())
        name = ""
        protocol = detect(request, self.model)
        try:
            body = _body(request)
            name, given = protocol.parse(request, body, self.model)
            region = RequestRoute.of(request).region
            response = self._answer(protocol, name, given, request_id, region)
            if response is None:
                response = stored.answer(request)
                response.data = self._handlers.rewrite(response.data)
            if response.status_code < HTTPStatus.BAD_REQUEST and not name.startswith(("Describe", "List", "Get")):
                self._handlers.changed()
            return response
        except AwsError as error:
            return protocol.refusal(error, self.model, request_id)
        except Exception as failure:  # noqa: BLE001 (whatever it is, the rest goes on)
            _log.error("%s.%s failed", self.model.service_name, name, exc_info=True)
            why = f"{name} failed here: {type(failure).__name__}"
            # Of the server's errors the one that no client sends again.
            problem = AwsError(protocol.FAILED, why, HTTPStatus.NOT_IMPLEMENTED)
            return protocol.refusal(problem, self.model, request_id)

    def _answer(self, protocol: WireProtocol, name: str, given: Any, request_id: str, region: str) -> Response | None:
        """None when moto is to answer. Raises AwsError."""
        if name not in self.model.operation_names:
            raise protocol.unknown(name, self.model)
        operation = self.model.operation_model(name)
        typed = protocol.read(operation.input_shape, given) if operation.input_shape else {}
        if problem := validation_error(operation.input_shape, typed):
            raise AwsError(protocol.INVALID, problem)
        if operation.input_shape and (problem := constraint_error(operation.input_shape, typed)):
            raise AwsError(protocol.INVALID, problem)
        if region not in ("", REGION) and self.model.service_name in _OF_ONE_REGION:
            result: Answer | None = _elsewhere(protocol, operation, typed, region)
        else:
            result = self._result(protocol, name, typed)
        if result is None:
            return None
        if problem := validation_error(operation.output_shape, result):
            if self._strict:
                raise AssertionError(problem)
            _log.error("%s.%s answers what it should not. %s", self.model.service_name, name, problem)
        return protocol.answer(operation, result, request_id)

    def _result(self, protocol: WireProtocol, name: str, typed: Any) -> Answer | None:
        if name in self._handlers.operations:
            return self._tokens.once(name, typed, lambda: self._handlers.operations[name](typed))
        if self._handlers.rest_to_moto:
            return None
        raise protocol.unknown(name, self.model)


def _elsewhere(protocol: WireProtocol, operation: OperationModel, typed: Any, region: str) -> Answer:
    """Answer in a region where nothing is. Raises AwsError for all that is not a look at everything there is."""
    if typed.keys() - _PAGING or not operation.name.startswith(("Describe", "List")):
        raise AwsError(protocol.INVALID, f"{operation.name} is emulated in {REGION} alone, and not in {region}.")
    members = operation.output_shape.members.items() if operation.output_shape else ()
    return {name: [] for name, shape in members if shape.type_name == "list"}


def _body(request: Request) -> bytes:
    if (request.content_length or 0) > _LARGEST_BODY:
        message = f"A request has at most {_LARGEST_BODY} bytes."
        raise AwsError("RequestEntityTooLarge", message, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if request.headers.get("Content-Encoding") != "gzip":
        return request.get_data()
    try:
        return zlib.decompressobj(_GZIP).decompress(request.get_data(), _LARGEST_BODY)
    except zlib.error as error:
        raise AwsError("SerializationException", f"The body is not compressed as it says: {error}.") from None
