"""Exports of tables to S3: with a prefix or none, under ARNs of their own, and found by them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import Any
from uuid import uuid4

from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table_export import TableExport
from moto.dynamodb.responses import DynamoHandler

from ecs_emulator.cloud.moto_overrides import override, replace

OPERATIONS = ("DescribeExport", "DescribeImport", "ExportTableToPointInTime", "ListExports")


class _Bucket:
    """S3 for one export: keys begin with their first name."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def put_object(self, key_name: str, **given: Any) -> None:
        self._backend.put_object(key_name=key_name.removeprefix("/"), **given)


def install() -> None:
    """Export so from now on, in this process."""
    override(DynamoHandler, "export_table_to_point_in_time", _exported)
    override(DynamoHandler, "list_exports", _listed)
    override(DynamoDBBackend, "list_exports", _found)
    for kind in ("export", "import"):
        replace(DynamoDBBackend, f"describe_{kind}", _of_arn(kind))
    override(TableExport, "__init__", _made)
    override(TableExport, "_backup_to_s3_file", _backed_up)


class NotFound(DynamodbException):
    """Error of an ARN that no export, or no import, has; `kind` is which of them."""

    def __init__(self, kind: str, arn: str) -> None:
        what = kind.title()
        super().__init__(f"{ERROR_TYPE_PREFIX}{what}NotFoundException", f"{what} not found: {arn}")


def _made(before: Any, export: TableExport, *args: Any, **kwargs: Any) -> None:
    before(export, *args, **kwargs)
    export.arn = f"{export.table.table_arn}/export/{int(time() * 1000):014d}-{uuid4().hex[:8]}"


def _of_arn(kind: str) -> Callable[[DynamoDBBackend, str], Any]:
    def described(backend: DynamoDBBackend, arn: str) -> Any:
        there: dict[str, Any] = getattr(backend, f"table_{kind}s")
        if arn not in there:
            raise NotFound(kind, arn)
        return there[arn]

    return described


def _listed(before: Any, handler: DynamoHandler) -> Any:
    """moto fails without a table."""
    handler.body = {"TableArn": "", **handler.body}
    return before(handler)


def _found(before: Any, backend: DynamoDBBackend, table_arn: str) -> list[TableExport]:
    found: list[TableExport] = before(backend, table_arn) if table_arn else list(backend.table_exports.values())
    return found


def _exported(before: Any, handler: DynamoHandler) -> Any:
    """moto fails without a prefix."""
    has_prefix = "S3Prefix" in handler.body
    handler.body = {"S3Prefix": "", **handler.body}
    answered: Any = before(handler)
    if not has_prefix:
        del answered.result["ExportDescription"]["S3Prefix"]
    return answered


def _backed_up(before: Any, export: TableExport, s3_backend: Any) -> None:
    before(export, _Bucket(s3_backend))
