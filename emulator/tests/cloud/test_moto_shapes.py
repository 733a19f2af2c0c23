"""Answers that moto shapes are of the shape of the service's model, and S3's subresources are no buckets or objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from emulator.tests.cloud.wire import ask, signed_for

# What moto has left nulls in, or members of other operations.
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("secretsmanager", "create_secret", {"Name": "shapes", "SecretString": "v"}),
    ("secretsmanager", "describe_secret", {"SecretId": "shapes"}),
    ("secretsmanager", "list_secrets", {}),
    ("secretsmanager", "batch_get_secret_value", {"SecretIdList": ["shapes"]}),
    ("logs", "create_log_group", {"logGroupName": "shapes"}),
    ("logs", "create_log_stream", {"logGroupName": "shapes", "logStreamName": "one"}),
    ("logs", "describe_log_groups", {}),
    ("logs", "describe_log_streams", {"logGroupName": "shapes"}),
    ("logs", "describe_metric_filters", {"logGroupName": "shapes"}),
    ("logs", "describe_destinations", {}),
    ("kms", "create_key", {}),
    ("kms", "list_keys", {}),
    ("events", "put_rule", {"Name": "shapes", "EventPattern": '{"source": ["a"]}'}),
    ("events", "list_rules", {}),
    ("events", "list_targets_by_rule", {"Rule": "shapes"}),
    ("events", "list_event_buses", {}),
    ("ssm", "put_parameter", {"Name": "shapes", "Value": "v", "Type": "String"}),
    ("ssm", "describe_parameters", {}),
    ("sqs", "create_queue", {"QueueName": "shapes"}),
    ("sqs", "list_queues", {}),
]


def misfits(shape: Shape | None, value: Any, path: str = "") -> Iterator[str]:
    """Paths of what is null, and of members that the shape does not have."""
    if value is None:
        yield f"{path} is null"
    elif isinstance(shape, StructureShape):
        members = {each.serialization.get("name", name): each for name, each in shape.members.items()}
        for name, each in value.items():
            if name not in members:
                yield f"{path}.{name} is no member"
            else:
                yield from misfits(members[name], each, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for each in value:
            yield from misfits(shape.member, each, f"{path}[]")
    elif isinstance(shape, MapShape):
        for each in value.values():
            yield from misfits(shape.value, each, f"{path}{{}}")


def test_answers_in_json_have_no_nulls_and_no_members_of_others(cloud: Cloud) -> None:
    found: list[str] = []

    def look(response_dict: Any, operation_model: Any, **_: Any) -> None:
        if body := response_dict["body"]:
            found.extend(
                f"{operation_model.name}{each}" for each in misfits(operation_model.output_shape, json.loads(body))
            )

    for service, operation, given in CALLS:
        client: Any = boto3.client(service, REGION)  # type: ignore[call-overload]
        client.meta.events.register("before-parse", look)
        getattr(client, operation)(**given)
    assert found == []


def subresources() -> list[tuple[str, bool, str]]:
    """Method, whether it is of an object, and name of each subresource of S3's model."""
    model = botocore.session.get_session().get_service_model("s3")
    https = [model.operation_model(each).http for each in model.operation_names]
    found = {
        (each["method"], "{Key" in each["requestUri"], re.split("[&=]", each["requestUri"].partition("?")[2])[0])
        for each in https
    }
    # What these are there to do is to list, or to go on with an upload.
    return sorted(each for each in found if each[2] not in ("", "list-type", "partNumber", "uploadId"))


@pytest.mark.parametrize(("method", "is_object", "name"), subresources())
def test_a_subresource_is_not_its_bucket_or_object(cloud: Cloud, method: str, is_object: bool, name: str) -> None:
    s3 = boto3.client("s3", REGION)
    bucket = f"shapes-{method.lower()}-{name.lower()}-{'o' if is_object else 'b'}"
    s3.create_bucket(Bucket=bucket)
    if is_object:
        s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    body = b"<x/>" if method in ("PUT", "POST") else b""
    path = f"/{bucket}{'/k' if is_object else ''}?{name}"
    answer = ask(cloud, body, method, path, Authorization=signed_for("s3"))
    assert answer.body != b"content"
    assert b"<ListBucketResult" not in answer.body
    assert answer.status < 500 or b"<Code>NotImplemented</Code>" in answer.body, answer.body
    if is_object:
        assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"content"
    else:
        s3.head_bucket(Bucket=bucket)


def test_the_owner_of_a_bucket_pays(cloud: Cloud) -> None:
    s3 = boto3.client("s3", REGION)
    s3.create_bucket(Bucket="shapes-payer")
    assert s3.get_bucket_request_payment(Bucket="shapes-payer")["Payer"] == "BucketOwner"
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.get_bucket_request_payment(Bucket="shapes-nowhere")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("?tagging", b"<x/>"),
        ("?tagging", b"no xml"),
        ("?tagging", b""),
        ("?lifecycle", b"<Tagging/>"),
        ("?publicAccessBlock", b"<x><y></x>"),
        ("/k?tagging", b"<x/>"),
    ],
)
def test_a_document_that_is_none_is_malformed(cloud: Cloud, path: str, body: bytes) -> None:
    s3 = boto3.client("s3", REGION)
    s3.create_bucket(Bucket="shapes-documents")
    s3.put_object(Bucket="shapes-documents", Key="k", Body=b"x")
    answer = ask(cloud, body, "PUT", f"/shapes-documents{path}", Authorization=signed_for("s3"))
    assert (answer.status, b"<Code>MalformedXML</Code>" in answer.body) == (400, True), answer.body
