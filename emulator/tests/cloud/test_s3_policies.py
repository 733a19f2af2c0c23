"""Policies of buckets are those that S3 takes; the others are MalformedPolicy, in its words."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from emulator.tests.cloud.wire import refused


@pytest.fixture(scope="module")
def s3(cloud: Cloud) -> Any:
    return boto3.client("s3", REGION)


ALLOWED = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::policies/*"}


def statement(**changed: Any) -> str:
    stated = {name: value for name, value in {**ALLOWED, **changed}.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [stated]})


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        *((each, "Policies must be valid JSON and the first byte must be '{'") for each in ("", "{", "[]", '"x"')),
        ("{}", "Missing required field Statement"),
        ('{"Statement": []}', "Could not parse the policy: Statement is empty!"),
        (json.dumps({"Version": "2012-10-18", "Statement": ALLOWED}), "The policy must contain a valid version string"),
        *(
            (statement(**{each: None}), f"Missing required field {each}")
            for each in ("Action", "Effect", "Principal", "Resource")
        ),
        (statement(Nonsense=1), "Unknown field Nonsense"),
        (statement(Effect="Maybe"), "Invalid effect: Maybe"),
        *(
            (statement(Principal=each), "Invalid principal in policy")
            for each in ("me", {"AWS": "me"}, {"Who": "*"}, {})
        ),
        *(
            (statement(Action=each), "Policy has invalid action")
            for each in ("GetObject", "s3:ListObjects", "ec2:*", "s3:Get")
        ),
        *(
            (statement(Resource=each), "Policy has invalid resource")
            for each in ("arn:aws:s3:::others/*", "policies/*")
        ),
        (statement(Action="s3:ListBucket"), "Action does not apply to any resource(s) in statement"),
        (statement(Resource="arn:aws:s3:::policies"), "Action does not apply to any resource(s) in statement"),
        (statement(Condition={"Nonsense": {"aws:a": "b"}}), "Invalid Condition type : Nonsense"),
        (statement(Condition={"StringEquals": {"a": "b"}}), "Policy has an invalid condition key"),
    ],
)
def test_a_policy_that_is_none_is_refused(s3: Any, policy: str, message: str) -> None:
    s3.create_bucket(Bucket="policies")
    assert refused(s3.put_bucket_policy, Bucket="policies", Policy=policy) == (400, "MalformedPolicy", message)


@pytest.mark.parametrize(
    "changed",
    [
        {"Action": ["s3:*"], "Resource": ["arn:aws:s3:::policies", "arn:aws:s3:::policies/*"]},
        {"Action": "s3:Get*", "Principal": {"AWS": ["123456789012", "arn:aws:iam::123456789012:role/a"]}},
        {"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}},
        {"Action": "s3:getobject", "Resource": "arn:aws:s3:::pol*"},
        {"Action": "s3:PutObject", "Principal": {"Service": "logging.s3.amazonaws.com"}},
        {"Condition": {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-*"}}},
    ],
)
def test_a_policy_as_people_write_it_is_taken(s3: Any, changed: dict[str, Any]) -> None:
    s3.create_bucket(Bucket="policies")
    s3.put_bucket_policy(Bucket="policies", Policy=statement(**changed))
    s3.delete_bucket_policy(Bucket="policies")


def test_a_policy_for_everybody_may_be_blocked(s3: Any) -> None:
    s3.create_bucket(Bucket="policies")
    s3.put_public_access_block(Bucket="policies", PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    assert refused(s3.put_bucket_policy, Bucket="policies", Policy=statement())[:2] == (403, "AccessDenied")
    s3.put_bucket_policy(Bucket="policies", Policy=statement(Principal={"AWS": "123456789012"}))
    s3.delete_public_access_block(Bucket="policies")
    s3.put_bucket_policy(Bucket="policies", Policy=statement())
    s3.delete_bucket_policy(Bucket="policies")
