"""The endpoint lets in who has signed with a key that it knows, and refuses others with AWS's own words."""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from ecs_emulator.access_key import TEMPORARY, AccessKey
from ecs_emulator.cloud import sigv4, sigv4_chunks
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.keys import Keys, RevokedKey
from ecs_emulator.local import REGION
from emulator.tests.cloud.wire import FORM, JSON, Answer, ask, session_of, signed, strict_cloud
from emulator.tests.support.waiting import PATIENCE

LIST_TABLES = {"Content-Type": JSON, "X-Amz-Target": "DynamoDB_20120810.ListTables"}
LIST_CLUSTERS = {"Content-Type": JSON, "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters"}
SIGNATURE = "The request signature we calculated does not match the signature you provided."
# Service of a signature, body and headers of a call in each protocol.
CALLS: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "json": ("dynamodb", b"{}", LIST_TABLES),
    "json of ours": ("ecs", b"{}", LIST_CLUSTERS),
    "query": ("cloudformation", b"Action=ListStacks&Version=2010-05-15", {"Content-Type": FORM}),
    "query of moto": ("sts", b"Action=GetCallerIdentity&Version=2011-06-15", {"Content-Type": FORM}),
    "ec2": ("ec2", b"Action=DescribeVpcs&Version=2016-11-15", {"Content-Type": FORM}),
    "s3": ("s3", b"", {}),
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with strict_cloud() as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_reaches_a_handler(cloud: Cloud, request: pytest.FixtureRequest) -> Iterator[None]:
    """Of what is refused nothing is carried out."""
    if "refused" not in request.node.name:
        yield
        return

    def reached(*_: object) -> Any:
        raise AssertionError("a call that should be refused was carried out")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ecs_emulator.cloud.service.EmulatedService.answer", reached)
        patched.setattr(cloud._stored, "answer", reached)
        yield


def send(cloud: Cloud, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(cloud.url).netloc, timeout=PATIENCE)
    with closing(connection):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def call(cloud: Cloud, kind: str, key: AccessKey, **changed: str) -> Answer:
    """A call signed with a key; `changed` are headers that are others than those that were signed."""
    service, body, headers = CALLS[kind]
    method = "GET" if service == "s3" else "POST"
    told = signed(key, service, f"{cloud.url}/", body, method, **headers)
    return send(cloud, method, "/", body, {**told, **changed})


def told(answer: Answer) -> tuple[int, str, str]:
    """Status, code and message, in whichever protocol."""
    if answer.body.startswith(b"{"):
        document = json.loads(answer.body)
        return answer.status, document["__type"], document["message"]
    root = ElementTree.fromstring(answer.body)
    error = next(each for each in root.iter() if each.find("{*}Code") is not None)
    return answer.status, error.findtext("{*}Code", ""), error.findtext("{*}Message", "")


@pytest.mark.parametrize("kind", CALLS)
def test_the_own_key_is_let_in(cloud: Cloud, kind: str) -> None:
    answer = call(cloud, kind, cloud.key)
    # Two of them are emulated by nobody here: what matters is that the call came so far.
    assert answer.status == 200 or b"not emulated here" in answer.body


INVALID = "The security token included in the request is invalid."
UNKNOWN = {
    "json": (400, "UnrecognizedClientException", INVALID),
    "json of ours": (400, "UnrecognizedClientException", INVALID),
    "query": (403, "InvalidClientTokenId", INVALID),
    "query of moto": (403, "InvalidClientTokenId", INVALID),
    "ec2": (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
    "s3": (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
}
WRONG = {
    "json": (400, "InvalidSignatureException"),
    "json of ours": (400, "InvalidSignatureException"),
    "query": (403, "SignatureDoesNotMatch"),
    "query of moto": (403, "SignatureDoesNotMatch"),
    "ec2": (401, "AuthFailure"),
    "s3": (403, "SignatureDoesNotMatch"),
}
MISSING = {
    "json": (400, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    "json of ours": (400, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    "query": (403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
    "query of moto": (403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
    "s3": (403, "AccessDenied", "Access Denied"),
}


@pytest.mark.parametrize("kind", CALLS)
def test_another_key_is_refused_as_aws_does(cloud: Cloud, kind: str) -> None:
    assert told(call(cloud, kind, AccessKey("local", "local"))) == UNKNOWN[kind]
    assert told(call(cloud, kind, AccessKey.generate())) == UNKNOWN[kind]


@pytest.mark.parametrize("kind", CALLS)
def test_the_right_key_id_with_a_wrong_secret_is_refused_as_aws_does(cloud: Cloud, kind: str) -> None:
    answer = told(call(cloud, kind, AccessKey(cloud.key.id, "wrong")))
    assert answer[:2] == WRONG[kind]
    assert kind == "ec2" or answer[2].startswith(SIGNATURE)


@pytest.mark.parametrize("kind", MISSING)
def test_a_call_without_a_signature_is_refused_as_aws_does(cloud: Cloud, kind: str) -> None:
    service, body, headers = CALLS[kind]
    assert told(send(cloud, "GET" if service == "s3" else "POST", "/", body, headers)) == MISSING[kind]


@pytest.mark.parametrize("kind", CALLS)
def test_a_signature_for_another_call_is_refused(cloud: Cloud, kind: str) -> None:
    service, body, headers = CALLS[kind]
    if service == "s3":
        other = signed(cloud.key, "s3", f"{cloud.url}/bucket", b"", "GET")
        assert told(send(cloud, "GET", "/", b"", other))[:2] == WRONG[kind]
        assert told(send(cloud, "DELETE", "/bucket", b"", other))[:2] == WRONG[kind]
        assert told(send(cloud, "GET", "/bucket?acl", b"", other))[:2] == WRONG[kind]
    else:
        other = signed(cloud.key, service, f"{cloud.url}/", body, **headers)
        assert told(send(cloud, "POST", "/", body + b" ", other))[:2] == WRONG[kind]
        assert told(send(cloud, "POST", "/?a=b", body, other))[:2] == WRONG[kind]


def test_what_an_operation_is_called_cannot_be_changed_refused(cloud: Cloud) -> None:
    target = "DynamoDB_20120810.DeleteTable"
    assert told(call(cloud, "json", cloud.key, **{"X-Amz-Target": target}))[1] == "InvalidSignatureException"
    headers = signed(cloud.key, "dynamodb", f"{cloud.url}/", b"{}", **{"Content-Type": JSON})
    code, message = told(send(cloud, "POST", "/", b"{}", {**headers, "X-Amz-Target": target}))[1:]
    assert (code, message) == (
        "InvalidSignatureException",
        "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    )


@pytest.mark.parametrize("off", [-16 * 60, 16 * 60])
@pytest.mark.parametrize("kind", CALLS)
def test_a_clock_that_is_a_quarter_of_an_hour_off_is_refused(
    cloud: Cloud, kind: str, off: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud._authentication, "_now", lambda: time.time() - off)
    status, code, message = told(call(cloud, kind, cloud.key))
    if kind == "s3":
        expected = "The difference between the request time and the current time is too large."
        assert (status, code, message) == (403, "RequestTimeTooSkewed", expected)
    elif kind == "ec2":
        assert (status, code, message) == (400, "RequestExpired", "Request has expired.")
    else:
        assert (status, code) == WRONG[kind]
        words = "is now earlier than .* - 15 min" if off < 0 else r"is still later than .* \+ 15 min"
        start = "Signature expired: " if off < 0 else "Signature not yet current: "
        assert re.fullmatch(rf"{start}\d{{8}}T\d{{6}}Z {words}\.\)", message), message


def test_fourteen_minutes_are_no_reason(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for off in (-14 * 60, 14 * 60):
        monkeypatch.setattr(cloud._authentication, "_now", lambda off=off: time.time() + off)
        assert call(cloud, "json", cloud.key).status == 200


@pytest.mark.parametrize(
    "authorization",
    [
        *("nonsense", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a", "AWS a:b", "Basic YTpi", "Bearer x"),
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws5_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/dynamodb/aws4_request, SignedHeaders=host, Signature=\xff",
    ],
)
def test_what_is_no_signature_is_refused(cloud: Cloud, authorization: str) -> None:
    answer = ask(cloud, b"{}", X_Amz_Target="DynamoDB_20120810.ListTables", Authorization=authorization)
    assert told(answer)[:2] == (400, "IncompleteSignatureException")


def test_the_refusals_are_said_once_for_each_kind(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    cloud._authentication._said.clear()
    for _ in range(3):
        call(cloud, "json", AccessKey("local", "local"))
        call(cloud, "s3", AccessKey("local", "local"))
        ask(cloud, b"{}")
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == [
        "Refused at the AWS endpoint: a call with an access key that is not of this folder. "
        "`ecs-emulator env` gives a shell the key.",
        "Refused at the AWS endpoint: a call without a signature. `ecs-emulator env` gives a shell the key.",
    ]


@pytest.fixture(scope="module")
def bucket(cloud: Cloud) -> tuple[Any, str]:
    """A client of S3, and a bucket with an object `a b/ü+~.txt`."""
    s3 = session_of(cloud.key).client("s3", endpoint_url=cloud.url)
    s3.create_bucket(Bucket="signed")
    s3.put_object(Bucket="signed", Key="a b/ü+~.txt", Body=b"text", Metadata={"two": "a  b"})
    return s3, "signed"


def fetch(url: str, method: str = "GET", data: bytes | None = None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_keys_that_need_escapes_are_keys_of_their_own(bucket: tuple[Any, str]) -> None:
    s3, _ = bucket
    s3.create_bucket(Bucket="escapes")
    keys = ["a", "a#b", "a%2Fb", "a+b", "a/b", "a?b"]
    for key in keys:
        s3.put_object(Bucket="escapes", Key=key, Body=key.encode())
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="escapes")["Contents"]] == sorted(keys)
    assert [s3.get_object(Bucket="escapes", Key=key)["Body"].read().decode() for key in keys] == keys


@pytest.mark.parametrize("version", ["s3v4", "s3", None])
def test_a_presigned_url_holds_until_it_expires(
    cloud: Cloud, bucket: tuple[Any, str], version: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(signature_version=version) if version else None
    s3: Any = session_of(cloud.key).client("s3", endpoint_url=cloud.url, config=config)
    parameters = {"Bucket": "signed", "Key": "a b/ü+~.txt"}
    url = s3.generate_presigned_url("get_object", {**parameters, "ResponseContentType": "a/b"}, ExpiresIn=60)
    put = s3.generate_presigned_url("put_object", {"Bucket": "signed", "Key": "new"}, ExpiresIn=60)
    assert fetch(url) == (200, b"text")
    assert fetch(put, "PUT", b"put" if version == "s3v4" else None)[0] == 200
    for changed in (
        url.replace("signed/a", "signed/b"),
        url.replace("content-type", "content-language"),
        url[:-1] + "x",
    ):
        status, body = fetch(changed)
        assert status in (400, 403), changed
        assert b"SignatureDoesNotMatch" in body or b"AuthorizationHeaderMalformed" in body
    assert fetch(url, "DELETE")[0] == 403
    monkeypatch.setattr(cloud._authentication, "_now", lambda: time.time() + 62)
    status, body = fetch(url)
    assert (status, b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in body) == (403, True)
    monkeypatch.undo()
    assert bucket[0].list_objects_v2(Bucket="signed", Prefix="new")["KeyCount"] == 1


def test_a_presigned_url_of_another_key_or_for_more_than_a_week_is_no_good(
    cloud: Cloud, bucket: tuple[Any, str]
) -> None:
    for version in ("s3v4", "s3"):
        other: Any = session_of(AccessKey.generate()).client(
            "s3", endpoint_url=cloud.url, config=Config(signature_version=version)
        )
        status, body = fetch(other.generate_presigned_url("get_object", {"Bucket": "signed", "Key": "a"}))
        assert (status, b"InvalidAccessKeyId" in body) == (403, True)
    request = AWSRequest("GET", f"{cloud.url}/signed")
    S3SigV4QueryAuth(Credentials(cloud.key.id, cloud.key.secret), "s3", REGION, 604_801).add_auth(request)
    assert fetch(str(request.url))[0] == 400
    for longer in ("000000000604801", "9" * 400, "0" * 5000):
        status, body = fetch(str(request.url).replace("604801", longer))
        assert (status, b"X-Amz-Expires must be a number" in body) == (400, True), longer


def test_no_action_is_asked_for_by_a_link_even_when_it_is_signed(cloud: Cloud) -> None:
    query = "Action=CreateStack&Version=2010-05-15&StackName=evil"
    request = AWSRequest("GET", f"{cloud.url}/?{query}")
    SigV4QueryAuth(Credentials(cloud.key.id, cloud.key.secret), "cloudformation", REGION, 60).add_auth(request)
    status, body = fetch(str(request.url))
    assert (status, b"An action is asked for with POST, not with GET." in body) == (400, True)


def test_a_body_that_was_not_signed_is_not_stored(cloud: Cloud, bucket: tuple[Any, str]) -> None:
    headers = signed(cloud.key, "s3", f"{cloud.url}/signed/key", b"mine", "PUT")
    assert told(send(cloud, "PUT", "/signed/key", b"evil", headers))[:2] == (400, "XAmzContentSHA256Mismatch")
    other = {**headers, "X-Amz-Content-SHA256": hashlib.sha256(b"evil").hexdigest()}
    assert told(send(cloud, "PUT", "/signed/key", b"evil", other))[:2] == (403, "SignatureDoesNotMatch")
    del headers["X-Amz-Content-SHA256"]
    assert send(cloud, "PUT", "/signed/key", b"mine", headers).status in (400, 403)
    assert "key" not in [each["Key"] for each in bucket[0].list_objects_v2(Bucket="signed")["Contents"]]


def test_boto3_s_objects_come_through_with_every_spelling_and_checksum(bucket: tuple[Any, str]) -> None:
    s3, name = bucket
    for key in ("plain", "a//b", "./x/../y", "ä 해 %25 +&=?#", "~'()*!"):
        for more in ({}, {"ChecksumAlgorithm": "SHA256"}, {"ContentType": "text/plain; charset=utf-8"}):
            s3.put_object(Bucket=name, Key=key, Body=key.encode(), **more)
        assert s3.get_object(Bucket=name, Key=key)["Body"].read() == key.encode()
        s3.delete_object(Bucket=name, Key=key)


# The example of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html, of which the parts of the key
# are apart: this file, too, is looked at for keys.
SECRET = "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYEXAMPLEKEY"
STREAM = sigv4.SignatureV4(
    "AKIAIOSFODNN7" + "EXAMPLE",
    "20130524/us-east-1/s3/aws4_request",
    ("host",),
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    "20130524T000000Z",
    "",
    None,
)
CHUNKS = [
    (65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
    (1_024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
    (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
]
BODY = b"".join(b"%x;chunk-signature=%s\r\n%s\r\n" % (size, mark.encode(), b"a" * size) for size, mark in CHUNKS)


def test_signed_chunks_are_those_of_the_example() -> None:
    assert sigv4_chunks.are_signed(BODY, STREAM, SECRET, has_trailer=False)


@pytest.mark.parametrize(
    "body",
    [
        *(BODY.replace(b"aaa", b"aab", 1), BODY[:-100], BODY.partition(b"0;chunk")[0], b"", b"a" * 100, BODY + b"more"),
        BODY.replace(b"400;", b"3ff;"),
    ],
)
def test_other_chunks_are_not(body: bytes) -> None:
    assert not sigv4_chunks.are_signed(body, STREAM, SECRET, has_trailer=False)


FORMS = [sigv4_chunks.SIGNED, sigv4_chunks.SIGNED_WITH_TRAILER, sigv4_chunks.UNSIGNED_WITH_TRAILER]


@pytest.mark.parametrize("is_true", [True, False])
@pytest.mark.parametrize(
    "form", [sigv4_chunks.SIGNED, sigv4_chunks.SIGNED_WITH_TRAILER, sigv4_chunks.UNSIGNED_WITH_TRAILER]
)
def test_a_streamed_upload_is_checked_chunk_by_chunk(
    cloud: Cloud, bucket: tuple[Any, str], form: str, is_true: bool
) -> None:
    path, data = f"/signed/{form}", b"streamed"
    headers = {
        "X-Amz-Content-SHA256": form,
        "x-amz-decoded-content-length": str(len(data)),
        "Content-Encoding": "aws-chunked",
    }
    headers |= {"x-amz-trailer": "x-amz-checksum-crc32"} if "TRAILER" in form else {}
    request = AWSRequest("PUT", cloud.url + path, headers, b"")
    SigV4Auth(Credentials(cloud.key.id, cloud.key.secret), "s3", REGION).add_auth(request)
    told_headers = dict(request.headers.items())
    authorization = told_headers["Authorization"]
    mark = sigv4.parse({"HTTP_AUTHORIZATION": authorization, "HTTP_X_AMZ_DATE": told_headers["X-Amz-Date"]})
    assert mark
    body, previous = b"", mark.signature
    trailer = b"x-amz-checksum-crc32:2SIbYw==\n"
    for part in (data, b""):
        text = "\n".join(
            ("AWS4-HMAC-SHA256-PAYLOAD", mark.timestamp, mark.scope, previous, hashlib.sha256(b"").hexdigest())
        )
        previous = sigv4.sign(cloud.key.secret, mark.scope, f"{text}\n{hashlib.sha256(part).hexdigest()}")
        shown = previous if is_true else previous[::-1]
        extension = f";chunk-signature={shown}" if "AWS4" in form else ""
        body += f"{len(part):x}{extension}\r\n".encode() + (part + b"\r\n" if part else b"")
    if "TRAILER" in form:
        text = "\n".join(("AWS4-HMAC-SHA256-TRAILER", mark.timestamp, mark.scope, previous))
        last = sigv4.sign(cloud.key.secret, mark.scope, f"{text}\n{hashlib.sha256(trailer).hexdigest()}")
        body += trailer.strip() + b"\r\n"
        body += f"x-amz-trailer-signature:{last}\r\n".encode() if "AWS4" in form else b""
    body += b"\r\n"
    answer = send(cloud, "PUT", path, body, told_headers)
    if is_true or form == sigv4_chunks.UNSIGNED_WITH_TRAILER:
        assert answer.status == 200, answer
        assert bucket[0].get_object(Bucket="signed", Key=form)["Body"].read() == data
    else:
        assert told(answer)[:2] == (403, "SignatureDoesNotMatch")


def test_temporary_credentials_are_let_in_with_their_token_until_they_end(cloud: Cloud) -> None:
    key = AccessKey.generate(TEMPORARY)
    cloud.keys.add(key)
    assert key.id.startswith("ASIA")
    assert call(cloud, "json", key).status == 200
    for token in ("", "wrong"):
        without = AccessKey(key.id, key.secret, token)
        assert told(call(cloud, "json", without)) == UNKNOWN["json"]
        assert told(call(cloud, "s3", without))[:2] == (400, "InvalidToken")
    cloud.keys.remove(key.id)
    assert told(call(cloud, "json", key))[:2] == (400, "ExpiredTokenException")
    assert told(call(cloud, "query", key))[:2] == (403, "ExpiredToken")
    assert told(call(cloud, "s3", key))[:2] == (400, "ExpiredToken")
    assert told(call(cloud, "ec2", key))[:2] == (400, "RequestExpired")


def test_a_key_ends_by_itself_and_the_own_one_never() -> None:
    own, other = AccessKey.generate(), AccessKey.generate(TEMPORARY)
    keys = Keys(own)
    keys.add(other, ends=100.0)
    assert (keys.find(other.id, 100.0), keys.find(own.id, 1e12)) == (other, own)
    with pytest.raises(RevokedKey):
        keys.find(other.id, 100.1)
    assert keys.find("nobody's", 0.0) is None


def test_what_sts_and_iam_issue_to_the_owner_is_let_in_and_what_they_issue_to_a_task_is_not(cloud: Cloud) -> None:
    def issued(key: AccessKey) -> AccessKey:
        sts = session_of(key).client("sts", endpoint_url=cloud.url)
        role = "arn:aws:iam::123456789012:role/any"
        made = sts.assume_role(RoleArn=role, RoleSessionName="any")["Credentials"]
        return AccessKey(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])

    mine = issued(cloud.key)
    assert call(cloud, "json", mine).status == 200
    assert call(cloud, "json", issued(mine)).status == 200
    task = AccessKey.generate(TEMPORARY)
    cloud.keys.add(task)
    assert told(call(cloud, "json", issued(task))) == UNKNOWN["json"]
    iam: Any = session_of(cloud.key).client("iam", endpoint_url=cloud.url)
    iam.create_user(UserName="somebody")
    made = iam.create_access_key(UserName="somebody")["AccessKey"]
    assert call(cloud, "s3", AccessKey(made["AccessKeyId"], made["SecretAccessKey"])).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/moto-api/data.json"), ("POST", "/moto-api/reset"), ("GET", "/moto-api/"), ("GET", "/favicon.ico"),
     ("GET", "/latest/meta-data/iam/security-credentials/")],
)  # fmt: skip
def test_there_is_nothing_of_moto_s_own_not_even_for_the_owner(cloud: Cloud, method: str, path: str) -> None:
    headers = signed(cloud.key, "s3", cloud.url + path, b"", method)
    answer = send(cloud, method, path, b"", headers)
    assert (answer.status, b"is not emulated here" in answer.body) == (501, True)
    assert send(cloud, method, path, b"", {}).status == 403


def test_no_answer_is_for_pages_of_other_origins(cloud: Cloud, bucket: tuple[Any, str]) -> None:
    s3, name = bucket
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})
    for service, method, path, body, headers in (
        ("s3", "GET", f"/{name}", b"", {}),
        ("s3", "GET", "/", b"", {}),
        ("dynamodb", "POST", "/", b"{}", LIST_TABLES),
    ):
        told_headers = signed(cloud.key, service, cloud.url + path, body, method, **headers)
        answer = send(cloud, method, path, body, {**told_headers, "Origin": cloud.url})
        assert answer.status == 200
        assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []
    assert send(cloud, "OPTIONS", "/", b"", {"Access-Control-Request-Method": "POST"}).status == 403


def test_a_signing_key_is_made_once_for_a_day_and_a_service() -> None:
    sigv4._signing_key.cache_clear()
    key = AccessKey.generate()
    for _ in range(3):
        sigv4.sign(key.secret, "20260101/us-east-1/s3/aws4_request", "text")
    assert sigv4._signing_key.cache_info().misses == 1
