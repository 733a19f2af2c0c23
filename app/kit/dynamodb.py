"""Gateway to one DynamoDB table: get, update, read all pages; and DynamoDB's errors as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
)
from botocore.parsers import ResponseParserError

from app.kit.attribute_values import Item, deserialize
from app.kit.dynamodb_client import DynamoDBClient
from app.kit.problems import Unavailable, is_out_of_files

# Given without having done anything, and passing.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
}
# How a refusal begins where this machine's clock is 15 minutes off. A wrong key has the same code, and does not pass.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
_WRONG_TIME = ("Signature expired", "Signature not yet current")
# What botocore says, in an error without a kind, where the credentials of a role are over when they come: the same.
_OVER = "refreshed credentials are still expired"
# The request never left this machine.
_NOT_SENT = (
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
)


# A read may be sent so often. A write is sent once: when only its answer was lost, a second would count a like twice.
_READS = 3


class Refused(Exception):
    """A write's condition did not hold. `item` is the row as it stands, None when there is none."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("The condition did not hold.")
        self.item = item


class NotApplied(Unavailable):
    """Throttled or unreachable: certainly nothing was changed."""


class InDoubt(Unavailable):
    """The answer was lost (time-out, reset, 5xx): a write may have been applied or not."""


class Table:
    """One table. Raises NotApplied or InDoubt where DynamoDB does not serve; other errors are our own faults."""

    def __init__(self, dynamodb: DynamoDBClient, name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    async def get(self, key: Item) -> Item | None:
        """The row at `key` as of the last answered write (a consistent read), or None."""
        with _translated():
            answer = await self._dynamodb.read(
                "GetItem",
                _READS,
                {"TableName": self._name, "Key": key, "ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"},
            )
        # No row is an answer without an item, and so is one that broke off; but only a whole one says what it cost.
        _part(answer, "ConsumedCapacity")
        return answer.get("Item")

    async def update(self, key: Item, **expressions: Any) -> Item:
        """One UpdateItem with the given expressions; the whole row as it is then. Raises Refused.

        Returned values cost no read units.
        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
        """
        with _translated():
            answer = await self._dynamodb.write(
                "UpdateItem",
                {
                    "TableName": self._name,
                    "Key": key,
                    "ReturnValues": "ALL_NEW",
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    **expressions,
                },
            )
        item: Item = _part(answer, "Attributes")
        return item

    async def pages(self, operation: Literal["Query", "Scan"], **parameters: Any) -> list[Item]:
        """Every item of a Query or Scan, over all its pages."""
        asked = {"TableName": self._name, **parameters}
        items: list[Item] = []
        while True:
            with _translated():
                answer = await self._dynamodb.read(operation, _READS, asked)
            items += _part(answer, "Items")
            if "LastEvaluatedKey" not in answer:
                return items
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _part(answer: Any, name: str) -> Any:
    if name not in answer:
        raise InDoubt("The data store did not answer as it should.")
    return answer[name]


def _row(refusal: ClientError) -> Item | None:
    """The row that comes with a refusal."""
    item: dict[str, Any] | None = refusal.response.get("Item")  # type: ignore[assignment]
    return item and deserialize(item)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            raise Refused(_row(error)) from error
        if code in _THROTTLED:
            raise NotApplied("Too many requests at once. Nothing was changed.") from error
        if code == "InvalidSignatureException" and error.response["Error"]["Message"].startswith(_WRONG_TIME):
            raise NotApplied("The data store takes another time for now. Nothing was changed.") from error
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise InDoubt("The data store did not answer as it should.") from error
        raise
    except RuntimeError as error:
        if _OVER not in str(error):
            raise
        raise NotApplied("The data store takes another time for now. Nothing was changed.") from error
    except _NOT_SENT as error:
        raise NotApplied("The data store cannot be reached. Nothing was changed.") from error
    except (BotoCoreError, ResponseParserError) as error:
        raise InDoubt("The data store did not answer in time.") from error
    except OSError as error:
        if not is_out_of_files(error):
            raise
        # Before the call or behind it: botocore opens files of its own wherever it first needs them.
        raise InDoubt("Too much is open at once.") from error
