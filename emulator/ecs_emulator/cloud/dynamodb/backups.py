"""Backups of DynamoDB's tables: all that the service tells of them, a page of them, tables that are made of them.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDescription.html
"""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Backup, Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from ecs_emulator.cloud.dynamodb.tables import table_id
from ecs_emulator.cloud.moto_overrides import override, replace

OPERATIONS = (
    *("CreateBackup", "DeleteBackup", "DescribeBackup", "ListBackups"),
    *("RestoreTableFromBackup", "RestoreTableToPointInTime"),
)
_PAGE = 100
# Members of a table's description that its backup has as well.
_OF_FEATURES = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes", "SSEDescription")
_OF_INDEXES = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput")


def install() -> None:
    """Keep backups so from now on, in this process."""
    replace(Backup, "details", property(_details))
    replace(Backup, "summary", property(_summary))
    replace(Backup, "description", property(_description))
    replace(DynamoHandler, "list_backups", _listed)
    override(DynamoDBBackend, "restore_table_from_backup", _restored)
    override(DynamoDBBackend, "restore_table_to_point_in_time", _restored_to_moment)


def _details(backup: Backup) -> dict[str, Any]:
    return {
        "BackupArn": backup.arn,
        "BackupName": backup.name,
        "BackupSizeBytes": _size(backup.table),
        "BackupStatus": backup.status,
        "BackupType": backup.type,
        "BackupCreationDateTime": backup.creation_date_time,
    }


def _summary(backup: Backup) -> dict[str, Any]:
    table = backup.table
    return {
        **{"TableName": table.name, "TableId": table_id(table), "TableArn": table.table_arn},
        **_details(backup),
    }


def _description(backup: Backup) -> dict[str, Any]:
    table = backup.table
    told = table.describe()["TableDescription"]
    source = {each: told[each] for each in ("TableName", "TableId", "TableArn", "KeySchema", "ItemCount")}
    source |= {
        "BillingMode": told["BillingModeSummary"]["BillingMode"],
        "ProvisionedThroughput": told["ProvisionedThroughput"],
        "TableCreationDateTime": told["CreationDateTime"],
        "TableSizeBytes": _size(table),
    }
    features: dict[str, Any] = {each: told[each] for each in _OF_FEATURES if each in told}
    for kind in _OF_FEATURES[:2]:
        if kind in features:
            features[kind] = [{each: index[each] for each in _OF_INDEXES if each in index} for index in features[kind]]
    if "StreamSpecification" in told:
        features["StreamDescription"] = told["StreamSpecification"]
    if table.ttl["TimeToLiveStatus"] == "ENABLED":
        features["TimeToLiveDescription"] = table.ttl
    return {
        "BackupDetails": _details(backup),
        "SourceTableDetails": source,
        **({"SourceTableFeatureDetails": features} if features else {}),
    }


def _listed(handler: DynamoHandler) -> DynamoResult:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html"""
    given = handler.body
    found = handler.dynamodb_backend.list_backups(given.get("TableName"))
    lower, upper = (given.get(each) for each in ("TimeRangeLowerBound", "TimeRangeUpperBound"))
    kinds = {"USER": ("USER",), "ALL": ("USER", "SYSTEM", "AWS_BACKUP")}.get(given.get("BackupType", "ALL"), ())
    found = [
        each
        for each in sorted(found, key=lambda each: str(each.arn))
        if each.type in kinds
        and (lower is None or each.creation_date_time.timestamp() >= lower)
        and (upper is None or each.creation_date_time.timestamp() < upper)
        and each.arn > given.get("ExclusiveStartBackupArn", "")
    ]
    page = found[: given.get("Limit", _PAGE)]
    answered: dict[str, Any] = {"BackupSummaries": [_summary(each) for each in page]}
    if len(found) > len(page):
        answered["LastEvaluatedBackupArn"] = page[-1].arn
    return DynamoResult(answered)


def _restored(before: Any, backend: DynamoDBBackend, target_table_name: str, backup_arn: str) -> Any:
    made = before(backend, target_table_name, backup_arn)
    made.billing_mode = backend.get_backup(backup_arn).table.billing_mode
    return made


def _restored_to_moment(before: Any, backend: DynamoDBBackend, target_table_name: str, source_table_name: str) -> Any:
    made = before(backend, target_table_name, source_table_name)
    made.billing_mode = backend.get_table(source_table_name).billing_mode
    return made


def _size(table: Table) -> int:
    return sum(item.size() for item in table.all_items())
