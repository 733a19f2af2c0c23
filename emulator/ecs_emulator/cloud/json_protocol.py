"""JSON 1.1 protocol of AWS, by botocore's model of a service.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.utils import parse_timestamp
from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud.errors import AwsError

INVALID = "InvalidParameterException"
FAILED = "ServerException"

_MAY_BE_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
_LARGEST = {"integer": 2**31 - 1, "long": 2**63 - 1}


def parse(request: Request, body: bytes, _model: ServiceModel) -> tuple[str, Any]:
    """The operation's name, and its input as it came. Raises AwsError."""
    if request.method != "POST":
        raise AwsError("UnknownOperationException", f"An operation is asked for with POST, not with {request.method}.")
    _, _, name = request.headers.get("X-Amz-Target", "").partition(".")
    return name, document(body)


def document(body: bytes) -> Any:
    """JSON document of a body, empty where there is none. Raises AwsError."""
    try:
        read = json.loads(body or b"{}", parse_constant=_refused)
        # Half a pair, which Python reads and UTF-8 cannot write, has one of these two forms.
        if _MAY_BE_HALF.search(body):
            json.dumps(read, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise AwsError("SerializationException", "The body has half of a surrogate pair.") from None
    except (ValueError, RecursionError):
        raise AwsError("SerializationException", "The body is no JSON document.") from None
    return read


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def unknown(name: str, model: ServiceModel) -> AwsError:
    """Error for an operation that `model` has and that is unsupported, or does not have."""
    if name in model.operation_names:
        return AwsError("UnsupportedFeatureException", f"{name} is not emulated here.")
    return AwsError("UnknownOperationException", f"{model.service_name} has no operation {name or 'without a name'}.")


def read(shape: Shape, value: Any, where: str = "input") -> Any:
    """The input as `shape` types it; members that it does not have are left out. Raises AwsError."""
    if isinstance(shape, StructureShape):
        given = _checked(value, dict, shape, where)
        return {
            name: read(member, given[key], f"{where}.{name}")
            for name, member in shape.members.items()
            if given.get(key := member.serialization.get("name", name)) is not None
        }
    if isinstance(shape, ListShape):
        items = _checked(value, list, shape, where)
        return [read(shape.member, item, f"{where}[{index}]") for index, item in enumerate(items)]
    if isinstance(shape, MapShape):
        entries = _checked(value, dict, shape, where)
        return {key: read(shape.value, entry, f"{where}.{key}") for key, entry in entries.items()}
    return _scalar(shape, value, where)


def _scalar(shape: Shape, value: Any, where: str) -> Any:
    match shape.type_name:
        case "boolean":
            return _checked(value, bool, shape, where)
        case "integer" | "long":
            if isinstance(value, bool) or abs(_checked(value, int, shape, where)) > _LARGEST[shape.type_name]:
                raise _mismatch(value, shape, where)
            return value
        case "double" | "float":
            if isinstance(value, bool):
                raise _mismatch(value, shape, where)
            return float(_checked(value, (int, float), shape, where))
        case "timestamp":
            try:
                return parse_timestamp(_checked(value, (int, float, str), shape, where)).astimezone(UTC)
            except (ValueError, OverflowError, OSError, RuntimeError):
                raise _mismatch(value, shape, where) from None
        case "blob":
            try:
                return base64.b64decode(_checked(value, str, shape, where), validate=True)
            except (binascii.Error, ValueError):
                raise _mismatch(value, shape, where) from None
    return _checked(value, str, shape, where)


def _checked(value: Any, kind: type | tuple[type, ...], shape: Shape, where: str) -> Any:
    if not isinstance(value, kind):
        raise _mismatch(value, shape, where)
    return value


def _mismatch(value: Any, shape: Shape, where: str) -> AwsError:
    given = json.dumps(value)
    shown = given if len(given) < 100 else f"{given[:100]}…"
    return AwsError("SerializationException", f"{where} is of type {shape.type_name}, and cannot be {shown}.")


def answer(operation: OperationModel, result: dict[str, Any], request_id: str) -> Response:
    shape = operation.output_shape
    return _response(200, written(shape, result) if shape else {}, request_id)


def written(shape: Shape, value: Any) -> Any:
    """The JSON of an answer; what `shape` does not have is left out."""
    if isinstance(shape, StructureShape):
        return {
            member.serialization.get("name", name): written(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        return [written(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: written(shape.value, entry) for key, entry in value.items()}
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def refusal(error: AwsError, _model: ServiceModel, request_id: str) -> Response:
    response = _response(error.status, {"__type": error.code, "message": error.message}, request_id)
    response.headers["x-amzn-ErrorType"] = error.code
    return response


def _response(status: int, document: Any, request_id: str) -> Response:
    response = Response(json.dumps(document), status=status, content_type="application/x-amz-json-1.1")
    response.headers["x-amzn-RequestId"] = request_id
    return response
