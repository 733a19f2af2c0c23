"""The client of the hot calls beside boto3's own: the same wire, the same errors, the same rows."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError, CredentialRetrievalError
from botocore.session import Session

from app.kit import aws
from app.kit.dynamodb import InDoubt, NotApplied, Table
from app.kit.event_loop import run
from tests.conftest import Rows

UNREADABLE = [b"<html>a proxy's page</html>", b"[1, 2]", b'"text"', b"", b"{}", b'{"Item": {"Likes": 3}}']


class Store:
    """Answers each connection's requests with the next of `answers` (status and body; None hangs up), then the last."""

    def __init__(self, answers: Sequence[tuple[int, bytes] | None]) -> None:
        self.asked: list[bytes] = []
        self._answers = list(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(OSError):
                    self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        head = connection.recv(65_536)
        self.asked.append(head)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer is not None:
            status, body = answer
            start = f"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(start.encode() + body)


def table_at(url: str, monkeypatch: pytest.MonkeyPatch) -> Table:
    """The table as the application has it whose environment names this endpoint."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
    return Table(aws.dynamodb("us-east-1"), "mysfits")


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    @contextmanager
    def serve(*answers: tuple[int, bytes] | None) -> Iterator[tuple[Table, Store]]:
        store = Store(answers)
        try:
            yield table_at(store.url, monkeypatch), store
        finally:
            store.close()

    return serve


def an_error(code: str, message: str = "", **more: Any) -> bytes:
    return json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, **more}).encode()


CALLS: dict[str, Callable[[Table], Any]] = {
    "get": lambda table: run(table.get({"MysfitId": "a"})),
    "update": lambda table: run(table.update({"MysfitId": "a"}, UpdateExpression="ADD Likes :one")),
    "pages": lambda table: run(table.pages("Scan")),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, an_error("ProvisionedThroughputExceededException"), NotApplied),
        (400, an_error("ThrottlingException"), NotApplied),
        (400, an_error("InvalidSignatureException", "Signature expired: 20260101T000000Z"), NotApplied),
        (400, an_error("InvalidSignatureException", "The request signature does not match"), ClientError),
        (400, an_error("ResourceNotFoundException"), ClientError),
        (400, an_error("AccessDeniedException"), ClientError),
        (500, an_error("InternalServerError"), InDoubt),
        (503, b"<html>busy</html>", InDoubt),
    ],
)
def test_errors_are_the_same_by_either_client(
    serving: Callable[..., Any], call: str, status: int, body: bytes, error: type[Exception]
) -> None:
    with serving((status, body)) as (table, _), pytest.raises(error):
        CALLS[call](table)


@pytest.mark.parametrize("body", UNREADABLE)
@pytest.mark.parametrize("call", ["get", "update"])
def test_an_answer_that_cannot_be_read_is_in_doubt(serving: Callable[..., Any], call: str, body: bytes) -> None:
    with serving((200, body)) as (table, _), pytest.raises(InDoubt):
        CALLS[call](table)


@pytest.mark.parametrize("passing", [None, (500, b""), (400, an_error("ThrottlingException"))])
def test_a_read_is_sent_again_after_a_passing_error(serving: Callable[..., Any], passing: Any) -> None:
    row = b'{"Item": {"MysfitId": {"S": "a"}}, "ConsumedCapacity": {}}'
    with serving(passing, passing, (200, row)) as (table, store):
        assert run(table.get({"MysfitId": "a"})) == {"MysfitId": "a"}
        assert len(store.asked) == 3


@pytest.mark.parametrize("answer", [(400, an_error("ResourceNotFoundException")), (403, b"")])
def test_a_read_is_not_sent_again_after_an_error_that_stays(serving: Callable[..., Any], answer: Any) -> None:
    with serving(answer) as (table, store):
        with pytest.raises(ClientError):
            run(table.get({"MysfitId": "a"}))
        assert len(store.asked) == 1


@pytest.mark.parametrize("lost", [None, (500, b"")])
def test_a_write_is_sent_once(serving: Callable[..., Any], lost: Any) -> None:
    """When only its answer was lost, a second would be applied again."""
    with serving(lost) as (table, store):
        with pytest.raises(InDoubt):
            run(table.update({"MysfitId": "a"}, UpdateExpression="ADD Likes :one"))
        assert len(store.asked) == 1


def test_a_store_that_is_not_there_has_applied_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(NotApplied):
        run(table_at(url, monkeypatch).update({"MysfitId": "a"}, UpdateExpression="ADD Likes :one"))


@pytest.mark.parametrize("is_tls", [False, True])
def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, is_tls: bool) -> None:
    proxy = Store([(502, b"no")])
    scheme = "https" if is_tls else "http"
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises((InDoubt, NotApplied)):
        run(
            table_at(f"{scheme}://dynamodb.example:8443", monkeypatch).update(
                {"MysfitId": "a"}, UpdateExpression="ADD Likes :one"
            )
        )
    proxy.close()
    start = b"CONNECT dynamodb.example:8443 " if is_tls else b"POST http://dynamodb.example:8443/ "
    assert [start] == [each[: len(start)] for each in proxy.asked]


def test_a_certificate_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers is no TLS at all; the bundle of the environment is read."""
    store = Store([(200, b"{}")])
    with pytest.raises(InDoubt):
        run(
            table_at(store.url.replace("http:", "https:"), monkeypatch).update(
                {"MysfitId": "a"}, UpdateExpression="ADD Likes :one"
            )
        )
    store.close()


def test_credentials_that_change_are_used_from_the_next_call_on(
    serving: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving((200, b'{"ConsumedCapacity": {}}')) as (table, store):
        credentials = table._dynamodb._session.get_credentials()
        run(table.get({"MysfitId": "a"}))
        monkeypatch.setattr(credentials, "access_key", "another")
        monkeypatch.setattr(credentials, "token", "a-token")
        run(table.get({"MysfitId": "a"}))
    assert [
        next(each for each in (b"Credential=key/", b"Credential=another/") if each in asked) for asked in store.asked
    ] == [b"Credential=key/", b"Credential=another/"]
    assert [b"a-token" in asked for asked in store.asked] == [False, True]


@pytest.mark.parametrize("is_over", [False, True])
def test_credentials_that_have_to_be_renewed_hold_up_nobody_else(
    serving: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, is_over: bool
) -> None:
    """A role's are asked for over HTTP, by code that waits."""
    asked_in: list[int] = []

    class OfARole:
        def refresh_needed(self) -> bool:
            return is_over

        def get_frozen_credentials(self) -> ReadOnlyCredentials:
            asked_in.append(threading.get_ident())
            return ReadOnlyCredentials("key", "secret", None)

    async def here() -> int:
        return threading.get_ident()

    with serving((200, b'{"ConsumedCapacity": {}}')) as (table, _):
        monkeypatch.setattr(table._dynamodb._session, "get_credentials", OfARole)
        assert run(table.get({"MysfitId": "a"})) is None
    assert [thread == run(here()) for thread in asked_in] == [not is_over]


def test_without_credentials_nothing_is_applied_and_the_next_call_looks_again(
    serving: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving((200, b'{"ConsumedCapacity": {}}')) as (table, _):
        session = table._dynamodb._session
        monkeypatch.setattr(session, "get_credentials", lambda: None)
        with pytest.raises(NotApplied):
            run(table.get({"MysfitId": "a"}))
        monkeypatch.undo()
        monkeypatch.setattr(session, "get_credentials", boto3.Session("a", "b").get_credentials)
        assert run(table.get({"MysfitId": "a"})) is None


def test_a_client_that_is_prepared_is_the_one_that_all_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "_prepared", {})
    aws.prepare("eu-central-1")
    assert aws.dynamodb("eu-central-1") is aws.dynamodb("eu-central-1")
    assert aws.dynamodb("us-east-1") is not aws.dynamodb("us-east-1")


def test_credentials_that_cannot_be_had_at_the_start_are_looked_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_session: Session) -> None:
        raise CredentialRetrievalError(provider="container-role", error_msg="not yet")

    monkeypatch.setattr(aws, "_prepared", {})
    with monkeypatch.context() as at_the_start:
        at_the_start.setattr(Session, "get_credentials", fail)
        aws.prepare("eu-central-1")
        with pytest.raises(CredentialRetrievalError):
            aws.dynamodb("eu-central-1")
    assert aws.dynamodb("eu-central-1")


def test_rows_are_those_that_boto3_gives(session: boto3.Session, table: Table, table_name: str, rows: Rows) -> None:
    item: dict[str, Any] = {
        "MysfitId": "a",
        "Likes": Decimal("12345678901234567890123456789012345678"),
        "Age": Decimal("-1.5"),
        "Adopted": True,
        "Nothing": None,
        "Picture": b"\x00\xff",
        "Names": {"a", "b"},
        "Numbers": {Decimal(1), Decimal(2)},
        "More": {"deep": [Decimal(1), {"x": "é😀"}, None, False]},
        "Empty": "",
    }
    theirs = session.resource("dynamodb", config=Config(region_name="us-east-1")).Table(table_name)
    theirs.put_item(Item=item)
    assert theirs.get_item(Key={"MysfitId": "a"})["Item"] == run(table.get({"MysfitId": "a"}))
    updated = run(
        table.update(
            {"MysfitId": "a"},
            UpdateExpression="SET #more = :more, Small = :small, Huge = :huge, Yes = :yes",
            ExpressionAttributeNames={"#more": "More"},
            ExpressionAttributeValues={":more": [Decimal("0.1")], ":small": "é", ":huge": 2**100, ":yes": True},
        )
    )
    assert rows.get("a") == updated
    assert (2**100, [Decimal("0.1")], True) == (updated["Huge"], updated["More"], updated["Yes"])
