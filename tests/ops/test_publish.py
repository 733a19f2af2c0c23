"""The bucket holds the site as it is in the repository, and a browser is told what each file is."""

from __future__ import annotations

import itertools
import json
import re
import sys
from pathlib import Path

import boto3
import pytest

from ecs_emulator.commands import options
from ecs_emulator.ops.target import Target
from emulator.tests.ops.fake_aws import FakeAws
from ops.publish import content_type, invalidate, publish, read_mysfits
from ops.site_files import SITE, config_script
from tests.ops.conftest import Mysfits

_numbers = itertools.count(1)


@pytest.fixture
def bucket(session: boto3.Session) -> str:
    name = f"publish-{next(_numbers)}"
    session.client("s3").create_bucket(Bucket=name)
    return name


def objects(session: boto3.Session, bucket: str) -> dict[str, tuple[bytes, str]]:
    s3 = session.client("s3")
    found = {}
    for each in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        got = s3.get_object(Bucket=bucket, Key=each["Key"])
        found[each["Key"]] = (got["Body"].read(), got["ContentType"])
    return found


def test_every_file_is_uploaded(session: boto3.Session, bucket: str, tmp_path: Path) -> None:
    files = {
        "index.html": b"<h1>",
        "images/deep/coco.svg": b"<svg/>",
        "해태/이야기.txt": "안녕".encode(),
        "empty.txt": b"",
        "with space & more.svg": b"1",
        "data": b"\x00\xff",
    }
    for key, body in files.items():
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(body)
    assert publish(session, bucket, "http://api", site=tmp_path) == len(files)
    assert {key: body for key, (body, _) in objects(session, bucket).items()} == files


def test_publishing_again_replaces_what_has_changed(session: boto3.Session, bucket: str, tmp_path: Path) -> None:
    for body in (b"old", b"new"):
        (tmp_path / "index.html").write_bytes(body)
        publish(session, bucket, "http://api", site=tmp_path)
    assert objects(session, bucket)["index.html"][0] == b"new"


def test_the_published_configuration_names_the_api_of_this_deployment(
    session: boto3.Session, bucket: str, tmp_path: Path
) -> None:
    (tmp_path / "config.js").write_text("what a developer had")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "config.js").write_text("another file")
    publish(session, bucket, "https://api.mysfits.example", site=tmp_path)
    published = {kind(key): body for key, (body, _) in objects(session, bucket).items()}
    assert published["config.js"] == b'export const apiUrl = "https://api.mysfits.example";\n'
    assert published["scripts/config.js"] == b"another file"
    assert (tmp_path / "config.js").read_text() == "what a developer had"


@pytest.mark.parametrize("api_url", ["http://localhost:8000", "", 'http://a"b\\c', "http://해태.example", "a\nb"])
def test_any_address_becomes_a_script_that_says_just_that(api_url: str) -> None:
    script = config_script(api_url)
    assert script.startswith("export const apiUrl = ")
    assert script.endswith(";\n")
    assert script.count("\n") == 1
    assert json.loads(script.removeprefix("export const apiUrl = ").removesuffix(";\n")) == api_url


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("styles/page.css", "text/css; charset=utf-8"),
        ("scripts/main.js", "text/javascript; charset=utf-8"),
        ("images/coco.svg", "image/svg+xml; charset=utf-8"),
        ("data.json", "application/json; charset=utf-8"),
        ("site.webmanifest", "application/manifest+json; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("picture.png", "image/png"),
        ("picture.jpg", "image/jpeg"),
        ("favicon.ico", "image/vnd.microsoft.icon"),
        ("PICTURE.PNG", "image/png"),
        ("unknown.xyzzy", "application/octet-stream"),
        ("none", "application/octet-stream"),
    ],
)
def test_a_file_has_the_type_that_browsers_expect(key: str, expected: str) -> None:
    assert content_type(key) == expected


def test_cloudfront_is_told_to_forget_what_it_has() -> None:
    aws = FakeAws()
    aws.operations["cloudfront.create_invalidation"] = lambda _: {}
    for _ in range(2):
        invalidate(aws.session(), "E1")
    first, second = aws.inputs("cloudfront.create_invalidation")
    assert first["DistributionId"] == "E1"
    assert first["InvalidationBatch"]["Paths"] == {"Quantity": 1, "Items": ["/*"]}
    # The same reference would be the same invalidation, which has happened.
    assert first["InvalidationBatch"]["CallerReference"] != second["InvalidationBatch"]["CallerReference"]


def kind(key: str) -> str:
    """The file that a published name stands for."""
    return re.sub(r"\.[0-9a-f]{10}(\.\w+)$", r"\1", key)


def test_every_file_of_our_site_is_published_with_a_type_of_its_own(session: boto3.Session, bucket: str) -> None:
    files = {path.relative_to(SITE).as_posix() for path in SITE.rglob("*") if path.is_file()}
    # The stylesheets of a page become one, and the face joins them.
    alone = {"styles/tokens.css", "styles/page.css", "styles/lost.css"}
    joined = {"styles/tokens-page.css", "styles/tokens-page-lost.css"}
    expected = files - alone | joined | {"fonts/fraunces.woff2"}
    assert publish(session, bucket, "http://api") == len(expected)
    published = objects(session, bucket)
    assert {kind(key) for key in published} == expected
    assert {"index.html", "config.js"} <= files
    assert not [key for key, (_, type_) in published.items() if type_ == "application/octet-stream"]


def test_the_published_page_talks_to_its_own_api_and_to_no_other(session: boto3.Session, bucket: str) -> None:
    for api_url, origin in (("https://api.example/v1", "https://api.example"), ("", "")):
        publish(session, bucket, api_url)
        page = objects(session, bucket)["index.html"][0].decode()
        assert f"connect-src 'self' {origin};" in page
        assert "localhost" not in page
        assert f'<link rel="preload" as="fetch" crossorigin href="{api_url}/mysfits">' in page


def test_browsers_keep_for_ever_what_is_named_by_its_content(session: boto3.Session, bucket: str) -> None:
    publish(session, bucket, "http://api")
    s3 = session.client("s3")
    caching = {kind(key): s3.head_object(Bucket=bucket, Key=key)["CacheControl"] for key in objects(session, bucket)}
    assert caching["index.html"] == "no-cache"
    assert caching["images/coco.svg"] == "public, max-age=86400"
    assert caching.pop("service-worker.js") == "no-cache"
    assert {caching[key] for key in caching if key.endswith((".js", ".css", ".json", ".woff2"))} == {
        "public, max-age=31536000, immutable"
    }


def test_the_verb_publishes_and_has_cloudfront_look_anew(operate: Mysfits, monkeypatch: pytest.MonkeyPatch) -> None:
    aws = FakeAws()
    aws.operations = {"s3.put_object": lambda _: {}, "cloudfront.create_invalidation": lambda _: {}}
    outputs = {"SiteBucket": "site", "DistributionId": "E1"}
    monkeypatch.setattr(options, "aws", lambda *_: Target(aws.session(), outputs, on_aws=True))
    result = operate("publish", "--aws")
    assert result.exit_code == 0, result.output
    assert "CloudFront (E1) forgets what it has of the site" in result.output
    assert "pages for 12 mysfits" in result.output, "those of the seeds, where no stack has a table"
    assert aws.inputs("cloudfront.create_invalidation")[0]["DistributionId"] == "E1"


def test_mysfits_are_read_from_the_table_and_what_is_no_text_is_left_out(
    session: boto3.Session, bucket: str, request: pytest.FixtureRequest
) -> None:
    table = f"{bucket}-mysfits"
    session.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "MysfitId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "MysfitId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    session.resource("dynamodb").Table(table).put_item(Item={"MysfitId": "a", "Name": "Ann", "Species": 7, "Likes": 3})
    assert read_mysfits(session, table) == [{"MysfitId": "a", "Name": "Ann"}]
    assert len(read_mysfits(session, None)) == 12


def test_where_the_packages_are_missing_it_is_published_without_face_and_cards_and_says_so(
    operate: Mysfits, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("fontpkg_fraunces", "resvg_py"):
        monkeypatch.setitem(sys.modules, package, None)
    aws = FakeAws()
    row = {"MysfitId": {"S": "1"}, "Name": {"S": "Gary"}, "ThumbImageUri": {"S": "images/gary.svg"}}
    aws.operations = {"s3.put_object": lambda _: {}, "dynamodb.scan": lambda _: {"Items": [row]}}
    outputs = {"SiteBucket": "site", "ApiUrl": "http://api", "S3WebsiteURL": "http://site", "DynamoTable": "table"}
    monkeypatch.setattr(options, "aws", lambda *_: Target(aws.session(), outputs, on_aws=True))
    result = operate("publish", "--aws")
    assert result.exit_code == 0, result.output
    assert "pages for 1 mysfits" in result.output
    assert "Without its display face and cards" in result.output
    uploaded = {each["Key"]: each["Body"].getvalue() for each in aws.inputs("s3.put_object")}
    assert not [key for key in uploaded if key.startswith(("fonts/", "cards/"))]
    assert b'og:image" content="http://site/images/share-card.png"' in uploaded["meet/gary.html"]
    assert b'as="font"' not in uploaded["index.html"]
