"""What is asked of DynamoDB, word for word, where no stand-in would show the difference."""

from __future__ import annotations

import builtins
import errno
import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any, cast

import pytest
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from app.kit import aws
from app.kit.dynamodb import InDoubt, NotApplied, Refused, Table
from app.kit.event_loop import run


class Client:
    """A client that keeps what it was asked, and answers or raises what it was made with."""

    def __init__(self, outcome: Any) -> None:
        self.asked: dict[str, Any] = {}
        self._outcome = outcome

    async def read(self, operation: str, attempts: int, asked: Any) -> Any:
        self.asked = {"operation": operation, "attempts": attempts, **asked}
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    async def write(self, operation: str, asked: Any) -> Any:
        return await self.read(operation, 1, asked)


def table(client: Client) -> Table:
    return Table(cast("Any", client), "mysfits")


def test_a_row_is_read_consistently() -> None:
    """An eventually consistent read may miss a like that was answered; the local cloud has none of those."""
    client = Client({"Item": {"MysfitId": "a"}, "ConsumedCapacity": {}})
    assert run(table(client).get({"MysfitId": "a"})) == {"MysfitId": "a"}
    assert client.asked == {
        "operation": "GetItem",
        "attempts": 3,
        "TableName": "mysfits",
        "Key": {"MysfitId": "a"},
        "ConsistentRead": True,
        "ReturnConsumedCapacity": "TOTAL",
    }


ROW = b'{"Item": {"MysfitId": {"S": "a"}}, "ConsumedCapacity": {"CapacityUnits": 1.0, "TableName": "mysfits"}}'
WHOLE = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(ROW), ROW)


@pytest.mark.parametrize("length", [len(WHOLE) - len(ROW) - 2, len(WHOLE) - len(ROW), len(WHOLE) - 1])
def test_an_answer_that_breaks_off_is_not_a_row_that_is_not_there(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """botocore reads what breaks off behind its status as an empty answer, which is what GetItem says of no row."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(65_536)
                        connection.sendall(WHOLE[:length])

        threading.Thread(target=answer, daemon=True).start()
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(InDoubt):
            run(Table(aws.dynamodb("us-east-1"), "mysfits").get({"MysfitId": "a"}))
        listener.shutdown(socket.SHUT_RDWR)


def test_a_write_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{silent.getsockname()[1]}")
        table = Table(aws.dynamodb("us-east-1"), "mysfits")
        began = time.monotonic()
        with pytest.raises(InDoubt):
            run(
                table.update(
                    {"MysfitId": "a"}, UpdateExpression="ADD Likes :one", ExpressionAttributeValues={":one": 1}
                )
            )
        assert time.monotonic() - began < 4, "2 s, as docs/threat-model.md has it"


def error(code: str, status: int, message: str = "") -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "GetItem",
    )


@pytest.mark.parametrize(
    ("outcome", "ours"),
    [
        (error("ProvisionedThroughputExceededException", 400), NotApplied),
        (error("ThrottlingException", 400), NotApplied),
        (error("RequestLimitExceeded", 400), NotApplied),
        (error("InvalidSignatureException", 400, "Signature expired: 20260101T000000Z is now earlier"), NotApplied),
        (error("InvalidSignatureException", 400, "Signature not yet current: 20270101T000000Z"), NotApplied),
        (error("InvalidSignatureException", 400, "The request signature we calculated does not match"), ClientError),
        (NoCredentialsError(), NotApplied),
        (error("InternalServerError", 500), InDoubt),
        (error("ServiceUnavailable", 503), InDoubt),
        (ReadTimeoutError(endpoint_url="x"), InDoubt),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), InDoubt),
        (OSError(errno.ENFILE, os.strerror(errno.ENFILE)), InDoubt),
        (OSError(errno.EACCES, os.strerror(errno.EACCES)), PermissionError),
        (error("AccessDeniedException", 400), ClientError),
        (error("ResourceNotFoundException", 400), ClientError),
    ],
)
def test_errors_are_told_apart_by_what_they_leave_behind(outcome: Exception, ours: type[Exception]) -> None:
    with pytest.raises(ours) as raised:
        run(table(Client(outcome)).get({"MysfitId": "a"}))
    assert type(raised.value) is ours


@pytest.mark.parametrize(
    ("attributes", "row"),
    [({"Item": {"MysfitId": {"S": "a"}, "Likes": {"N": "7"}}}, {"MysfitId": "a", "Likes": 7}), ({}, None)],
)
def test_a_refused_write_brings_the_row_as_it_stands(attributes: dict[str, Any], row: dict[str, Any] | None) -> None:
    refusal = error("ConditionalCheckFailedException", 400)
    refusal.response.update(attributes)  # type: ignore[typeddict-item]
    with pytest.raises(Refused) as refused:
        run(table(Client(refusal)).update({"MysfitId": "a"}, UpdateExpression="ADD Likes :one"))
    assert refused.value.item == row


def test_credentials_that_are_over_when_they_come_change_nothing() -> None:
    """So it is in a task whose clock is a day ahead."""
    told = {"access_key": "a", "secret_key": "b", "token": "c", "expiry_time": "2026-01-01T00:00:00Z"}
    credentials = RefreshableCredentials.create_from_metadata(told, lambda: told, method="container-role")
    with pytest.raises(RuntimeError) as raised:
        credentials.get_frozen_credentials()
    with pytest.raises(NotApplied):
        run(table(Client(raised.value)).get({"MysfitId": "a"}))
    with pytest.raises(RuntimeError, match="another"):
        run(table(Client(RuntimeError("another"))).get({"MysfitId": "a"}))


def test_a_client_opens_no_file_after_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has run out of descriptors could not."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    with socket.create_server(("127.0.0.1", 0)) as gone:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"https://127.0.0.1:{gone.getsockname()[1]}")
    clients = aws.dynamodb("us-east-1")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(builtins, "open", refuse)
    with pytest.raises((EndpointConnectionError, ConnectTimeoutError)):
        run(clients.write("UpdateItem", {"TableName": "mysfits", "Key": {"MysfitId": "a"}}))
