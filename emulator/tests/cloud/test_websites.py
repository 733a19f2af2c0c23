"""Websites of all buckets are served at the endpoint, by their hosts, as they are configured now."""

from __future__ import annotations

import http.client
import itertools
import json
from collections.abc import Mapping
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.endpoint import Cloud

_numbers = itertools.count(1)
INDEX = {"IndexDocument": {"Suffix": "index.html"}}


class Bucket:
    """A bucket that everybody may read, and requests to its website."""

    def __init__(self, session: boto3.Session, cloud: Cloud) -> None:
        self.name = f"by.host-{next(_numbers)}"
        self._port = urlsplit(cloud.url).port or 80
        self.s3 = session.client("s3")
        self.s3.create_bucket(Bucket=self.name)
        self.s3.delete_public_access_block(Bucket=self.name)
        self.allow()
        self.put("index.html", b"home")

    def put(self, key: str, body: bytes = b"", **more: Any) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=body, **more)

    def allow(self, *statements: Mapping[str, Any], **change: Any) -> None:
        everything = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self.name}/*",
            **change,
        }
        policy = {"Version": "2012-10-17", "Statement": [everything, *statements]}
        self.s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(policy))

    def configure(self, *rules: Mapping[str, Any], **more: Any) -> None:
        configuration = {**(INDEX if "RedirectAllRequestsTo" not in more else {}), **more}
        if rules:
            configuration["RoutingRules"] = list(rules)
        self.s3.put_bucket_website(Bucket=self.name, WebsiteConfiguration=configuration)  # type: ignore[arg-type]

    def get(
        self, path: str, host: str = "{}.s3-website.localhost", method: str = "GET", **headers: str
    ) -> tuple[int, Message, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": host.format(self.name), **named})
        answer = connection.getresponse()
        try:
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def goes_to(self, path: str) -> tuple[int, str]:
        status, headers, _ = self.get(path)
        return status, str(headers.get("Location", ""))


@pytest.fixture(scope="module")
def shared(session: boto3.Session, cloud: Cloud) -> Bucket:
    return Bucket(session, cloud)


@pytest.fixture
def bucket(shared: Bucket) -> Bucket:
    """A bucket with an index document, readable by everybody."""
    shared.allow()
    shared.configure()
    return shared


@pytest.mark.parametrize(
    "host",
    [
        "{}.s3-website.localhost",
        "{}.s3-website.localhost:4566",
        "{}.s3-website-us-east-1.amazonaws.com",
        "{}.s3-website.eu-central-1.amazonaws.com",
        "{}.S3-WEBSITE.localhost",
    ],
)
def test_a_website_has_the_hosts_of_aws_and_one_of_this_machine(bucket: Bucket, host: str) -> None:
    status, headers, body = bucket.get("/", host)
    assert (status, body, headers["Server"]) == (200, b"home", "AmazonS3")


def test_any_page_may_lead_to_a_website(bucket: Bucket) -> None:
    """Nothing is commanded there, and all is for everybody; the endpoint itself goes on refusing them."""
    from_afar = {"Sec_Fetch_Site": "cross-site", "Origin": "https://elsewhere.example"}
    assert bucket.get("/", **from_afar)[0] == 200
    assert bucket.get("/", "localhost", **from_afar)[0] == 403


def test_a_change_of_the_configuration_is_seen_at_once(bucket: Bucket) -> None:
    bucket.put("start.html", b"start")
    bucket.configure(IndexDocument={"Suffix": "start.html"})
    assert bucket.get("/")[2] == b"start"
    bucket.s3.delete_bucket_website(Bucket=bucket.name)
    status, headers, body = bucket.get("/")
    assert (status, headers["x-amz-error-code"]) == (404, "NoSuchWebsiteConfiguration")
    assert f"<li>BucketName: {bucket.name}</li>".encode() in body


def test_a_bucket_that_is_not_there_is_said_to_be_missing(bucket: Bucket) -> None:
    status, headers, body = bucket.get("/", "nothing-here.s3-website.localhost")
    assert (status, headers["x-amz-error-code"]) == (404, "NoSuchBucket")
    assert b"<li>Message: The specified bucket does not exist</li>\n<li>BucketName: nothing-here</li>" in body


def test_all_requests_are_redirected_with_path_and_query(bucket: Bucket) -> None:
    bucket.configure(RedirectAllRequestsTo={"HostName": "new.example", "Protocol": "https"})
    assert bucket.goes_to("/a%20b/?q=1&r") == (301, "https://new.example/a%20b/?q=1&r")
    bucket.configure(RedirectAllRequestsTo={"HostName": "new.example"})
    assert bucket.goes_to("/") == (301, "http://new.example/")


@pytest.mark.parametrize(
    ("rule", "path", "status", "location"),
    [
        ({"Condition": {"KeyPrefixEquals": "docs/"}, "Redirect": {"ReplaceKeyPrefixWith": "documents/"}},
         "/docs/a%20b.html", 301, "http://{host}/documents/a%20b.html"),
        ({"Condition": {"KeyPrefixEquals": "docs/"}, "Redirect": {"ReplaceKeyPrefixWith": ""}},
         "/docs/a", 301, "http://{host}/a"),
        ({"Condition": {"KeyPrefixEquals": "old"},
          "Redirect": {"ReplaceKeyWith": "new.html", "HttpRedirectCode": "302"}},
         "/old/x", 302, "http://{host}/new.html"),
        ({"Condition": {"KeyPrefixEquals": "out/"}, "Redirect": {"HostName": "other.example", "Protocol": "https"}},
         "/out/x?q=1", 301, "https://other.example/out/x?q=1"),
        ({"Condition": {"HttpErrorCodeReturnedEquals": "404"}, "Redirect": {"ReplaceKeyPrefixWith": "#!/"}},
         "/missing", 301, "http://{host}/%23!/missing"),
        ({"Condition": {"HttpErrorCodeReturnedEquals": "404", "KeyPrefixEquals": "a/"},
          "Redirect": {"HostName": "h.example"}},
         "/a/missing", 301, "http://h.example/a/missing"),
        ({"Redirect": {"HostName": "all.example", "HttpRedirectCode": "307"}},
         "/index.html", 307, "http://all.example/index.html"),
    ],
)  # fmt: skip
def test_a_routing_rule_redirects(bucket: Bucket, rule: dict[str, Any], path: str, status: int, location: str) -> None:
    bucket.configure(rule)
    assert bucket.goes_to(path) == (status, location.format(host=f"{bucket.name}.s3-website.localhost"))


def test_rules_are_tried_in_order_and_those_for_errors_after_an_error_alone(bucket: Bucket) -> None:
    on_error = {"Condition": {"HttpErrorCodeReturnedEquals": "404"}, "Redirect": {"HostName": "errors.example"}}
    first = {"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"HostName": "first.example"}}
    second = {"Condition": {"KeyPrefixEquals": "a"}, "Redirect": {"HostName": "second.example"}}
    bucket.configure(on_error, first, second)
    assert bucket.get("/")[2] == b"home"
    assert bucket.goes_to("/a/b")[1] == "http://first.example/a/b"
    assert bucket.goes_to("/ab")[1] == "http://second.example/ab"
    assert bucket.goes_to("/b")[1] == "http://errors.example/b"


def test_a_rule_is_there_for_what_may_not_be_read(bucket: Bucket) -> None:
    bucket.allow(Resource=f"arn:aws:s3:::{bucket.name}/index.html")
    bucket.configure({"Condition": {"HttpErrorCodeReturnedEquals": "403"}, "Redirect": {"ReplaceKeyWith": "login"}})
    assert bucket.goes_to("/secret")[1].endswith("/login")
    assert bucket.get("/")[0] == 200


@pytest.mark.parametrize("location", ["/index.html", "https://other.example/a?b=1#c"])
def test_an_object_redirects_to_where_it_says(bucket: Bucket, location: str) -> None:
    bucket.put("moved", WebsiteRedirectLocation=location)
    assert bucket.goes_to("/moved") == (301, location)
    assert bucket.s3.get_object(Bucket=bucket.name, Key="moved")["WebsiteRedirectLocation"] == location


def test_an_error_page_may_be_a_redirect_and_one_that_is_missing_is_said(bucket: Bucket) -> None:
    bucket.configure(ErrorDocument={"Key": "lost.html"})
    bucket.put("lost.html", WebsiteRedirectLocation="/index.html")
    assert bucket.goes_to("/missing") == (301, "/index.html")
    bucket.s3.delete_object(Bucket=bucket.name, Key="lost.html")
    status, _, body = bucket.get("/missing")
    assert status == 404
    assert b"<li>Key: missing</li>\n<li>RequestId: " in body
    assert b"<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n" in body


def test_what_an_object_was_put_with_comes_with_it(bucket: Bucket) -> None:
    bucket.put("page", b"x", CacheControl="max-age=5", ContentLanguage="ko", Metadata={"who": "me"},
               ContentDisposition="inline", ContentType="text/plain")  # fmt: skip
    _, headers, _ = bucket.get("/page")
    names = ("Cache-Control", "Content-Language", "Content-Disposition", "Content-Type", "x-amz-meta-who")
    assert [headers[name] for name in names] == ["max-age=5", "ko", "inline", "text/plain", "me"]


def test_preconditions_that_do_not_hold_are_412(bucket: Bucket) -> None:
    tag = bucket.get("/")[1]["ETag"]
    assert bucket.get("/", If_Match=tag)[0] == 200
    assert bucket.get("/", If_Match='"other"')[0] == 412
    assert bucket.get("/", If_None_Match=f'"other", {tag}')[0] == 304


@pytest.mark.parametrize(
    ("deny", "headers", "status"),
    [
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, {}, 403),
        ({"Condition": {"StringNotLike": {"aws:Referer": "https://mine.example/*"}}}, {}, 403),
        ({"Condition": {"StringNotLike": {"aws:Referer": "https://mine.example/*"}}},
         {"Referer": "https://mine.example/a"}, 200),
        ({"Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, {}, 403),
        ({"Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}}}, {}, 200),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, {}, 200),
        ({"Resource": "arn:aws:s3:::*/private/*"}, {}, 200),
        ({"Action": "s3:Get*"}, {}, 403),
        ({"Principal": {"AWS": ["*"]}}, {}, 403),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, {}, 200),
    ],
)  # fmt: skip
def test_a_denial_of_the_policy_keeps_everybody_out_whom_it_is_about(
    bucket: Bucket, deny: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    everything = {"Principal": "*", "Action": "*", "Resource": f"arn:aws:s3:::{bucket.name}/*"}
    bucket.allow({**everything, **deny, "Effect": "Deny"})
    assert bucket.get("/", **headers)[0] == status


def test_an_acl_opens_an_object_where_acls_count(bucket: Bucket) -> None:
    bucket.s3.delete_bucket_policy(Bucket=bucket.name)
    bucket.s3.put_object_acl(Bucket=bucket.name, Key="index.html", ACL="public-read")
    assert bucket.get("/")[0] == 403
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    bucket.s3.put_bucket_ownership_controls(Bucket=bucket.name, OwnershipControls=controls)  # type: ignore[arg-type]
    assert bucket.get("/")[0] == 200
    bucket.s3.put_object_acl(Bucket=bucket.name, Key="index.html", ACL="private")
    assert bucket.get("/")[0] == 403


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        ({"RedirectAllRequestsTo": {"HostName": "a.example"}, **INDEX}, "InvalidRequest"),
        ({"RedirectAllRequestsTo": {"HostName": "a.example", "Protocol": "ftp"}}, "InvalidRequest"),
        ({"ErrorDocument": {"Key": "a"}}, "InvalidArgument"),
        ({"IndexDocument": {"Suffix": "a/b"}}, "InvalidArgument"),
        ({"IndexDocument": {"Suffix": ""}}, "InvalidArgument"),
        ({**INDEX, "RoutingRules": [{"Redirect": {"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}}]},
         "InvalidRequest"),
        ({**INDEX, "RoutingRules": [{"Redirect": {"HttpRedirectCode": "200", "HostName": "a"}}]}, "InvalidRequest"),
        ({**INDEX,
          "RoutingRules": [{"Condition": {"HttpErrorCodeReturnedEquals": "200"}, "Redirect": {"HostName": "a"}}]},
         "InvalidRequest"),
        ({**INDEX, "RoutingRules": [{"Redirect": {"HostName": "a"}}] * 51}, "InvalidRequest"),
        ({**INDEX, "RoutingRules": [{"Redirect": {}}]}, "MalformedXML"),
    ],
)  # fmt: skip
def test_a_configuration_that_is_none_is_refused(bucket: Bucket, configuration: Any, code: str) -> None:
    with pytest.raises(ClientError) as refused:
        bucket.s3.put_bucket_website(Bucket=bucket.name, WebsiteConfiguration=configuration)
    assert (refused.value.response["Error"]["Code"], refused.value.response["ResponseMetadata"]["HTTPStatusCode"]) == (
        code,
        400,
    )
    assert bucket.get("/")[0] == 200


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}, "BadDigest"),
        ({"ContentMD5": "none"}, "InvalidDigest"),
        ({"ChecksumCRC32": "AAAAAA=="}, "BadDigest"),
        ({"ChecksumCRC32C": "AAAAAA=="}, "BadDigest"),
        ({"ChecksumCRC64NVME": "AAAAAAAAAAA="}, "BadDigest"),
        ({"ChecksumSHA1": "AAAA"}, "InvalidRequest"),
        ({"ChecksumSHA256": "A" * 43 + "="}, "BadDigest"),
        ({"ChecksumCRC32": "NhCmhg=="}, ""),
        ({"ChecksumCRC32C": "mnG7TA=="}, ""),
        ({"ChecksumCRC64NVME": "M3eFcAZSQlc="}, ""),
    ],
)
def test_a_checksum_is_that_of_the_body_or_refused(bucket: Bucket, stated: dict[str, Any], code: str) -> None:
    refusal = ""
    try:
        bucket.put("checked", b"hello", **stated)
    except ClientError as error:
        refusal = error.response["Error"]["Code"]
    assert refusal == code


def test_a_copy_of_what_has_changed_meanwhile_is_refused(bucket: Bucket) -> None:
    source = f"{bucket.name}/index.html"
    tag = bucket.s3.head_object(Bucket=bucket.name, Key="index.html")["ETag"]
    bucket.s3.copy_object(Bucket=bucket.name, Key="copy", CopySource=source, CopySourceIfMatch=tag)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        bucket.s3.copy_object(Bucket=bucket.name, Key="copy", CopySource=source, CopySourceIfMatch='"other"')


def test_a_part_of_an_object_is_answered_as_a_range_of_it(bucket: Bucket) -> None:
    upload = bucket.s3.create_multipart_upload(Bucket=bucket.name, Key="parts")["UploadId"]
    tags = []
    for number, body in ((1, b"x" * 5 * 2**20), (2, b"tail")):
        part = bucket.s3.upload_part(Bucket=bucket.name, Key="parts", UploadId=upload, PartNumber=number, Body=body)
        tags.append({"PartNumber": number, "ETag": part["ETag"]})
    bucket.s3.complete_multipart_upload(
        Bucket=bucket.name,
        Key="parts",
        UploadId=upload,
        MultipartUpload={"Parts": tags},  # type: ignore[typeddict-item]
    )
    part = bucket.s3.get_object(Bucket=bucket.name, Key="parts", PartNumber=2)
    assert (part["Body"].read(), part["PartsCount"]) == (b"tail", 2)
    assert part["ContentRange"] == "bytes 5242880-5242883/5242884"
    with pytest.raises(ClientError, match="InvalidPartNumber"):
        bucket.s3.get_object(Bucket=bucket.name, Key="parts", PartNumber=3)
