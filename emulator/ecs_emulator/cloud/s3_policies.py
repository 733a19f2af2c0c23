"""Policies of buckets: whether a document is one that S3 takes.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from ecs_emulator.cloud.errors import AwsError

_VERSIONS = ("2008-10-17", "2012-10-17")
_FIELDS = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"),
}
# Settings of buckets, each with an action that gets it and one that puts it.
_SETTINGS = (
    *("AccelerateConfiguration", "AnalyticsConfiguration", "BucketAbac", "BucketAcl", "BucketCORS", "BucketLogging"),
    *("BucketNotification", "BucketObjectLockConfiguration", "BucketOwnershipControls", "BucketPolicy"),
    *("BucketPublicAccessBlock", "BucketRequestPayment", "BucketTagging", "BucketVersioning", "BucketWebsite"),
    *("EncryptionConfiguration", "IntelligentTieringConfiguration", "InventoryConfiguration"),
    *("LifecycleConfiguration", "MetricsConfiguration", "ReplicationConfiguration"),
)
_ON_BUCKETS = {
    *(f"{verb}{setting}" for verb in ("Get", "Put") for setting in _SETTINGS),
    *(f"{verb}BucketMetadataTableConfiguration" for verb in ("Create", "Delete", "Get")),
    *(f"UpdateBucketMetadata{table}TableConfiguration" for table in ("Inventory", "Journal")),
    *("CreateBucket", "DeleteBucket", "DeleteBucketPolicy", "DeleteBucketWebsite", "GetBucketLocation"),
    *("GetBucketPolicyStatus", "ListBucket", "ListBucketMultipartUploads", "ListBucketVersions"),
    *("ListTagsForResource", "TagResource", "UntagResource"),
}
_ON_OBJECTS = {
    *(f"{verb}Object{version}" for verb in ("Delete", "Get", "Put") for version in ("", "Tagging", "VersionTagging")),
    *(f"{verb}Object{part}" for verb in ("Get", "Put") for part in ("Acl", "LegalHold", "Retention", "VersionAcl")),
    *(f"GetObject{part}" for part in ("Attributes", "Torrent", "Version", "VersionAttributes", "VersionTorrent")),
    *(f"Replicate{part}" for part in ("Delete", "Object", "Tags")),
    *("AbortMultipartUpload", "BypassGovernanceRetention", "DeleteObjectVersion", "GetObjectVersionForReplication"),
    *("InitiateReplication", "ListMultipartUploadParts", "ObjectOwnerOverrideToBucketOwner", "RestoreObject"),
    *("DeleteObjectAnnotation", "GetObjectAnnotation", "ListObjectAnnotations", "PutObjectAnnotation"),
}
_PRINCIPALS = {"AWS", "CanonicalUser", "Federated", "Service"}
_AWS_PRINCIPAL = re.compile(r"\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::(\d{12}|cloudfront):.+|A[A-Z0-9]{19,}")
_OPERATOR = re.compile(
    r"(For(All|Any)(Values|Value):)?(String(Not)?(Equals(IgnoreCase)?|Like)|Numeric((Not)?Equals|(Less|Greater)Than"
    r"(Equals)?)|Date((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)"
    r"|Null)(IfExists)?"
)


def check(document: bytes, bucket: str) -> None:
    """Hold a document against what S3 takes as the policy of a bucket. Raises AwsError: MalformedPolicy."""
    try:
        policy = json.loads(document)
    except (ValueError, RecursionError):
        policy = None
    problem = next(_problems(policy, bucket), None)
    if problem:
        raise AwsError("MalformedPolicy", problem)


def _problems(policy: Any, bucket: str) -> Iterator[str]:
    if not isinstance(policy, dict):
        yield "Policies must be valid JSON and the first byte must be '{'"
        return
    yield from (f"Unknown field {name}" for name in policy.keys() - {"Version", "Id", "Statement"})
    if policy.get("Version", _VERSIONS[0]) not in _VERSIONS:
        yield "The policy must contain a valid version string"
    if "Statement" not in policy:
        yield "Missing required field Statement"
        return
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    if not statements:
        yield "Could not parse the policy: Statement is empty!"
    for statement in statements:
        if isinstance(statement, dict):
            yield from _of_statement(statement, bucket)
        else:
            yield "Could not parse the policy: Statement is no object"


def _of_statement(statement: dict[str, Any], bucket: str) -> Iterator[str]:
    yield from (f"Unknown field {name}" for name in statement.keys() - _FIELDS)
    if statement.get("Effect", "Allow") not in ("Allow", "Deny"):
        yield f"Invalid effect: {statement['Effect']}"
    for name in ("Effect", "Principal", "Action", "Resource"):
        if name not in statement and f"Not{name}" not in statement:
            yield f"Missing required field {name}"
    if not _are_principals(statement.get("Principal", statement.get("NotPrincipal", "*"))):
        yield "Invalid principal in policy"
    actions = _texts(statement.get("Action", statement.get("NotAction", [])))
    resources = _texts(statement.get("Resource", statement.get("NotResource", [])))
    kinds = [_kinds(each) for each in actions]
    if not all(kinds):
        yield "Policy has invalid action"
    if not all(_is_in(bucket, each) for each in resources):
        yield "Policy has invalid resource"
    # A wildcard without a slash before it stands for both.
    named = {"object" for each in resources if "/" in each or "*" in each}
    named |= {"bucket" for each in resources if "/" not in each}
    if "Action" in statement and "Resource" in statement and not all(kind & named for kind in kinds):
        yield "Action does not apply to any resource(s) in statement"
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict) or not all(isinstance(each, dict) for each in conditions.values()):
        yield "Could not parse the policy: Condition is no object"
        return
    yield from (f"Invalid Condition type : {name}" for name in conditions if not _OPERATOR.fullmatch(name))
    keys = [key for condition in conditions.values() for key in condition]
    if not all(re.fullmatch(r"[A-Za-z0-9-]+:\S+", key) for key in keys):
        yield "Policy has an invalid condition key"


def _are_principals(principal: Any) -> bool:
    if not isinstance(principal, dict):
        return bool(principal == "*")
    if not principal or principal.keys() - _PRINCIPALS:
        return False
    named = _texts(principal.get("AWS", []))
    return all(_texts(each) for each in principal.values()) and all(_AWS_PRINCIPAL.fullmatch(each) for each in named)


def _is_in(bucket: str, resource: str) -> bool:
    """True for an ARN of the bucket, or of objects in it, by whatever wildcards."""
    found = re.fullmatch(r"arn:aws[a-z-]*:s3:::([^/]+)(/.*)?", resource, re.DOTALL)
    return found is not None and fnmatchcase(bucket, found[1])


def _kinds(action: str) -> set[str]:
    """Kinds of resource that an action, or one that its wildcards stand for, is on; empty where there is none."""
    service, _, name = action.lower().partition(":")
    if action == "*":
        return {"bucket", "object"}
    if service != "s3":
        return set()
    kinds = {"bucket": _ON_BUCKETS, "object": _ON_OBJECTS}
    return {kind for kind, actions in kinds.items() if any(fnmatchcase(each.lower(), name) for each in actions)}


def _texts(value: Any) -> list[str]:
    values: Iterable[Any] = value if isinstance(value, list) else [value]
    return [str(each) for each in values]
