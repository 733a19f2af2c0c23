"""Settings of a bucket reach S3 in its own words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.stacks.resources.bucket_settings import SETTINGS, request
from ecs_emulator.stacks.templates import TemplateError
from emulator.tests.stacks.stage import Stage

LIFECYCLE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"Id": "old", "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 30}},
        {
            "ID": "old",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "Filter": {"Prefix": ""},
        },
    ),
    (
        {"Status": "Enabled", "Prefix": "logs/", "ExpirationInDays": 7},
        {"Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 7}},
    ),
    (
        {"Status": "Enabled", "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 9}],
         "TagFilters": [{"Key": "a", "Value": "b"}]},
        {"Status": "Enabled", "Transitions": [{"StorageClass": "GLACIER", "Days": 9}],
         "Filter": {"And": {"Tags": [{"Key": "a", "Value": "b"}]}}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), LIFECYCLE)
def test_a_lifecycle_is_in_the_words_of_s3(rule: dict[str, Any], expected: dict[str, Any]) -> None:
    assert request("LifecycleConfiguration", {"Rules": [rule]}) == {"LifecycleConfiguration": {"Rules": [expected]}}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("LifecycleConfiguration", {"Rules": [{"Colour": "red"}]}, "LifecycleConfiguration.Rules.Colour"),
        ("LifecycleConfiguration", {"Rules": [{"Transition": {"Colour": "red"}}]}, "Transition.Colour"),
        ("CorsConfiguration", {"CorsRules": [{"Colour": "red"}]}, "CorsConfiguration.Colour"),
    ],
)
def test_what_is_not_known_is_refused_by_name(name: str, value: Any, message: str) -> None:
    with pytest.raises(TemplateError, match=f"{message} is not emulated here."):
        request(name, value)


def test_a_bucket_as_the_cdk_s_bootstrap_stack_has_it_is_made(stage: Stage, name: str) -> None:
    stage.deploy(name, BUCKET, Access="Private")
    s3 = stage.client("s3")
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket=f"{name}-assets")["Rules"]
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    [cors] = s3.get_bucket_cors(Bucket=f"{name}-assets")["CORSRules"]
    assert (cors["ExposeHeaders"], cors["MaxAgeSeconds"]) == (["ETag"], 60)
    stage.deploy(name, BUCKET, Access="PublicRead")
    assert any("AllUsers" in str(each) for each in s3.get_bucket_acl(Bucket=f"{name}-assets")["Grants"])
    stage.deploy(name, BUCKET.split("      CorsConfiguration")[0], Access="PublicRead")
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        s3.get_bucket_cors(Bucket=f"{name}-assets")


def test_each_setting_is_an_operation_of_s3(stage: Stage) -> None:
    operations = set(stage.client("s3").meta.service_model.operation_names)
    assert {each for pair in SETTINGS.values() for each in pair if each} <= operations


BUCKET = """
Parameters: {Access: {Type: String}}
Resources:
  Assets:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "${AWS::StackName}-assets"
      AccessControl: !Ref Access
      OwnershipControls: {Rules: [{ObjectOwnership: ObjectWriter}]}
      VersioningConfiguration: {Status: Enabled}
      LifecycleConfiguration:
        Rules: [{Id: parts, Status: Enabled, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 1}}]
      CorsConfiguration:
        CorsRules:
          - {AllowedMethods: [GET], AllowedOrigins: ["*"], ExposedHeaders: [ETag], MaxAge: 60}
"""
