"""Settings of S3 buckets: the operations that set and delete each, and their properties in the words of S3's API.

CloudFormation names them otherwise:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from __future__ import annotations

import re
from typing import Any

from ecs_emulator.stacks.resources.provider import Properties
from ecs_emulator.stacks.templates import TemplateError

# Property: the operation that sets it, the one that takes it away. An ACL needs the ownership of objects before it.
SETTINGS = {
    "BucketEncryption": ("PutBucketEncryption", "DeleteBucketEncryption"),
    "OwnershipControls": ("PutBucketOwnershipControls", "DeleteBucketOwnershipControls"),
    "AccessControl": ("PutBucketAcl", ""),
    "CorsConfiguration": ("PutBucketCors", "DeleteBucketCors"),
    "LifecycleConfiguration": ("PutBucketLifecycleConfiguration", "DeleteBucketLifecycle"),
    "PublicAccessBlockConfiguration": ("PutPublicAccessBlock", "DeletePublicAccessBlock"),
    "Tags": ("PutBucketTagging", "DeleteBucketTagging"),
    "VersioningConfiguration": ("PutBucketVersioning", ""),
    "WebsiteConfiguration": ("PutBucketWebsite", "DeleteBucketWebsite"),
}
_CORS = {
    "AllowedHeaders": "AllowedHeaders",
    "AllowedMethods": "AllowedMethods",
    "AllowedOrigins": "AllowedOrigins",
    "ExposedHeaders": "ExposeHeaders",
    "Id": "ID",
    "MaxAge": "MaxAgeSeconds",
}


def request(name: str, value: Any) -> Properties:
    """The input of the operation that sets a property, but for the bucket. Raises TemplateError."""
    match name:
        case "AccessControl":
            return {"ACL": re.sub(r"(?<!^)(?=[A-Z])", "-", str(value)).lower()}
        case "BucketEncryption":
            rules = [
                {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
                if "ServerSideEncryptionByDefault" in rule
                else rule
                for rule in value["ServerSideEncryptionConfiguration"]
            ]
            return {"ServerSideEncryptionConfiguration": {"Rules": rules}}
        case "CorsConfiguration":
            rules = [{_known(_CORS, key, name): each for key, each in rule.items()} for rule in value["CorsRules"]]
            return {"CORSConfiguration": {"CORSRules": rules}}
        case "LifecycleConfiguration":
            return {name: {"Rules": [_lifecycle_rule(rule) for rule in value["Rules"]]}}
        case "Tags":
            return {"Tagging": {"TagSet": value}}
        case "WebsiteConfiguration":
            return {name: _website(value)}
    return {name: value}


def _lifecycle_rule(rule: Properties) -> Properties:
    """A rule of a lifecycle. It is kept and shown; nothing expires here."""
    found: Properties = {}
    expiration: Properties = {}
    filters: Properties = {}
    for name, value in rule.items():
        match name:
            case "Id":
                found["ID"] = value
            case "Status" | "AbortIncompleteMultipartUpload" | "NoncurrentVersionExpiration":
                found[name] = value
            case "NoncurrentVersionExpirationInDays":
                found["NoncurrentVersionExpiration"] = {"NoncurrentDays": value}
            case "ExpirationInDays":
                expiration["Days"] = value
            case "ExpirationDate":
                expiration["Date"] = value
            case "ExpiredObjectDeleteMarker":
                expiration[name] = value
            case "Prefix" | "ObjectSizeGreaterThan" | "ObjectSizeLessThan":
                filters[name] = value
            case "TagFilters":
                filters["Tags"] = value
            case "Transition" | "Transitions":
                transitions = value if isinstance(value, list) else [value]
                found["Transitions"] = [_transition(each, "Days", "Date") for each in transitions]
            case "NoncurrentVersionTransition" | "NoncurrentVersionTransitions":
                transitions = value if isinstance(value, list) else [value]
                found["NoncurrentVersionTransitions"] = [_transition(each, "NoncurrentDays") for each in transitions]
            case _:
                raise TemplateError(f"LifecycleConfiguration.Rules.{name} is not emulated here.")
    several = len(filters) > 1 or "Tags" in filters
    return {**found, **({"Expiration": expiration} if expiration else {}),
            "Filter": {"And": filters} if several else filters or {"Prefix": ""}}  # fmt: skip


def _transition(given: Properties, days: str, date: str = "") -> Properties:
    names = {"StorageClass": "StorageClass", "TransitionInDays": days, "TransitionDate": date,
             "NewerNoncurrentVersions": "NewerNoncurrentVersions"}  # fmt: skip
    return {_known(names, name, "Transition"): value for name, value in given.items()}


def _known(names: dict[str, str], name: str, of: str) -> str:
    if not names.get(name):
        raise TemplateError(f"{of}.{name} is not emulated here.")
    return names[name]


def _website(value: Properties) -> Properties:
    website: Properties = {}
    for name, given in value.items():
        match name:
            case "IndexDocument":
                website[name] = {"Suffix": given}
            case "ErrorDocument":
                website[name] = {"Key": given}
            case "RedirectAllRequestsTo":
                website[name] = given
            case "RoutingRules":
                website[name] = [_routing_rule(rule) for rule in given]
            case _:
                raise TemplateError(f"WebsiteConfiguration.{name} is not emulated here.")
    return website


def _routing_rule(rule: Properties) -> Properties:
    names = {"RoutingRuleCondition": "Condition", "RedirectRule": "Redirect"}
    # A template may write the code as a number.
    return {
        _known(names, name, "RoutingRules"): {key: str(each) for key, each in value.items()}
        for name, value in rule.items()
    }
