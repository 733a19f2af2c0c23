"""What a client sends is what an operation gets, and what it answers is what the client gets: for every operation."""

from __future__ import annotations

import random
import string
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from ecs_emulator.cloud.moto_backend import MotoBackend
from ecs_emulator.cloud.service import EmulatedService, OperationHandlers

LETTERS = string.ascii_letters + string.digits + " &<>\"'+%=.;/\\{}[]\n\r\täß해태🐉\u2028"


def some(shape: Shape, dice: random.Random, around: tuple[str, ...] = ()) -> Any:
    """A value that fits a shape; no structure in it is empty, for which a form has no words."""
    least = int(shape.metadata.get("min", 0))
    if isinstance(shape, StructureShape):
        members = {name: each for name, each in shape.members.items() if each.name not in around}
        if shape.is_tagged_union:
            members = dict([dice.choice(sorted(members.items()))])
        chosen = {
            name: some(member, dice, (*around, shape.name))
            for name, member in members.items()
            if name in shape.required_members or shape.is_tagged_union or dice.random() < 0.7
        }
        return {name: value for name, value in chosen.items() if value != {} or name in shape.required_members}
    if isinstance(shape, ListShape):
        items = (some(shape.member, dice, around) for _ in range(99))
        return list(islice((item for item in items if item != {}), dice.choice([least, least + 1, least + 11])))
    if isinstance(shape, MapShape):
        return {
            some(shape.key, dice, around) or "key": some(shape.value, dice, around) for _ in range(dice.randint(1, 3))
        }
    match shape.type_name:
        case "boolean":
            return dice.random() < 0.5
        case "integer" | "long":
            return dice.randint(least, 2**31 - 1 if shape.type_name == "integer" else 2**63 - 1)
        case "double" | "float":
            return dice.choice([0.5, 1.0, 99.9, 1e-9, 12345678.25])
        case "timestamp":
            return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=dice.randrange(10**11))
        case "blob":
            return dice.randbytes(9)
    return "".join(dice.choices(LETTERS, k=dice.randint(least, least + 12)))


def every_operation() -> list[Any]:
    session = botocore.session.get_session()
    models = [session.get_service_model(name) for name in ("ecs", "cloudformation", "elbv2")]
    return [
        pytest.param(model, name, id=f"{model.service_name}.{name}")
        for model in models
        for name in model.operation_names
    ]


def sent(model: Any, name: str, given: dict[str, Any]) -> Request:
    """The request that botocore makes of an operation's input."""
    made = create_serializer(model.protocol).serialize_to_request(given, model.operation_model(name))
    body = urlencode(made["body"]) if isinstance(made["body"], dict) else made["body"]
    builder = EnvironBuilder(method=made["method"], path="/", headers=made["headers"], data=body)
    return Request(builder.get_environ())


def rounded(value: Any) -> Any:
    """Times as a request tells them: in whole seconds, some protocols cut the rest off."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


@pytest.mark.parametrize(("model", "name"), every_operation())
def test_input_and_output_are_the_same_on_both_sides_of_the_wire(
    model: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a service takes is another matter than what the wire carries.
    monkeypatch.setattr("ecs_emulator.cloud.service.constraint_error", lambda *_: "")
    operation, dice = model.operation_model(name), random.Random(name)
    for _ in range(5):
        given = rounded(some(operation.input_shape, dice)) if operation.input_shape else {}
        told = some(operation.output_shape, dice) if operation.output_shape else {}
        got: list[dict[str, Any]] = []

        def operate(typed: dict[str, Any], got: list[Any] = got, told: dict[str, Any] = told) -> dict[str, Any]:
            got.append(typed)
            return told

        response = EmulatedService(model, OperationHandlers({name: operate}), strict=True).answer(
            sent(model, name, given), MotoBackend()
        )
        assert response.status_code == 200, response.data
        assert got == [given]
        raw = {
            "status_code": 200,
            "headers": {name.lower(): value for name, value in response.headers.items()},
            "body": response.data,
        }
        parsed = create_parser(model.protocol).parse(raw, operation.output_shape)
        metadata = parsed.pop("ResponseMetadata")
        assert parsed == told
        assert metadata["RequestId"]
