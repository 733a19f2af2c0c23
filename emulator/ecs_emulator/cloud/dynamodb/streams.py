"""Streams of DynamoDB: what is no stream, shard or iterator is refused as the service refuses it.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodbstreams.models import DynamoDBStreamsBackend

from ecs_emulator.cloud.dynamodb.enumerations import check_value
from ecs_emulator.cloud.moto_overrides import override

OPERATIONS = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
_KINDS = ("TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
_NO_OBJECT = (AssertionError, AttributeError, LookupError, TypeError, ValueError, ResourceNotFoundException)


def install() -> None:
    """Answer so from now on, in this process."""
    override(DynamoDBStreamsBackend, "list_streams", _listed)
    for name in ("describe_stream", "get_shard_iterator", "get_records"):
        override(DynamoDBStreamsBackend, name, _refused(name))


def _refused(name: str) -> Callable[..., Any]:
    def answered(before: Any, backend: DynamoDBStreamsBackend, *args: Any, **kwargs: Any) -> Any:
        if name == "get_shard_iterator":
            _check_iterator(*args, **kwargs)
        try:
            found = before(backend, *args, **kwargs)
            if name != "get_records":
                _check_label(backend, args[0])
        except _NO_OBJECT as error:
            if name == "get_records":
                raise MockValidationException("Invalid ShardIterator") from error
            what = "Stream" if name == "describe_stream" else "Shard"
            raise ResourceNotFoundException(
                f"Requested resource not found: {what}: {args[0] if what == 'Stream' else args[1]} not found"
            ) from error
        return found

    return answered


def _check_iterator(_arn: str, _shard: str, kind: str, sequence_number: str | None = None) -> None:
    """Raises MockValidationException."""
    check_value("shardIteratorType", kind, _KINDS)
    if kind.endswith("SEQUENCE_NUMBER") and sequence_number is None:
        raise MockValidationException(f"A SequenceNumber is required for the ShardIteratorType {kind}")


def _listed(before: Any, backend: DynamoDBStreamsBackend, table_name: str | None = None) -> Any:
    if table_name is not None and table_name not in backend.dynamodb.tables:
        raise ResourceNotFoundException(table_name=table_name)
    return before(backend, table_name)


def _check_label(backend: DynamoDBStreamsBackend, arn: str) -> None:
    """Raises LookupError for the stream that a table had before, or never had."""
    table = backend._get_table_from_arn(arn)
    if arn != f"{table.table_arn}/stream/{table.latest_stream_label}":
        raise LookupError(arn)
