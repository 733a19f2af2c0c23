"""S3 buckets and their policies."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from ecs_emulator.cloud.website_hosts import website_url
from ecs_emulator.stacks.names import shortened
from ecs_emulator.stacks.resources.bucket_settings import SETTINGS, request
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
from ecs_emulator.stacks.resources.stubs import check_names
from ecs_emulator.stacks.schema import MAP, TEXT
from ecs_emulator.stacks.templates import TemplateError

_LONGEST = 63  # characters: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html


def _create(context: Context, name: str, properties: Properties) -> PhysicalResource:
    check_names("AWS::S3::Bucket", properties)
    s3 = context.client("s3")
    name = properties.get("BucketName", shortened(name.lower().replace(".", "-"), _LONGEST))
    s3.create_bucket(Bucket=name)
    physical = PhysicalResource(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{context.region}.amazonaws.com",
            "WebsiteURL": website_url(name, urlsplit(s3.meta.endpoint_url).port or 80),
        },
    )
    with finishing(physical):
        _set(s3, name, {}, properties)
    return physical


def _update(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
    check_names("AWS::S3::Bucket", after)
    _set(context.client("s3"), physical.ref, before, after)
    return physical


def _delete(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("s3").delete_bucket(Bucket=physical.ref)


def _set(s3: Any, bucket: str, before: Properties, after: Properties) -> None:
    news = changed(before, after)
    for name, (put, delete) in SETTINGS.items():
        if name not in news:
            continue
        if name not in after and not delete:
            raise TemplateError(f"AWS::S3::Bucket.{name} cannot be taken away, on S3 neither.")
        operation, given = (put, request(name, after[name])) if name in after else (delete, {})
        call(s3, operation, {"Bucket": bucket, **given})


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
    effective=frozenset({"BucketName", *SETTINGS}),
    schema={
        "BucketEncryption?": {"ServerSideEncryptionConfiguration": [MAP]},
        "BucketName?": TEXT,
        "CorsConfiguration?": {"CorsRules": [MAP]},
        "LifecycleConfiguration?": {"Rules": [MAP]},
        "Tags?": TAGS,
        "WebsiteConfiguration?": {
            "IndexDocument?": TEXT,
            "ErrorDocument?": TEXT,
            "RedirectAllRequestsTo?": MAP,
            "RoutingRules?": [MAP],
        },
    },
)
BUCKET_POLICY = Provider(
    _create_policy,
    lambda context, _physical, _before, after: _put_policy(context, "", after),
    _delete_policy,
    replaced_by=frozenset({"Bucket"}),
    schema={"Bucket": TEXT, "PolicyDocument": MAP},
)
