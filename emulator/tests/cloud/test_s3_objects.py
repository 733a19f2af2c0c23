"""Objects of S3 as S3 has them: ranges, versions, locks, conditions, encryption, tags and lifecycles."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from ecs_emulator.cloud.endpoint import Cloud
from emulator.tests.cloud.wire import BODY, ask, refused, signed_for

THEN, SOON = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
_numbers = itertools.count(1)


@pytest.mark.parametrize("asked", ["nonsense", "bytes", "items=1-2", "bytes=a-b", "bytes=5-2", "bytes=0-1,3-4"])
def test_a_range_that_is_none_is_not_heeded(s3: Any, there: dict[str, Any], asked: str) -> None:
    assert s3.get_object(**there, Range=asked)["Body"].read() == BODY
    assert s3.head_object(**there, Range=asked)["ContentLength"] == len(BODY)


def test_versions_are_kept_while_versioning_is_suspended(s3: Any, there: dict[str, Any]) -> None:
    bucket = {"Bucket": there["Bucket"]}
    s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Enabled"})
    kept = s3.put_object(**there, Body=b"kept")["VersionId"]
    s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Suspended"})
    for body in (b"1", b"2"):
        assert s3.put_object(**there, Body=body)["VersionId"] == "null"
    versions = s3.list_object_versions(**bucket)["Versions"]
    assert [(each["VersionId"], each["IsLatest"]) for each in versions] == [("null", True), (kept, False)]
    deleted = s3.delete_object(**there)
    assert (deleted["DeleteMarker"], deleted["VersionId"]) == (True, "null")
    assert s3.get_object(**there, VersionId=kept)["Body"].read() == b"kept"
    assert [each["VersionId"] for each in s3.list_object_versions(**bucket)["Versions"]] == [kept]
    assert refused(s3.get_object, **there, VersionId="null")[:2] == (405, "MethodNotAllowed")
    assert s3.delete_object(**there, VersionId="null")["DeleteMarker"] is True
    assert s3.get_object(**there)["VersionId"] == kept
    assert s3.delete_object(**{**there, "Key": "never"})["DeleteMarker"] is True


def test_every_object_is_encrypted(s3: Any, there: dict[str, Any]) -> None:
    bucket, copy = {"Bucket": there["Bucket"]}, {"CopySource": "{Bucket}/{Key}".format(**there)}

    def algorithms() -> set[str]:
        made = [s3.put_object(**there, Body=BODY), s3.create_multipart_upload(**there)]
        told = [*made, s3.head_object(**there), s3.copy_object(**bucket, **copy, Key="copy")]
        return {each["ServerSideEncryption"] for each in told}

    def default() -> dict[str, Any]:
        rules: Any = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        return dict(rules[0]["ApplyServerSideEncryptionByDefault"])

    assert (algorithms(), default()) == ({"AES256"}, {"SSEAlgorithm": "AES256"})
    assert refused(s3.copy_object, **there, **copy)[1] == "InvalidRequest"
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(**bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert (algorithms(), default()) == ({"aws:kms"}, {"SSEAlgorithm": "aws:kms"})
    s3.delete_bucket_encryption(**bucket)
    assert default() == {"SSEAlgorithm": "AES256"}


def test_what_is_deleted_quietly_is_not_told(s3: Any, there: dict[str, Any]) -> None:
    wanted = {"Objects": [{"Key": "k"}, {"Key": "missing"}], "Quiet": True}
    assert "Deleted" not in s3.delete_objects(Bucket=there["Bucket"], Delete=wanted)
    assert refused(s3.get_object, **there)[0] == 404


def test_retention_and_legal_holds_are_told_and_kept(s3: Any) -> None:
    there = {"Bucket": f"locked-{next(_numbers)}", "Key": "k"}
    bucket = {"Bucket": there["Bucket"]}
    s3.create_bucket(**bucket, ObjectLockEnabledForBucket=True)
    assert refused(s3.get_object_retention, **there)[:2] == (404, "NoSuchKey")
    version = s3.put_object(**there, Body=BODY)["VersionId"]
    for get in (s3.get_object_retention, s3.get_object_legal_hold):
        assert refused(get, **there)[:2] == (404, "NoSuchObjectLockConfiguration")
    past = {"Mode": "GOVERNANCE", "RetainUntilDate": THEN}
    assert refused(s3.put_object_retention, **there, Retention=past)[:2] == (400, "InvalidArgument")
    retention = {"Mode": "GOVERNANCE", "RetainUntilDate": SOON}
    s3.put_object_retention(**there, Retention=retention)
    assert s3.get_object_retention(**there)["Retention"] == retention
    shorter = {**retention, "RetainUntilDate": datetime(2080, 1, 1, tzinfo=UTC)}
    assert refused(s3.put_object_retention, **there, Retention=shorter)[:2] == (403, "AccessDenied")
    s3.put_object_retention(**there, Retention=shorter, BypassGovernanceRetention=True)
    s3.put_object_legal_hold(**there, LegalHold={"Status": "ON"})
    assert s3.get_object_legal_hold(**there)["LegalHold"] == {"Status": "ON"}
    assert refused(s3.delete_object, **there, VersionId=version)[:2] == (403, "AccessDenied")
    suspended = {"Status": "Suspended"}
    assert refused(s3.put_bucket_versioning, **bucket, VersioningConfiguration=suspended)[:2] == (
        409,
        "InvalidBucketState",
    )
    default = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    s3.put_object_lock_configuration(**bucket, ObjectLockConfiguration=default)
    assert s3.get_object_lock_configuration(**bucket)["ObjectLockConfiguration"] == default


def test_tags_and_their_values_may_be_nothing(s3: Any, there: dict[str, Any]) -> None:
    bucket, tags = {"Bucket": there["Bucket"]}, [{"Key": "k", "Value": ""}]
    for put, get, place in (
        (s3.put_object_tagging, s3.get_object_tagging, there),
        (s3.put_bucket_tagging, s3.get_bucket_tagging, bucket),
    ):
        put(**place, Tagging={"TagSet": tags})
        assert get(**place)["TagSet"] == tags
    s3.put_object_tagging(**there, Tagging={"TagSet": []})
    assert s3.get_object_tagging(**there)["TagSet"] == []


def test_only_tags_that_begin_with_aws_and_a_colon_are_aws_s(s3: Any, there: dict[str, Any]) -> None:
    tags = [{"Key": "awesome", "Value": "x"}]
    s3.put_object_tagging(**there, Tagging={"TagSet": tags})
    assert s3.get_object_tagging(**there)["TagSet"] == tags
    reserved = {"TagSet": [{"Key": "aws:a", "Value": "x"}]}
    assert refused(s3.put_object_tagging, **there, Tagging=reserved)[:2] == (400, "InvalidTag")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"IfMatch": "*"}, 200),
        ({"IfMatch": "{tag}", "IfUnmodifiedSince": THEN}, 200),
        ({"IfMatch": "x"}, 412),
        ({"IfUnmodifiedSince": THEN}, 412),
        ({"IfNoneMatch": '"x", {tag}'}, 304),
        ({"IfNoneMatch": "x", "IfModifiedSince": SOON}, 200),
        ({"IfModifiedSince": SOON}, 304),
    ],
)
def test_an_etag_counts_more_than_a_date(s3: Any, there: dict[str, Any], given: dict[str, Any], status: int) -> None:
    tag = s3.head_object(**there)["ETag"]
    asked = {name: each.format(tag=tag) if isinstance(each, str) else each for name, each in given.items()}
    for get in (s3.get_object, s3.head_object):
        if status == 200:
            assert get(**there, **asked)["ETag"] == tag
        else:
            assert refused(get, **there, **asked)[0] == status


def test_a_date_that_is_none_is_not_heeded(cloud: Cloud, there: dict[str, Any]) -> None:
    path = "/{Bucket}/{Key}".format(**there)
    for header in ("If_Modified_Since", "If_Unmodified_Since"):
        answer = ask(cloud, b"", "GET", path, Authorization=signed_for("s3"), **{header: "nonsense"})
        assert (answer.status, answer.body) == (200, BODY)


def test_an_acl_of_an_object_is_that_of_its_document(s3: Any, there: dict[str, Any]) -> None:
    owner = s3.get_object_acl(**there)["Owner"]
    everybody = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
    grants = [{"Grantee": everybody, "Permission": "READ"}]
    s3.put_object_acl(**there, AccessControlPolicy={"Owner": owner, "Grants": grants})
    assert s3.get_object_acl(**there)["Grants"] == grants


def test_an_acl_is_of_an_object_and_a_version_that_are_there(s3: Any, there: dict[str, Any]) -> None:
    policy = {"Owner": s3.get_object_acl(**there)["Owner"], "Grants": []}
    absent = {**there, "Key": "absent"}
    assert refused(s3.put_object_acl, **absent, AccessControlPolicy=policy)[:2] == (404, "NoSuchKey")
    version = {**there, "VersionId": "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"}
    assert refused(s3.put_object_acl, **version, AccessControlPolicy=policy)[:2] == (404, "NoSuchVersion")


def test_rules_of_a_lifecycle_are_told_as_they_were_put(s3: Any, there: dict[str, Any]) -> None:
    bucket = {"Bucket": there["Bucket"]}
    wanted: dict[str, Any] = {
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "a", "ObjectSizeGreaterThan": 5}},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2},
    }
    s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": [wanted]})
    [rule] = s3.get_bucket_lifecycle_configuration(**bucket)["Rules"]
    assert (bool(rule.pop("ID")), rule) == (True, wanted)
    s3.delete_bucket_lifecycle(**bucket)
    assert refused(s3.get_bucket_lifecycle_configuration, **bucket)[:2] == (404, "NoSuchLifecycleConfiguration")
