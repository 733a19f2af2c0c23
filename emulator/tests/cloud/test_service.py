"""A service that is emulated answers its clients in their protocol, whatever they send and whatever becomes of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.endpoint import Cloud, OperationHandlers
from ecs_emulator.cloud.errors import AwsError
from emulator.tests.cloud.wire import FORM, JSON, Answer, ask, client, signed_for, strict_cloud

ECS = "AmazonEC2ContainerServiceV20141113"


class Recorder:
    """Operations that keep what they are given."""

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []

    def describe_services(self, given: dict[str, Any]) -> dict[str, Any]:
        self.given.append(given)
        return {"services": [{"serviceName": name} for name in given["services"]], "failures": []}

    def update_service(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["service"] == "unknown":
            raise AwsError("ServiceNotFoundException", "Service not found.")
        if given["service"] == "broken":
            raise KeyError("a secret of the inside")
        if given["service"] == "odd":
            return {"servce": {}}
        return {"service": {"serviceName": given["service"]}}

    def create_stack(self, given: dict[str, Any]) -> dict[str, Any]:
        self.given.append(given)
        if given["StackName"] == "taken":
            raise AwsError("AlreadyExistsException", "Stack [taken] already exists")
        return {"StackId": given.get("TemplateBody", "arn")}

    def describe_stacks(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("StackName") == "broken":
            raise KeyError("a secret of the inside")
        stack = {"StackName": "a", "CreationTime": datetime(2026, 1, 2, tzinfo=UTC), "StackStatus": "CREATE_COMPLETE"}
        return {"Stacks": [stack]}


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def emulated(recorder: Recorder) -> Iterator[Cloud]:
    with strict_cloud() as cloud:
        ecs = {"DescribeServices": recorder.describe_services, "UpdateService": recorder.update_service}
        stacks = {"CreateStack": recorder.create_stack, "DescribeStacks": recorder.describe_stacks}
        cloud.emulate("ecs", OperationHandlers(ecs))
        cloud.emulate("cloudformation", OperationHandlers(stacks))
        yield cloud


def ask_ecs(cloud: Cloud, operation: str, body: bytes) -> Answer:
    return ask(cloud, body, X_Amz_Target=f"{ECS}.{operation}", Content_Type=JSON, Authorization=signed_for("ecs"))


def ask_stacks(cloud: Cloud, body: bytes) -> Answer:
    return ask(cloud, body, Content_Type=FORM, Authorization=signed_for("cloudformation"))


def told(answer: Answer) -> tuple[int, str, str]:
    """Status, error code and message, in whichever protocol."""
    if answer.headers["Content-Type"].startswith("application/"):
        document = json.loads(answer.body)
        assert answer.headers["x-amzn-ErrorType"] == document["__type"]
        return answer.status, document["__type"], document["message"]
    root = ElementTree.fromstring(answer.body)
    error = root.find("{*}Error")
    assert error is not None
    assert error.findtext("{*}Type") == ("Sender" if answer.status < 500 else "Receiver")
    return answer.status, error.findtext("{*}Code", ""), error.findtext("{*}Message", "")


def test_an_error_is_the_client_s_own_exception(emulated: Cloud) -> None:
    ecs, stacks = client(emulated, "ecs"), client(emulated, "cloudformation")
    with pytest.raises(ecs.exceptions.ServiceNotFoundException, match="Service not found"):
        ecs.update_service(service="unknown")
    with pytest.raises(stacks.exceptions.AlreadyExistsException, match="already exists"):
        stacks.create_stack(StackName="taken")


def test_every_answer_has_a_request_id(emulated: Cloud) -> None:
    ecs = client(emulated, "ecs")
    ids = {ecs.describe_services(services=["a"])["ResponseMetadata"]["RequestId"] for _ in range(3)}
    assert len(ids) == 3
    with pytest.raises(ClientError) as caught:
        client(emulated, "cloudformation").create_stack(StackName="taken")
    assert caught.value.response["ResponseMetadata"]["RequestId"]


def test_a_failure_of_an_operation_is_logged_once_and_told_without_its_inside(
    emulated: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask_ecs(emulated, "UpdateService", b'{"service": "broken"}')
    assert told(answer) == (501, "ServerException", "UpdateService failed here: KeyError")
    assert [record.message for record in caplog.records] == ["ecs.UpdateService failed"]
    assert "a secret of the inside" in caplog.text
    answer = ask_stacks(emulated, b"Action=DescribeStacks&StackName=broken")
    assert told(answer) == (501, "InternalFailure", "DescribeStacks failed here: KeyError")
    assert client(emulated, "ecs").describe_services(services=["a"])["services"] == [{"serviceName": "a"}]


def test_boto3_does_not_send_what_failed_again(emulated: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ClientError, match="ServerException"):
        client(emulated, "ecs", attempts=3).update_service(service="broken")
    assert [record.message for record in caplog.records] == ["ecs.UpdateService failed"]


def test_an_answer_that_fits_no_model_fails_in_tests_and_is_only_logged_elsewhere(
    emulated: Cloud, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    assert told(ask_ecs(emulated, "UpdateService", b'{"service": "odd"}'))[1] == "ServerException"
    lenient = Cloud(port=0)
    lenient.emulate("ecs", OperationHandlers({"UpdateService": recorder.update_service}))
    caplog.clear()
    answer = ask_ecs(lenient, "UpdateService", b'{"service": "odd"}')
    lenient.close()
    assert (answer.status, answer.body) == (200, b"{}")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "servce" in caplog.text


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b"{", "SerializationException", "The body is no JSON document."),
        (b"\xff\xfe\x00", "SerializationException", "The body is no JSON document."),
        (b"[" * 100_000, "SerializationException", "The body is no JSON document."),
        (b'{"services": NaN}', "SerializationException", "The body is no JSON document."),
        (b'{"services": ' + b"9" * 5_000 + b"}", "SerializationException", "The body is no JSON document."),
        (b"[]", "SerializationException", "input is of type structure, and cannot be []."),
        (b'"a"', "SerializationException", 'input is of type structure, and cannot be "a".'),
        (b'{"services": "a"}', "SerializationException", 'input.services is of type list, and cannot be "a".'),
        (b'{"services": [1]}', "SerializationException", "input.services[0] is of type string, and cannot be 1."),
        (b'{"services": [null]}', "SerializationException", "input.services[0] is of type string, and cannot be null."),
        (b"{}", "InvalidParameterException", 'Missing required parameter in input: "services"'),
        (b'{"services": null}', "InvalidParameterException", 'Missing required parameter in input: "services"'),
        (b"", "InvalidParameterException", 'Missing required parameter in input: "services"'),
    ],
)
def test_json_that_does_not_fit_is_refused(
    emulated: Cloud, recorder: Recorder, body: bytes, code: str, message: str
) -> None:
    assert told(ask_ecs(emulated, "DescribeServices", body)) == (400, code, message)
    assert recorder.given == []


@pytest.mark.parametrize("value", ["true", '"1"', "1.5", "2147483648", "{}", "[1]"])
def test_a_number_in_json_is_a_whole_number_of_32_bits(emulated: Cloud, value: str) -> None:
    body = f'{{"service": "a", "desiredCount": {value}}}'.encode()
    shown = (400, "SerializationException", f"input.desiredCount is of type integer, and cannot be {value}.")
    assert told(ask_ecs(emulated, "UpdateService", body)) == shown


def test_members_that_the_model_does_not_have_are_left_out(emulated: Cloud, recorder: Recorder) -> None:
    assert ask_ecs(emulated, "DescribeServices", b'{"services": ["a"], "more": {"x": [1]}}').status == 200
    assert ask_stacks(emulated, b"Action=CreateStack&StackName=a&More.member.1=b&=&.&StackName.x=1").status == 200
    assert recorder.given == [{"services": ["a"]}, {"StackName": "a"}]


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b"", "MissingAction", "The request has no parameter Action."),
        (b"\xff\xfe=\x00", "MalformedQueryString", "The request is no form."),
        (b"Action=CreateStack&StackName=%ff", "MalformedQueryString", "The request is no form."),
        (b"Action=Nonsense", "InvalidAction", "Could not find operation Nonsense for version 2010-05-15"),
        (b"Action=CreateStack&Version=1", "InvalidAction", "Could not find operation CreateStack for version 1"),
        (b"Action=ListStacks", "InvalidAction", "ListStacks is not emulated here."),
        (b"Action=CreateStack", "ValidationError", 'Missing required parameter in input: "StackName"'),
        (
            b"Action=CreateStack&StackName.member.1=a",
            "MalformedInput",
            "input.StackName is of type string, and cannot be a list or a structure.",
        ),
        (
            b"Action=CreateStack&StackName=a&TimeoutInMinutes=1_0",
            "MalformedInput",
            "input.TimeoutInMinutes is of type integer, and cannot be 1_0.",
        ),
        (
            b"Action=CreateStack&StackName=a&DisableRollback=yes",
            "MalformedInput",
            "input.DisableRollback is of type boolean, and cannot be yes.",
        ),
    ],
)
def test_a_form_that_does_not_fit_is_refused(
    emulated: Cloud, recorder: Recorder, body: bytes, code: str, message: str
) -> None:
    assert told(ask_stacks(emulated, body)) == (400, code, message)
    assert recorder.given == []


def test_a_list_in_a_form_is_in_the_order_of_its_numbers(emulated: Cloud, recorder: Recorder) -> None:
    capabilities = [f"Capabilities.member.{number}={number}" for number in (10, 9, 999_999_999, 1)]
    ask_stacks(emulated, "&".join(["Action=CreateStack", "StackName=a", *capabilities]).encode())
    assert recorder.given == [{"StackName": "a", "Capabilities": ["1", "9", "10", "999999999"]}]


def test_characters_that_xml_cannot_write_are_replaced_and_all_others_come_through(emulated: Cloud) -> None:
    body = "a\r\nb\rc\t<&>\"'\x00\x1b\x7f\x85é해🐉 ]]>"
    answer = client(emulated, "cloudformation").create_stack(StackName="a", TemplateBody=body)
    assert answer["StackId"] == body.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_json_is_posted(emulated: Cloud, method: str) -> None:
    signature = signed_for("ecs")
    answer = ask(
        emulated, b"{}", method, X_Amz_Target=f"{ECS}.DescribeServices", Content_Type=JSON, Authorization=signature
    )
    message = f"An operation is asked for with POST, not with {method}."
    assert told(answer) == (400, "UnknownOperationException", message)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_form_is_posted_even_by_its_owner(emulated: Cloud, method: str) -> None:
    """What an image or a link asks for is a GET."""
    path = "/?Action=DescribeStacks&Version=2010-05-15"
    answer = ask(emulated, method=method, path=path, Authorization=signed_for("cloudformation"))
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (400, "InvalidAction")


@pytest.mark.parametrize("target", ["", ECS, f"{ECS}.", f"{ECS}.Nonsense", f"{ECS}.DescribeServices.more"])
def test_an_operation_that_ecs_does_not_have_is_an_error_of_its_own(emulated: Cloud, target: str) -> None:
    answer = ask(emulated, b"{}", X_Amz_Target=target, Content_Type=JSON, Authorization=signed_for("ecs"))
    assert told(answer)[:2] == (400, "UnknownOperationException")


def test_an_operation_that_is_not_emulated_is_an_error_that_names_it(emulated: Cloud) -> None:
    with pytest.raises(ClientError, match=r"\(UnsupportedFeatureException\).*ListServices is not emulated here."):
        client(emulated, "ecs").list_services()
    with pytest.raises(ClientError, match=r"\(InvalidAction\).*ListStacks is not emulated here."):
        client(emulated, "cloudformation").list_stacks()


def test_a_body_of_ten_megabytes_is_refused(emulated: Cloud) -> None:
    body = b'{"services": ["' + b"a" * 10_000_000 + b'"]}'
    assert told(ask_ecs(emulated, "DescribeServices", body))[:2] == (413, "RequestEntityTooLarge")


def test_a_change_is_noted_when_it_went_well(emulated: Cloud, recorder: Recorder) -> None:
    changes: list[int] = []
    operations = {"UpdateService": recorder.update_service, "DescribeServices": recorder.describe_services}
    emulated.emulate("ecs", OperationHandlers(operations, changed=lambda: changes.append(1)))
    ecs = client(emulated, "ecs")
    ecs.describe_services(services=["a"])
    for name in ("unknown", "broken"):
        with pytest.raises(ClientError):
            ecs.update_service(service=name)
    assert changes == []
    ecs.update_service(service="a")
    assert changes == [1]
