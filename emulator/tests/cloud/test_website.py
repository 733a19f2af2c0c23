"""The site is served as an S3 website serves it."""

from __future__ import annotations

import http.client
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import quote

import boto3
import pytest

from ecs_emulator.cloud.server import WebServer
from ecs_emulator.cloud.website import Website
from ecs_emulator.local import REGION
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import read_template
from emulator.tests.support.folders import TEMPLATES

HTML = "text/html; charset=utf-8"
FILES = {
    "index.html": (b"<h1>Notes</h1>", HTML),
    "error.html": (b"<h1>Nothing here</h1>", HTML),
    "docs/index.html": (b"<h1>Docs</h1>", HTML),
    "docs/a/index.html": (b"<h1>A</h1>", HTML),
    "scripts/main.js": (b"0123456789", "text/javascript; charset=utf-8"),
    "images/coco.svg": (b"<svg/>", "image/svg+xml; charset=utf-8"),
    "data": (b"\x00\xff", "application/octet-stream"),
    "two words + 50%.txt": (b"two words", "text/plain; charset=utf-8"),
    "해태/하슬라.txt": ("안녕".encode(), "text/plain; charset=utf-8"),
    "해태/index.html": (b"<h1>Haetae</h1>", HTML),
}

_numbers = itertools.count(1)


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes


@dataclass
class Site:
    """A bucket of templates/site.yml, and its website over HTTP."""

    bucket: str
    address: str

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for exactly this path: no client tidies it up before."""
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def site(session: boto3.Session) -> Iterator[Site]:
    """A published site that the tests only read."""
    yield from _site(session)


@pytest.fixture
def site_of_its_own(session: boto3.Session) -> Iterator[Site]:
    """A published site whose bucket a test may change."""
    yield from _site(session)


def _site(session: boto3.Session) -> Iterator[Site]:
    stacks = Stacks(session, REGION)
    stacks.deploy_document(f"website-{next(_numbers)}", read_template(TEMPLATES / "site.yml"), {})
    bucket = stacks.outputs["Bucket"]
    s3 = session.client("s3")
    for key, (body, content_type) in FILES.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)
    server = WebServer(Website(bucket), port=0, threads=4)
    yield Site(bucket, server.url.removeprefix("http://"))
    server.close()


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/", "index.html"),
        ("/index.html", "index.html"),
        ("/?a=b", "index.html"),
        ("/docs/", "docs/index.html"),
        ("/docs/a/", "docs/a/index.html"),
        ("/scripts/main.js", "scripts/main.js"),
        ("/scripts%2Fmain.js", "scripts/main.js"),
        ("/images/coco.svg?v=2", "images/coco.svg"),
        ("/data", "data"),
        ("/two%20words%20%2B%2050%25.txt", "two words + 50%.txt"),
        ("/" + quote("해태/하슬라.txt"), "해태/하슬라.txt"),
        ("/" + quote("해태/"), "해태/index.html"),
    ],
)
def test_a_path_is_answered_with_its_object_and_the_object_s_type(site: Site, path: str, key: str) -> None:
    answer = site.get(path)
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, *FILES[key])
    assert answer.headers["ETag"]
    assert answer.headers["Last-Modified"]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.html",
        "/nothing/",
        "/scripts",
        "/scripts/",
        "/INDEX.HTML",
        "/docs/index.html/",
        "/two+words.txt",
        "/%00",
        "/index.html%00",
        "/%ff%fe",
        "/" + "a" * 2000,
    ],
)
def test_a_path_without_an_object_is_answered_with_the_error_page_and_404(site: Site, path: str) -> None:
    answer = site.get(path)
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (404, *FILES["error.html"])


def test_without_an_error_page_a_missing_object_is_a_plain_404(site_of_its_own: Site, session: boto3.Session) -> None:
    session.client("s3").delete_object(Bucket=site_of_its_own.bucket, Key="error.html")
    answer = site_of_its_own.get("/nothing.html")
    assert (answer.status, answer.headers["Content-Type"]) == (404, HTML)
    assert b"NoSuchKey" in answer.body


def test_a_bucket_that_names_no_error_page_answers_a_missing_object_with_404(session: boto3.Session) -> None:
    s3, bucket = session.client("s3"), f"no-error-page-{next(_numbers)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    _allow(session, bucket)
    server = WebServer(Website(bucket), port=0, threads=1)
    assert Site(bucket, server.url.removeprefix("http://")).get("/nothing.html").status == 404
    server.close()


@pytest.mark.parametrize(
    ("path", "location"),
    [("/docs", "/docs/"), ("/docs/a", "/docs/a/"), ("/" + quote("해태"), "/" + quote("해태/"))],
)
def test_a_folder_without_its_slash_leads_to_the_folder(site: Site, path: str, location: str) -> None:
    answer = site.get(path)
    assert (answer.status, answer.headers["Location"]) == (302, location)


@pytest.mark.parametrize("path", ["/", "/scripts/main.js", "/nothing.html"])
def test_head_answers_what_get_answers_without_the_body(site: Site, path: str) -> None:
    got, head = site.get(path), site.get(path, "HEAD")
    assert head.body == b""
    assert head.status == got.status
    for name in ("Content-Type", "Content-Length", "ETag", "Last-Modified"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_website_only_reads(site: Site, method: str) -> None:
    answer = site.get("/index.html", method)
    assert answer.status == 405
    assert site.get("/index.html").body == FILES["index.html"][0]


def test_a_file_that_the_browser_has_is_not_sent_again(site: Site) -> None:
    first = site.get("/scripts/main.js")
    same = site.get("/scripts/main.js", If_None_Match=first.headers["ETag"])
    assert (same.status, same.body) == (304, b"")
    other = site.get("/scripts/main.js", If_None_Match='"another"')
    assert (other.status, other.body) == (200, first.body)
    unchanged = site.get("/scripts/main.js", If_Modified_Since=first.headers["Last-Modified"])
    assert (unchanged.status, unchanged.body) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status", "body", "told"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=20-30", 416, FILES["error.html"][0], None),
    ],
)
def test_a_range_is_answered_with_its_part(site: Site, asked: str, status: int, body: bytes, told: str | None) -> None:
    answer = site.get("/scripts/main.js", Range=asked)
    assert (answer.status, answer.body, answer.headers["Content-Range"]) == (status, body, told)


@pytest.mark.parametrize("header", ["Range", "If_Modified_Since", "If_None_Match"])
@pytest.mark.parametrize("value", ["nonsense", "lines=1-2", "bytes=1-2,4-5", ""])
def test_a_condition_that_means_nothing_is_ignored(site: Site, header: str, value: str) -> None:
    answer = site.get("/scripts/main.js", **{header: value})
    assert (answer.status, answer.body) == (200, FILES["scripts/main.js"][0])


@pytest.mark.parametrize(
    "path",
    [
        "/../{secret}/key.txt",
        "/docs/../../{secret}/key.txt",
        "/..%2F{secret}%2Fkey.txt",
        "/%2e%2e/{secret}/key.txt",
        "//{secret}/key.txt",
        "/{secret}/key.txt",
        "/..\\{secret}\\key.txt",
        "/../../../../../../etc/passwd",
        "/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "//etc/passwd",
        "/file:///etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_bucket(site: Site, session: boto3.Session, path: str) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket="secret")
    s3.put_object(Bucket="secret", Key="key.txt", Body=b"a secret")
    answer = site.get(path.format(secret="secret"))
    assert (answer.status, answer.body) == (404, FILES["error.html"][0])


def test_without_a_policy_the_world_may_not_read(site_of_its_own: Site, session: boto3.Session) -> None:
    """The public workshop's bucket has no policy, and today's S3 answers 403."""
    session.client("s3").delete_bucket_policy(Bucket=site_of_its_own.bucket)
    for path in ("/", "/index.html", "/nothing.html"):
        answer = site_of_its_own.get(path)
        assert answer.status == 403
        assert b"AccessDenied" in answer.body


@pytest.mark.parametrize(
    "change",
    [
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Effect": "Deny"},
        {"Action": "s3:PutObject"},
        {"Resource": "arn:aws:s3:::*/elsewhere/*"},
    ],
)
def test_with_a_policy_for_others_the_world_may_not_read(
    site_of_its_own: Site, session: boto3.Session, change: dict[str, object]
) -> None:
    _allow(session, site_of_its_own.bucket, **change)
    assert site_of_its_own.get("/").status == 403
    _allow(session, site_of_its_own.bucket)
    assert site_of_its_own.get("/").status == 200


@pytest.mark.parametrize(
    ("block", "status"), [("RestrictPublicBuckets", 403), ("BlockPublicPolicy", 200), ("IgnorePublicAcls", 200)]
)
def test_a_block_of_public_buckets_keeps_the_world_out_whatever_the_policy_says(
    site_of_its_own: Site, session: boto3.Session, block: str, status: int
) -> None:
    """BlockPublicPolicy is about policies that are put from then on."""
    s3 = session.client("s3")
    s3.put_public_access_block(Bucket=site_of_its_own.bucket, PublicAccessBlockConfiguration={block: True})  # type: ignore[misc]
    assert site_of_its_own.get("/").status == status


def test_a_block_that_is_deleted_blocks_nothing(site_of_its_own: Site, session: boto3.Session) -> None:
    session.client("s3").delete_public_access_block(Bucket=site_of_its_own.bucket)
    assert site_of_its_own.get("/").status == 200


def test_a_new_bucket_is_closed_whatever_its_policy_says(session: boto3.Session) -> None:
    """S3 blocks public access of every new bucket since April 2023."""
    s3, bucket = session.client("s3"), f"new-bucket-{next(_numbers)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="index.html", Body=b"hi")
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    s3.put_bucket_policy(Bucket=bucket, Policy=_policy(bucket))
    server = WebServer(Website(bucket), port=0, threads=1)
    assert Site(bucket, server.url.removeprefix("http://")).get("/").status == 403
    server.close()


def _allow(session: boto3.Session, bucket: str, **change: object) -> None:
    s3 = session.client("s3")
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=_policy(bucket, **change))


def _policy(bucket: str, **change: object) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        **change,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
