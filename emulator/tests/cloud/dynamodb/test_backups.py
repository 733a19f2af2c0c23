"""Backups and exports of DynamoDB's tables by an unmodified client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

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
    assert export["ExportArn"].startswith(f"{arn}/export/")
    for found in (dynamodb.list_exports(), dynamodb.list_exports(TableArn=arn)):
        assert export["ExportArn"] in [each["ExportArn"] for each in found["ExportSummaries"]]
    for describe, code in (
        (lambda: dynamodb.describe_export(ExportArn=f"{arn}/export/none-such-as-this-is-there"), "ExportNotFound"),
        (lambda: dynamodb.describe_import(ImportArn=f"{arn}/import/none-such-as-this-is-there"), "ImportNotFound"),
    ):
        with pytest.raises(ClientError, match=code):
            describe()
    (kept,) = s3.list_objects_v2(Bucket=five)["Contents"]
    assert kept["Key"].startswith(begins)


def test_a_backup_tells_all_of_its_table(dynamodb: DynamoDBClient, five: str) -> None:
    dynamodb.update_time_to_live(TableName=five, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    table = dynamodb.describe_table(TableName=five)["Table"]
    made = dynamodb.create_backup(TableName=five, BackupName="first")["BackupDetails"]
    assert made["BackupSizeBytes"] == 5 * len("ppsan1gg")
    own = {each: table[each] for each in ("TableName", "TableId", "TableArn")}
    (summary,) = dynamodb.list_backups(TableName=five)["BackupSummaries"]
    assert summary == {**own, **made}
    arn = made["BackupArn"]
    found = dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
    source, features = found["SourceTableDetails"], found["SourceTableFeatureDetails"]
    assert {**source, **own} == source
    assert (source["BillingMode"], source["ItemCount"]) == ("PAY_PER_REQUEST", 5)
    assert source["TableCreationDateTime"] == table["CreationDateTime"]
    assert [each["IndexName"] for each in features["GlobalSecondaryIndexes"]] == ["ByG"]
    assert [each["IndexName"] for each in features["LocalSecondaryIndexes"]] == ["ByN"]
    assert features["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}
    assert features["StreamDescription"]["StreamEnabled"] is True
    restored = dynamodb.restore_table_from_backup(TargetTableName=f"{five}-again", BackupArn=arn)["TableDescription"]
    assert restored["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert restored["TableId"] != table["TableId"]
    dynamodb.delete_table(TableName=f"{five}-again")
    assert dynamodb.delete_backup(BackupArn=arn)["BackupDescription"]["SourceTableDetails"] == source


def test_backups_have_pages(dynamodb: DynamoDBClient, table: str) -> None:
    made = [
        dynamodb.create_backup(TableName=table, BackupName=f"number-{each}")["BackupDetails"]["BackupArn"]
        for each in range(3)
    ]
    page = dynamodb.list_backups(TableName=table, Limit=2)
    last = page["LastEvaluatedBackupArn"]
    rest = dynamodb.list_backups(TableName=table, Limit=2, ExclusiveStartBackupArn=last)
    assert "LastEvaluatedBackupArn" not in rest
    found = [each["BackupArn"] for each in page["BackupSummaries"] + rest["BackupSummaries"]]
    assert found == sorted(made)
    assert dynamodb.list_backups(TableName=table, BackupType="SYSTEM")["BackupSummaries"] == []
    for each in made:
        dynamodb.delete_backup(BackupArn=each)
