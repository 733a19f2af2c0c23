"""Forms put objects into a bucket as their policy says, signed as an unmodified client signs them."""

from __future__ import annotations

import base64
import http.client
import itertools
import json
import re
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from emulator.tests.cloud.wire import Answer
from emulator.tests.support.waiting import PATIENCE

BODY = b"hello"
RANGE = ["content-length-range", 1, 9]
_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=[None, "s3v4"])
def s3(cloud: Cloud, request: pytest.FixtureRequest) -> Any:
    """A client that signs forms by version 2, which it does where nothing else is asked for, and by version 4."""
    return boto3.client("s3", REGION, config=Config(signature_version=request.param))


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"forms-{next(_numbers)}"
    s3.create_bucket(Bucket=name)
    return name


def form(s3: Any, bucket: str, **fields: str) -> dict[str, Any]:
    """URL and fields of a form that puts `a/NAME OF THE FILE`."""
    conditions: list[Any] = [RANGE, *({name: value} for name, value in fields.items())]
    made: dict[str, Any] = s3.generate_presigned_post(bucket, "a/${filename}", dict(fields), conditions)
    return made


def sent(made: dict[str, Any], /, body: bytes = BODY, **changed: Any) -> Answer:
    """Answer to a form whose fields are `changed`, those with None left out."""
    fields = {name: value for name, value in {**made["fields"], **changed}.items() if value is not None}
    file = {"file": FileStorage(BytesIO(body), "b.txt")}
    boundary, data = encode_multipart({**fields, **file})
    url = urlsplit(made["url"])
    with closing(http.client.HTTPConnection(url.netloc, timeout=PATIENCE)) as line:
        line.request("POST", url.path, data, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
        answer = line.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def told(answer: Answer) -> tuple[int, str, str]:
    """Status, code and message."""
    found = re.search(r"<Code>(.*)</Code><Message>(.*)</Message>", answer.body.decode())
    assert found
    return answer.status, found[1], found[2].replace("&quot;", '"')


def test_a_form_puts_an_object_with_what_its_fields_say(s3: Any, bucket: str) -> None:
    fields = {"acl": "private", "Content-Type": "text/x", "x-amz-meta-who": "é", "x-amz-storage-class": "STANDARD_IA"}
    tagging = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"
    answer = sent(form(s3, bucket, **fields, tagging=tagging))
    assert (answer.status, answer.body) == (204, b"")
    stored = s3.get_object(Bucket=bucket, Key="a/b.txt")
    assert stored["Body"].read() == BODY
    assert (stored["ContentType"], stored["StorageClass"], stored["TagCount"]) == ("text/x", "STANDARD_IA", 1)
    assert (answer.headers["ETag"], stored["Metadata"]["who"].encode("latin-1").decode()) == (stored["ETag"], "é")


def test_a_form_is_answered_as_it_asks(s3: Any, bucket: str) -> None:
    created = sent(form(s3, bucket, success_action_status="201"))
    assert created.status == 201
    assert f"<Bucket>{bucket}</Bucket><Key>a/b.txt</Key>" in created.body.decode()
    redirected = sent(form(s3, bucket, success_action_redirect="http://a.example/done?x=1"))
    etag = "%22" + created.headers["ETag"].strip('"') + "%22"
    assert redirected.status == 303
    assert redirected.headers["Location"] == f"http://a.example/done?x=1&bucket={bucket}&key=a%2Fb.txt&etag={etag}"


def test_what_its_policy_does_not_say_is_refused(s3: Any, bucket: str) -> None:
    made = form(s3, bucket, acl="private")
    says = "Invalid according to Policy:"
    failed = f'{says} Policy Condition failed: ["eq", "$acl", "private"]'
    assert told(sent(made, acl="public-read")) == (403, "AccessDenied", failed)
    assert told(sent(made, extra="x")) == (403, "AccessDenied", f"{says} Extra input fields: extra")
    assert told(sent(made, key="b"))[2] == f'{says} Policy Condition failed: ["starts-with", "$key", "a/"]'
    assert told(sent(made, b"x" * 10))[1] == "EntityTooLarge"
    assert told(sent(made, b""))[1] == "EntityTooSmall"
    assert told(sent(made, key=None))[:2] == (400, "InvalidArgument")
    assert told(sent(made, policy=None))[:2] == (403, "AccessDenied")
    assert sent({**made, "fields": {**made["fields"], "x-ignore-me": "x"}}).status == 204
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a/b.txt"]


def test_a_policy_that_nobody_signed_or_that_is_over_is_refused(s3: Any, bucket: str) -> None:
    made = form(s3, bucket)
    ended = {"expiration": "2020-01-01T00:00:00Z", "conditions": []}
    forged = base64.b64encode(json.dumps(ended).encode()).decode()
    assert told(sent(made, policy=forged))[:2] == (403, "SignatureDoesNotMatch")
    forgeries = {name: "0" for name in made["fields"] if name.lower().endswith("signature")}
    unsigned = {**made, "fields": {**made["fields"], **forgeries}}
    assert told(sent(unsigned))[:2] == (403, "SignatureDoesNotMatch")
    over = s3.generate_presigned_post(bucket, "a", ExpiresIn=-int(datetime.now(UTC).timestamp()))
    assert told(sent(over)) == (403, "AccessDenied", "Invalid according to Policy: Policy expired.")
