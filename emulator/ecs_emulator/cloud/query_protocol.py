"""Query protocol of AWS (a form in, XML out), by botocore's model of a service.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.utils import parse_timestamp
from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud.errors import AwsError

INVALID = "ValidationError"
FAILED = "InternalFailure"

_LARGEST = {"integer": 2**31 - 1, "long": 2**63 - 1}
# No input of any service goes so deep.
_DEEPEST = 40
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Node:
    """A part of a form: `Tags.member.1.Key=a` is `a`, below Key, 1, member and Tags."""

    text: str | None = None
    parts: dict[str, Node] = field(default_factory=dict)


def form(request: Request, body: bytes) -> dict[str, str]:
    """The fields of the query string and of the body. Raises AwsError."""
    text = request.query_string + b"&" + body
    try:
        return dict(parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict"))
    except ValueError:
        raise AwsError("MalformedQueryString", "The request is no form.") from None


def parse(request: Request, body: bytes, model: ServiceModel) -> tuple[str, Any]:
    """The operation's name, and its input as it came. Raises AwsError."""
    if request.method != "POST":
        raise AwsError("InvalidAction", f"An action is asked for with POST, not with {request.method}.")
    fields = form(request, body)
    if "Action" not in fields:
        raise AwsError("MissingAction", "The request has no parameter Action.")
    version = fields.get("Version", model.api_version)
    if version != model.api_version:
        raise AwsError("InvalidAction", f"Could not find operation {fields['Action']} for version {version}")
    root = Node()
    for name, text in fields.items():
        if name.count(".") > _DEEPEST:
            continue
        node = root
        for part in name.split("."):
            node = node.parts.setdefault(part, Node())
        node.text = text
    return fields["Action"], root


def unknown(name: str, model: ServiceModel) -> AwsError:
    """Error for an operation that `model` has and that is unsupported, or does not have."""
    if name in model.operation_names:
        return AwsError("InvalidAction", f"{name} is not emulated here.")
    return AwsError("InvalidAction", f"Could not find operation {name} for version {model.api_version}")


def read(shape: Shape, node: Node, where: str = "input") -> Any:
    """The input as `shape` types it; members that it does not have are left out. Raises AwsError."""
    if isinstance(shape, StructureShape):
        return {
            name: read(member, node.parts[key], f"{where}.{name}")
            for name, member in shape.members.items()
            if (key := member.serialization.get("name", name)) in node.parts
        }
    if isinstance(shape, ListShape):
        items = _items(node, shape.member.serialization.get("name", "member"), shape)
        return [read(shape.member, item, f"{where}[{index}]") for index, item in enumerate(items)]
    if isinstance(shape, MapShape):
        names = [each.serialization.get("name", name) for each, name in ((shape.key, "key"), (shape.value, "value"))]
        entries = [[entry.parts.get(name, Node()) for name in names] for entry in _items(node, "entry", shape)]
        return {read(shape.key, key, where): read(shape.value, value, where) for key, value in entries}
    if node.text is None:
        raise _mismatch("a list or a structure", shape, where)
    return _scalar(shape, node.text, where)


def _items(node: Node, name: str, shape: Shape) -> list[Node]:
    """In the order of their numbers; an empty list is an empty field."""
    numbered = node if shape.serialization.get("flattened") else node.parts.get(name, Node())
    return [numbered.parts[number] for number in sorted(filter(_is_number, numbered.parts), key=int)]


def _is_number(text: str) -> bool:
    return re.fullmatch("-?[0-9]{1,19}", text) is not None


def _scalar(shape: Shape, text: str, where: str) -> Any:
    match shape.type_name:
        case "boolean":
            if text.lower() not in ("true", "false"):
                raise _mismatch(text, shape, where)
            return text.lower() == "true"
        case "integer" | "long":
            if not _is_number(text) or abs(int(text)) > _LARGEST[shape.type_name]:
                raise _mismatch(text, shape, where)
            return int(text)
    try:
        match shape.type_name:
            case "double" | "float":
                return float(text)
            case "timestamp":
                return parse_timestamp(text).astimezone(UTC)
            case "blob":
                return base64.b64decode(text, validate=True)
    except (ValueError, OverflowError, OSError, RuntimeError, binascii.Error):
        raise _mismatch(text, shape, where) from None
    return text


def _mismatch(given: str, shape: Shape, where: str) -> AwsError:
    return AwsError("MalformedInput", f"{where} is of type {shape.type_name}, and cannot be {given[:100]}.")


def answer(operation: OperationModel, result: dict[str, Any], request_id: str) -> Response:
    root = ElementTree.Element(f"{operation.name}Response", xmlns=operation.service_model.metadata["xmlNamespace"])
    if shape := operation.output_shape:
        write(ElementTree.SubElement(root, shape.serialization["resultWrapper"]), shape, result)
    metadata = ElementTree.SubElement(root, "ResponseMetadata")
    ElementTree.SubElement(metadata, "RequestId").text = request_id
    return _response(200, root, request_id)


def write(element: ElementTree.Element, shape: Shape, value: Any) -> None:
    """Fill an element of an answer; what `shape` does not have is left out."""
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if value.get(name) is not None:
                write(_child(element, member.serialization.get("name", name)), member, value[name])
    elif isinstance(shape, ListShape):
        for item in value:
            write(_child(element, shape.member.serialization.get("name", "member")), shape.member, item)
    elif isinstance(shape, MapShape):
        for key, entry in value.items():
            pair = _child(element, "entry")
            write(_child(pair, "key"), shape.key, key)
            write(_child(pair, "value"), shape.value, entry)
    else:
        element.text = legible(_text(value))


def legible(text: str) -> str:
    """Without the characters that XML has no way to write."""
    return _NO_XML.sub("\ufffd", text)


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(element, name)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


def refusal(error: AwsError, model: ServiceModel, request_id: str) -> Response:
    root = ElementTree.Element("ErrorResponse", xmlns=model.metadata["xmlNamespace"])
    inner = _child(root, "Error")
    _child(inner, "Type").text = "Sender" if error.status < 500 else "Receiver"
    _child(inner, "Code").text = error.code
    _child(inner, "Message").text = legible(error.message)
    _child(root, "RequestId").text = request_id
    return _response(error.status, root, request_id)


def _response(status: int, root: ElementTree.Element, request_id: str) -> Response:
    # A reader of XML takes a bare carriage return for a line's end.
    body = ElementTree.tostring(root).replace(b"\r", b"&#13;")
    response = Response(body, status=status, content_type="text/xml")
    response.headers["x-amzn-RequestId"] = request_id
    return response
