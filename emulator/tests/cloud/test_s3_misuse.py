"""What S3 refuses of a request, in its own words: arguments, documents, methods and chunks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ecs_emulator.cloud import sigv4_chunks
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from emulator.tests.cloud.wire import BODY, ask, refused, signed_for

PART = "Part number must be an integer between 1 and 10000, inclusive"
COPY = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"
TAG_KEY = "The TagKey you have provided is invalid"


ARGUMENTS: list[tuple[str, dict[str, Any], str, str]] = [
    *(("list_objects", {"MaxKeys": each}, "InvalidArgument", "Provided max-keys not an integer") for each in ("a", "")),
    *(
        (f"list_object{each}", {"MaxKeys": -1}, "InvalidArgument", "Argument maxKeys must")
        for each in ("s_v2", "_versions")
    ),
    ("list_objects_v2", {"ContinuationToken": "x"}, "InvalidArgument", "The continuation token provided is incorrect"),
    ("list_objects_v2", {"EncodingType": "x"}, "InvalidArgument", "Invalid Encoding Method specified in Request"),
    ("list_object_versions", {"VersionIdMarker": "x"}, "InvalidArgument", "A version-id marker cannot be specified"),
    ("list_multipart_uploads", {"MaxUploads": "x"}, "InvalidArgument", "Provided max-uploads not an integer"),
    ("get_object", {"VersionId": "x"}, "InvalidArgument", "Invalid version id specified"),
    *(("get_object", {"PartNumber": each}, "InvalidArgument", PART) for each in ("x", 0, 10_001)),
    ("get_object", {"PartNumber": 2}, "InvalidPartNumber", "The requested partnumber is not satisfiable"),
    ("get_object", {"PartNumber": 1, "Range": "bytes=0-1"}, "InvalidRequest", "Cannot specify both Range header and"),
    ("get_object", {"Range": "bytes=10-"}, "InvalidRange", "The requested range is not satisfiable"),
    ("get_object", {"Key": "é" * 513}, "KeyTooLongError", "Your key is too long"),
    ("put_object", {"ACL": "x"}, "InvalidArgument", "The canned ACL is none of private"),
    ("put_object", {"GrantRead": "x"}, "InvalidArgument", "Argument format not recognized"),
    ("put_object", {"ChecksumSHA256": "x"}, "InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid."),
    ("get_object", {"ExpectedBucketOwner": "111111111111"}, "AccessDenied", "Access Denied"),
    ("put_object", {"IfNoneMatch": "x"}, "NotImplemented", "A header you provided implies functionality"),
    ("put_object", {"Metadata": {"a": "x" * 2048}}, "MetadataTooLarge", "Your metadata headers exceed the maximum"),
    (
        "put_object",
        {"ServerSideEncryption": "x"},
        "InvalidArgument",
        "The encryption method specified is not supported",
    ),
    ("put_object", {"SSECustomerAlgorithm": "AES256"}, "InvalidRequest", "must be made over a secure connection"),
    ("put_object", {"Tagging": "a=1&a=2"}, "InvalidArgument", "The header 'x-amz-tagging' shall be encoded as UTF-8"),
    *(("copy_object", {"CopySource": each}, "InvalidArgument", COPY) for each in ("", "/", "a-bucket", "a-bucket/")),
    ("copy_object", {"CopySource": "b/k?versionId=x"}, "InvalidArgument", "Invalid version id specified"),
    ("copy_object", {"CopySource": "b/k", "MetadataDirective": "x"}, "InvalidArgument", "Unknown metadata directive."),
    ("copy_object", {"CopySource": "b/k", "TaggingDirective": "x"}, "InvalidArgument", "Unknown tagging directive."),
    ("get_object_attributes", {"ObjectAttributes": ["x"]}, "InvalidArgument", "Invalid attribute name specified."),
    ("get_object_attributes", {"ObjectAttributes": []}, "InvalidRequest", "is either missing or empty"),
    ("delete_object_tagging", {"Key": "missing"}, "NoSuchKey", "The specified key does not exist."),
    ("get_object_retention", {}, "InvalidRequest", "Bucket is missing"),
    ("get_object_legal_hold", {}, "InvalidRequest", "Bucket is missing"),
]


@pytest.mark.parametrize(("operation", "given", "code", "message"), ARGUMENTS)
def test_an_argument_that_s3_does_not_take_is_refused(
    s3: Any, there: dict[str, Any], operation: str, given: dict[str, Any], code: str, message: str
) -> None:
    place = there if "object" in operation and "list" not in operation else {"Bucket": there["Bucket"]}
    _, told, words = refused(getattr(s3, operation), **{**place, **given})
    assert (told, words) == (code, words)
    assert message in words


def rules(**rule: Any) -> dict[str, Any]:
    given = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, **rule}
    return {"LifecycleConfiguration": {"Rules": [given]}}


def tags(*keys: str, value: str = "x") -> dict[str, Any]:
    return {"Tagging": {"TagSet": [{"Key": key, "Value": value} for key in keys]}}


DAY = {"Days": 1}
DOCUMENTS: list[tuple[str, dict[str, Any], str, str]] = [
    *(
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": each}}, "MalformedXML", MALFORMED)
        for each in ("On", "")
    ),
    ("put_bucket_versioning", {"VersioningConfiguration": {}}, "IllegalVersioningConfigurationException", "must be"),
    ("put_bucket_lifecycle_configuration", rules(), "InvalidRequest", "At least one action needs to be specified"),
    ("put_bucket_lifecycle_configuration", rules(Expiration={"Days": 0}), "InvalidArgument", "must be a positive"),
    ("put_bucket_lifecycle_configuration", rules(Expiration=DAY, ID="a" * 256), "InvalidArgument", "limit of 255"),
    ("put_bucket_lifecycle_configuration", rules(Expiration=DAY, Status="On"), "MalformedXML", MALFORMED),
    ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": []}}, "MalformedXML", MALFORMED),
    (
        "put_bucket_lifecycle_configuration",
        {"LifecycleConfiguration": {"Rules": rules(Expiration=DAY)["LifecycleConfiguration"]["Rules"] * 2}},
        *("InvalidArgument", "Rule ID must be unique."),
    ),
    *(
        (f"put_{each}_tagging", tags("a", "a"), "InvalidTag", "multiple Tags with the same key")
        for each in ("object", "bucket")
    ),
    *((f"put_{each}_tagging", tags(""), "InvalidTag", TAG_KEY) for each in ("object", "bucket")),
    ("put_object_tagging", tags("a", value="x" * 257), "InvalidTag", "The TagValue you have provided is invalid"),
    ("put_object_tagging", tags(*"abcdefghijk"), "BadRequest", "Object tags cannot be greater than 10"),
    ("delete_objects", {"Delete": {"Objects": [{"Key": "a"}] * 1001}}, "MalformedXML", MALFORMED),
    (
        "put_bucket_cors",
        {"CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*.*"]}]}},
        *("InvalidRequest", "can not have more than one wildcard"),
    ),
    (
        "create_bucket",
        {"CreateBucketConfiguration": {"LocationConstraint": "x"}},
        "InvalidLocationConstraint",
        "is not valid",
    ),
]


@pytest.mark.parametrize(("operation", "given", "code", "message"), DOCUMENTS)
def test_a_document_with_what_s3_does_not_take_is_refused(
    s3: Any, there: dict[str, Any], operation: str, given: dict[str, Any], code: str, message: str
) -> None:
    place = there if operation.endswith("object_tagging") else {"Bucket": there["Bucket"]}
    place = {"Bucket": "refused-and-new"} if operation == "create_bucket" else place
    _, told, words = refused(getattr(s3, operation), **place, **given)
    assert (told, message in words) == (code, True)


TOPIC = {"TopicArn": f"arn:aws:sns:{REGION}:123456789012:t", "Events": ["s3:ObjectCreated:*"]}
PREFIX = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "a"}]}}
KMS = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/a"}
GRANT = {"Grantee": {"Type": "CanonicalUser", "ID": "a"}, "Permission": "READ"}


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("put_bucket_acl", {"AccessControlPolicy": {"Owner": {"ID": "a"}, "Grants": [GRANT]}}),
        ("put_bucket_accelerate_configuration", {"AccelerateConfiguration": {"Status": "Enabled"}}),
        (
            "put_bucket_encryption",
            {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": KMS}]}},
        ),
        ("put_bucket_lifecycle_configuration", rules(Expiration={"Date": datetime(2090, 1, 1, tzinfo=UTC)})),
        ("put_bucket_lifecycle_configuration", rules(Filter={}, Transitions=[{"Days": 0, "StorageClass": "GLACIER"}])),
        ("put_bucket_logging", {"BucketLoggingStatus": {}}),
        (
            "put_bucket_notification_configuration",
            {"NotificationConfiguration": {"TopicConfigurations": [{**TOPIC, "Filter": PREFIX}]}},
        ),
        ("put_bucket_notification_configuration", {"NotificationConfiguration": {}}),
        ("put_bucket_ownership_controls", {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}),
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled", "MFADelete": "Disabled"}}),
        ("put_public_access_block", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}),
        ("delete_objects", {"Delete": {"Objects": [{"Key": "<&>é"}]}}),
    ],
)
def test_a_document_as_people_write_it_is_taken(
    s3: Any, there: dict[str, Any], operation: str, given: dict[str, Any]
) -> None:
    getattr(s3, operation)(Bucket=there["Bucket"], **given)


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        *(("DELETE", f"/{{Bucket}}{each}", (405, "MethodNotAllowed")) for each in ("?acl", "?versioning", "/k?acl")),
        ("DELETE", "/{Bucket}/k?retention", (405, "MethodNotAllowed")),
        ("DELETE", "/", (405, "MethodNotAllowed")),
        ("PUT", "/", (405, "MethodNotAllowed")),
        ("PUT", "/{Bucket}/k?partNumber=1", (400, "InvalidArgument")),
        ("PUT", "/{Bucket}/k?uploadId=x", (400, "InvalidArgument")),
        ("POST", "/{Bucket}/k", (405, "MethodNotAllowed")),
        ("POST", "/{Bucket}", (412, "PreconditionFailed")),
    ],
)
def test_what_cannot_be_done_to_a_subresource_is_not_done_to_its_object(
    cloud: Cloud, s3: Any, there: dict[str, Any], method: str, path: str, answer: tuple[int, str]
) -> None:
    """To delete the ACL of a bucket was to delete the bucket."""
    told = ask(cloud, b"", method, path.format(**there), Authorization=signed_for("s3"))
    assert (told.status, told.headers["x-amzn-ErrorType"]) == answer
    assert s3.get_object(**there)["Body"].read() == BODY


@pytest.mark.parametrize(
    ("body", "is_whole"),
    [
        (b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", True),
        (b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", True),
        *((each, False) for each in (b"", b"hello", b"5\r\nhel", b"5\r\nhello\r\n", b"4\r\nhell\r\n0\r\n\r\n")),
    ],
)
def test_chunks_of_which_some_are_missing_are_no_body(body: bytes, is_whole: bool) -> None:
    assert sigv4_chunks.are_whole(body, "5") is is_whole
