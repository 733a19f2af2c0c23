"""Streams of DynamoDB: what is no stream, shard or iterator is refused as the service refuses it.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodbstreams.models import DynamoDBStreamsBackend

OPERATIONS = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
_NO_OBJECT = (AssertionError, AttributeError, LookupError, TypeError, ValueError, ResourceNotFoundException)


def install() -> None:
    """Answer so from now on, in this process."""
    for name in ("describe_stream", "get_shard_iterator", "get_records"):
        setattr(DynamoDBStreamsBackend, name, _refused(name, getattr(DynamoDBStreamsBackend, name)))


def _refused(name: str, answer: Callable[..., Any]) -> Callable[..., Any]:
    def answered(backend: DynamoDBStreamsBackend, *args: Any, **kwargs: Any) -> Any:
        try:
            found = answer(backend, *args, **kwargs)
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


def _check_label(backend: DynamoDBStreamsBackend, arn: str) -> None:
    """Raises LookupError for the stream that a table had before, or never had."""
    table = backend._get_table_from_arn(arn)
    if arn != f"{table.table_arn}/stream/{table.latest_stream_label}":
        raise LookupError(arn)
