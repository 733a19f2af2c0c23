"""Protocols of AWS's clients, and validation of input against a service's model."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

from botocore.model import OperationModel, ServiceModel, Shape
from botocore.validate import ParamValidator
from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud import json_protocol, query_protocol
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.request_route import RequestRoute
from ecs_emulator.sessions import LOADER


class WireProtocol(Protocol):
    """Protocol, as json_protocol and query_protocol implement it."""

    INVALID: str  # the error code for input that does not fit the model
    FAILED: str  # the one for a failure of the service itself

    def parse(self, request: Request, body: bytes, model: ServiceModel) -> tuple[str, Any]: ...
    def unknown(self, name: str, model: ServiceModel) -> AwsError: ...
    def read(self, shape: Shape, value: Any) -> Any: ...
    def answer(self, operation: OperationModel, result: dict[str, Any], request_id: str) -> Response: ...
    def refusal(self, error: AwsError, model: ServiceModel, request_id: str) -> Response: ...


PROTOCOLS: dict[str, WireProtocol] = {"json": json_protocol, "query": query_protocol}


def detect(request: Request, model: ServiceModel) -> WireProtocol:
    """The protocol of a request, of those that the service speaks and that are known here."""
    known = [PROTOCOLS[name] for name in model.metadata["protocols"] if name in PROTOCOLS]
    protocol = PROTOCOLS["query" if RequestRoute.of(request).is_form else "json"]
    return protocol if protocol in known else known[0]


@cache
def service_model(name: str) -> ServiceModel:
    """A service as botocore knows it. Raises UnknownServiceError."""
    return ServiceModel(LOADER.load_service_model(name, "service-2"), service_name=name)


def validation_error(shape: Shape | None, value: dict[str, Any]) -> str:
    """Misfit with the model, in a sentence; empty when all does."""
    if shape is None:
        return f"There is nothing to say, and not {value}." if value else ""
    return str(ParamValidator().validate(value, shape).generate_report())
