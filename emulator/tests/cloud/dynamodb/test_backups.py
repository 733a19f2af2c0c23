"""Backups and exports of DynamoDB's tables by an unmodified client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from ecs_emulator.local import REGION
from emulator.tests.support.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.mark.parametrize(("prefix", "begins"), [({}, "AWSDynamoDB/"), ({"S3Prefix": "a/b"}, "a/b/AWSDynamoDB/")])
def test_a_table_is_exported_with_a_prefix_and_without(
    dynamodb: DynamoDBClient, five: str, prefix: Any, begins: str
) -> None:
    s3 = boto3.client("s3", REGION)
    s3.create_bucket(Bucket=five)
    point: Any = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=five, PointInTimeRecoverySpecification=point)
    arn = dynamodb.describe_table(TableName=five)["Table"]["TableArn"]
    export = dynamodb.export_table_to_point_in_time(TableArn=arn, S3Bucket=five, **prefix)["ExportDescription"]
    assert export.get("S3Prefix") == prefix.get("S3Prefix")

    def is_done() -> bool:
        found = dynamodb.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]
        return found["ExportStatus"] == "COMPLETED"

    until(is_done, "the export")
    (kept,) = s3.list_objects_v2(Bucket=five)["Contents"]
    assert kept["Key"].startswith(begins)
