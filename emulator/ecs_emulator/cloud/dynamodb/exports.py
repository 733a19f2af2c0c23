"""Exports of tables to S3, whose objects have a prefix or none.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models.table_export import TableExport
from moto.dynamodb.responses import DynamoHandler

_export = DynamoHandler.export_table_to_point_in_time
_back_up = TableExport._backup_to_s3_file


class _Bucket:
    """S3 for one export: keys begin with their first name."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def put_object(self, key_name: str, **given: Any) -> None:
        self._backend.put_object(key_name=key_name.removeprefix("/"), **given)


def install() -> None:
    """Export so from now on, in this process."""
    setattr(DynamoHandler, "export_table_to_point_in_time", _exported)  # noqa: B010 (it is no method to mypy)
    setattr(TableExport, "_backup_to_s3_file", _backed_up)  # noqa: B010


def _exported(handler: DynamoHandler) -> Any:
    """moto fails without a prefix."""
    has_prefix = "S3Prefix" in handler.body
    handler.body = {"S3Prefix": "", **handler.body}
    answered: Any = _export(handler)
    if not has_prefix:
        del answered.result["ExportDescription"]["S3Prefix"]
    return answered


def _backed_up(export: TableExport, s3_backend: Any) -> None:
    _back_up(export, _Bucket(s3_backend))  # type: ignore[arg-type]
