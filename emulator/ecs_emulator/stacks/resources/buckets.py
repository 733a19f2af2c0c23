"""S3 buckets and their policies."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from ecs_emulator.stacks.resources.coercion import call
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
    handler_message,
)
from ecs_emulator.stacks.schema import MAP, TEXT
from ecs_emulator.stacks.templates import TemplateError

_SETTINGS = {
    # property: the operation that sets it, the one that takes it away
    "BucketEncryption": ("PutBucketEncryption", "DeleteBucketEncryption"),
    "OwnershipControls": ("PutBucketOwnershipControls", "DeleteBucketOwnershipControls"),
    "PublicAccessBlockConfiguration": ("PutPublicAccessBlock", "DeletePublicAccessBlock"),
    "Tags": ("PutBucketTagging", "DeleteBucketTagging"),
    "VersioningConfiguration": ("PutBucketVersioning", ""),
    "WebsiteConfiguration": ("PutBucketWebsite", "DeleteBucketWebsite"),
}


def _create(context: Context, name: str, properties: Properties) -> PhysicalResource:
    _check(properties)
    s3 = context.client("s3")
    name = properties.get("BucketName", name.lower())
    s3.create_bucket(Bucket=name)
    physical = PhysicalResource(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{context.region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website.{context.region}.amazonaws.com",
        },
    )
    with finishing(physical):
        _set(s3, name, {}, properties)
    return physical


def _update(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
    _check(after)
    _set(context.client("s3"), physical.ref, before, after)
    return physical


def _delete(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("s3").delete_bucket(Bucket=physical.ref)


def _check(properties: Properties) -> None:
    for name in properties:
        if name not in _SETTINGS and name != "BucketName":
            raise TemplateError(f"AWS::S3::Bucket.{name} is not emulated here.")


def _set(s3: Any, bucket: str, before: Properties, after: Properties) -> None:
    for name in changed(before, after) & _SETTINGS.keys():
        put, delete = _SETTINGS[name]
        if name not in after and not delete:
            raise TemplateError(f"AWS::S3::Bucket.{name} cannot be taken away, on S3 neither.")
        operation, request = (put, _as_api(name, after[name])) if name in after else (delete, {})
        call(s3, operation, {"Bucket": bucket, **request})


def _as_api(name: str, value: Any) -> Properties:
    match name:
        case "BucketEncryption":
            rules = [
                {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
                if "ServerSideEncryptionByDefault" in rule
                else rule
                for rule in value["ServerSideEncryptionConfiguration"]
            ]
            return {"ServerSideEncryptionConfiguration": {"Rules": rules}}
        case "Tags":
            return {"Tagging": {"TagSet": value}}
        case "WebsiteConfiguration":
            return {name: _website(value)}
    return {name: value}


def _website(value: Properties) -> Properties:
    for name in value:
        if name not in ("IndexDocument", "ErrorDocument"):
            raise TemplateError(f"WebsiteConfiguration.{name} is not emulated here.")
    website: Properties = {"IndexDocument": {"Suffix": value["IndexDocument"]}}
    if "ErrorDocument" in value:
        website["ErrorDocument"] = {"Key": value["ErrorDocument"]}
    return website


def _create_policy(context: Context, name: str, properties: Properties) -> PhysicalResource:
    bucket = properties["Bucket"]
    try:
        context.client("s3").get_bucket_policy(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return _put_policy(context, name, properties)
    raise TemplateError(handler_message(f"The bucket policy already exists on bucket {bucket}.", "AlreadyExists"))


def _put_policy(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    document = json.dumps(properties["PolicyDocument"])
    context.client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=document)
    return PhysicalResource(properties["Bucket"])


def _delete_policy(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("s3").delete_bucket_policy(Bucket=physical.ref)


BUCKET = Provider(
    _create,
    _update,
    _delete,
    replaced_by=frozenset({"BucketName"}),
    name="BucketName",
    schema={
        "BucketEncryption?": {"ServerSideEncryptionConfiguration": [MAP]},
        "BucketName?": TEXT,
        "Tags?": TAGS,
        "WebsiteConfiguration?": {"IndexDocument": TEXT, "ErrorDocument?": TEXT},
    },
)
BUCKET_POLICY = Provider(
    _create_policy,
    lambda context, _physical, _before, after: _put_policy(context, "", after),
    _delete_policy,
    replaced_by=frozenset({"Bucket"}),
    schema={"Bucket": TEXT, "PolicyDocument": MAP},
)
