from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.moto_s3 import is_bucket_name
from ecs_emulator.local import REGION


@pytest.mark.parametrize("name", ["abc", "a.b-c", "3buckets", "a" * 63, "bucket.example.com", "1.2.3"])
def test_a_bucket_may_have_this_name(name: str) -> None:
    assert is_bucket_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("ab", "a" * 64, "Bad_Name", "bad_name", "Upper", "-a-b", "a-b-", ".ab", "a..b", "192.168.5.4"),
        *("xn--bucket", "sthree-bucket", "bucket-s3alias", "bucket--ol-s3", "with space", "ä-bucket"),
    ],
)
def test_no_bucket_has_this_name(name: str) -> None:
    assert not is_bucket_name(name)


def test_a_name_that_no_bucket_has_is_refused(cloud: Cloud) -> None:
    s3 = boto3.client("s3", region_name=REGION, config=Config(s3={"addressing_style": "path"}))
    with pytest.raises(ClientError) as error:
        s3.create_bucket(Bucket="bad_name")
    assert error.value.response["Error"]["Code"] == "InvalidBucketName"
    s3.create_bucket(Bucket="good-name")
    s3.delete_bucket(Bucket="good-name")
