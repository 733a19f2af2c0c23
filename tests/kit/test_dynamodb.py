"""What is asked of DynamoDB, word for word, where no stand-in would show the difference."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError

from app.kit import aws
from app.kit.dynamodb import InDoubt, NotApplied, Table


class Client:
    """A client that keeps what it was asked, and answers or raises what it was made with."""

    def __init__(self, outcome: Any) -> None:
        self.asked: dict[str, Any] = {}
        self._outcome = outcome

    def get_item(self, **asked: Any) -> Any:
        self.asked = asked
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def table(client: Client) -> Table:
    return Table(aws.DynamoDB(reads=cast("Any", client), writes=cast("Any", None)), "mysfits")


def test_a_row_is_read_consistently() -> None:
    """An eventually consistent read may miss a like that was answered; the local cloud has none of those."""
    client = Client({"Item": {"MysfitId": "a"}})
    assert table(client).get({"MysfitId": "a"}) == {"MysfitId": "a"}
    assert client.asked == {"TableName": "mysfits", "Key": {"MysfitId": "a"}, "ConsistentRead": True}


def error(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetItem")  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("outcome", "ours"),
    [
        (error("ProvisionedThroughputExceededException", 400), NotApplied),
        (error("ThrottlingException", 400), NotApplied),
        (error("RequestLimitExceeded", 400), NotApplied),
        (NoCredentialsError(), NotApplied),
        (error("InternalServerError", 500), InDoubt),
        (error("ServiceUnavailable", 503), InDoubt),
        (ReadTimeoutError(endpoint_url="x"), InDoubt),
        (error("AccessDeniedException", 400), ClientError),
        (error("ResourceNotFoundException", 400), ClientError),
    ],
)
def test_errors_are_told_apart_by_what_they_leave_behind(outcome: Exception, ours: type[Exception]) -> None:
    with pytest.raises(ours) as raised:
        table(Client(outcome)).get({"MysfitId": "a"})
    assert type(raised.value) is ours
