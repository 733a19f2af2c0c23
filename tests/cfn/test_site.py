"""The site's bucket, open as a website or private behind CloudFront."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from app import NEEDS, create_app
from app.kit.config import Config
from ops.pages import MysfitRow
from ops.site_files import SITE, site_files
from tests.cfn.platforms import Platform
from tests.conftest import TABLES


def test_a_website_can_be_read_by_everybody_and_written_by_nobody(smallest: Platform) -> None:
    site = smallest.stack("site").resources
    block = site["Site"]["Properties"]["PublicAccessBlockConfiguration"]
    assert not block["BlockPublicPolicy"]
    assert not block["RestrictPublicBuckets"]
    (statement,) = site["SitePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::mysfits-site-site/*",
    }


def test_a_website_shows_its_own_page_for_what_is_not_there(smallest: Platform) -> None:
    website = smallest.stack("site").resources["Site"]["Properties"]["WebsiteConfiguration"]
    assert website == {"IndexDocument": "index.html", "ErrorDocument": "error.html"}


def test_behind_cloudfront_the_bucket_is_private(production: Platform) -> None:
    site = production.stack("site").resources
    assert all(site["Site"]["Properties"]["PublicAccessBlockConfiguration"].values())
    assert "WebsiteConfiguration" not in site["Site"]["Properties"]
    (statement,) = site["SitePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert statement["Condition"]["StringEquals"]["aws:SourceArn"].endswith("/mysfits-site-Distribution")


def test_cloudfront_serves_the_api_on_the_same_origin_uncached(production: Platform) -> None:
    behaviours = _distribution(production)["CacheBehaviors"]
    assert {each["PathPattern"] for each in behaviours} == {
        "/mysfits*",
        "/api*",
        "/hello*",
        "/health",
        "/version",
        "/openapi.json",
        "/docs",
    }
    for each in behaviours:
        assert each["TargetOriginId"] == "api"
        assert each["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert "POST" in each["AllowedMethods"]


def test_cloudfront_passes_every_route_of_the_application_but_the_welcome(production: Platform) -> None:
    patterns = [each["PathPattern"] for each in _distribution(production)["CacheBehaviors"]]
    environment = {"AWS_REGION": "us-east-1", **dict.fromkeys(TABLES, "none")}
    app = create_app(Config.from_env(environment, NEEDS))
    for rule in app.url_map.iter_rules():
        path = rule.rule
        matched = any(path == each or (each.endswith("*") and path.startswith(each[:-1])) for each in patterns)
        assert matched or path == "/", path


def test_no_file_of_the_site_has_an_address_of_the_apis(production: Platform) -> None:
    patterns = [each["PathPattern"] for each in _distribution(production)["CacheBehaviors"]]
    rows: list[MysfitRow] = [{"MysfitId": "1", "Name": "Gary"}]
    for key in site_files(SITE, "", "https://mysfits.example", rows):
        assert not any(fnmatchcase(f"/{key}", each) for each in patterns), key
        # CloudFront asks the bucket for no index document but its own.
        assert not key.endswith("/index.html"), key


def test_cloudfront_speaks_https_to_everybody_and_with_security_headers(production: Platform) -> None:
    distribution = _distribution(production)
    assert distribution["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    for each in [distribution["DefaultCacheBehavior"], *distribution["CacheBehaviors"]]:
        assert each["ViewerProtocolPolicy"] in ("redirect-to-https", "https-only")
    assert distribution["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == "mysfits-site-SecurityHeaders"
    headers = production.stack("site").resources["SecurityHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    assert headers["SecurityHeadersConfig"].keys() == {
        "ContentSecurityPolicy",
        "ContentTypeOptions",
        "FrameOptions",
        "ReferrerPolicy",
        "StrictTransportSecurity",
    }
    (api,) = [origin for origin in distribution["Origins"] if origin["Id"] == "api"]
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert api["CustomOriginConfig"]["OriginKeepaliveTimeout"] < 55


def test_the_apis_answers_keep_their_own_headers(production: Platform) -> None:
    """A policy would replace them: `/docs` would lose its style, and data might be run and framed."""
    for each in _distribution(production)["CacheBehaviors"]:
        assert "ResponseHeadersPolicyId" not in each, each["PathPattern"]


def test_a_name_is_found_by_both_kinds_of_addresses(production: Platform) -> None:
    records = production.stack("site").of_type("AWS::Route53::RecordSet").values()
    assert {(each["Name"], each["Type"]) for each in records} == {("mysfits.example", "A"), ("mysfits.example", "AAAA")}


def test_the_apis_own_errors_pass_cloudfront_as_they_are(production: Platform) -> None:
    replaced = {each["ErrorCode"] for each in _distribution(production)["CustomErrorResponses"]}
    assert not replaced & {400, 404, 405, 409, 500, 503}


def test_the_address_of_the_site_is_an_output_in_every_shape(smallest: Platform, production: Platform) -> None:
    assert smallest.stack("site").outputs["S3WebsiteURL"] == "mysfits-site-site.WebsiteURL"
    assert production.stack("site").outputs["S3WebsiteURL"] == "https://mysfits.example"


def _distribution(platform: Platform) -> dict[str, Any]:
    return platform.stack("site").resources["Distribution"]["Properties"]["DistributionConfig"]  # type: ignore[no-any-return]
