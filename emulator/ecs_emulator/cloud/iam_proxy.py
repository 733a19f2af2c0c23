"""IAM proxy in front of a local cloud: DynamoDB and Logs calls pass only when a role's policies allow them.

moto's own enforcement knows no resource: it would let a role with one table write every table.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud.dynamodb.partiql.grammar import Exists, Select, parsed
from ecs_emulator.cloud.dynamodb.partiql.lexer import InvalidStatement
from ecs_emulator.cloud.iam import CannotJudge, allows

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_BATCHES = {"BatchGetItem", "BatchWriteItem"}
_TRANSACTIONS = {"TransactGetItems", "TransactWriteItems"}
_ITEM_ACTIONS = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
# Statements of a call. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
_STATEMENTS: dict[str, Callable[[Mapping[str, Any]], Sequence[Mapping[str, Any]]]] = {
    "ExecuteStatement": lambda body: [body],
    "BatchExecuteStatement": lambda body: body.get("Statements", []),
    "ExecuteTransaction": lambda body: body.get("TransactStatements", []),
}


class IamProxy:
    """A WSGI application that passes on to the cloud at `url` what `policies` allow; `denied` lists the rest."""

    def __init__(self, url: str, policies: Sequence[Mapping[str, Any]], region: str, account: str) -> None:
        self._url = url
        self._policies = policies
        self._here = f"{region}:{account}"
        self.passed: set[tuple[str, str]] = set()
        self.denied: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        target = request.headers.get("X-Amz-Target", "")
        try:
            required = required_permissions(target, request.get_json(force=True, silent=True) or {}, self._here)
            forbidden = [each for each in required if not allows(self._policies, *each)]
        except CannotJudge as problem:
            return self._deny(str(problem))
        if forbidden:
            action, resource = forbidden[0]
            return self._deny(f"not authorized to perform: {action} on resource: {resource}")
        self.passed |= set(required)
        return self._passed_on(request)

    def _deny(self, message: str) -> Response:
        self.denied.append(message)
        document = {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": message}
        return Response(json.dumps(document), status=400, content_type="application/x-amz-json-1.0")

    def _passed_on(self, request: Request) -> Response:
        # The host, too, is signed.
        headers = dict(request.headers.items())
        onward = urllib.request.Request(  # noqa: S310 (the local cloud)
            self._url, request.get_data(), headers, method=request.method
        )
        try:
            answer = urllib.request.urlopen(onward, timeout=10)  # noqa: S310 (the same)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Response(answer.read(), status=answer.status, content_type=answer.headers["Content-Type"])


def required_permissions(target: str, body: Mapping[str, Any], here: str) -> list[tuple[str, str]]:
    """The actions and ARNs that a call (`X-Amz-Target`, body) needs. Raises CannotJudge."""
    service, _, operation = target.partition(".")
    if service.startswith("DynamoDB_"):
        return [(f"dynamodb:{action}", arn) for action, arn in _rows(operation, body, here)]
    if service.startswith("Logs_"):
        return [(f"logs:{operation}", _log_arn(body, here))]
    raise CannotJudge(f"The call {target or 'without a target'} cannot be judged here.")


def _rows(operation: str, body: Mapping[str, Any], here: str) -> list[tuple[str, str]]:
    def arn(table: str) -> str:
        return table if table.startswith("arn:") else f"arn:aws:dynamodb:{here}:table/{table}"

    if operation in _BATCHES:
        return _some([(operation, arn(table)) for table in body.get("RequestItems", {})])
    if operation in _TRANSACTIONS:
        items = [each for item in body.get("TransactItems", []) for each in item.items()]
        return _some([(_ITEM_ACTIONS[kind], arn(item["TableName"])) for kind, item in items])
    if operation in _STATEMENTS:
        return _some([_of_statement(each, arn) for each in _STATEMENTS[operation](body)])
    table = arn(body["TableName"]) if "TableName" in body else "*"
    return [(operation, f"{table}/index/{body['IndexName']}" if "IndexName" in body else table)]


def _of_statement(given: Mapping[str, Any], arn: Callable[[str], str]) -> tuple[str, str]:
    try:
        statement = parsed(given.get("Statement", ""), given.get("Parameters") or ())
    except InvalidStatement as error:
        raise CannotJudge(f"A statement that is none cannot be judged here: {error}") from error
    select = statement.select if isinstance(statement, Exists) else statement
    table = arn(select.table)
    if isinstance(select, Select):
        return "PartiQLSelect", f"{table}/index/{select.index}" if select.index else table
    return f"PartiQL{type(select).__name__}", table


def _some(required_permissions: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if not required_permissions:
        raise CannotJudge("A call on no row at all cannot be judged here.")
    return required_permissions


def _log_arn(body: Mapping[str, Any], here: str) -> str:
    """As IAM's messages write it: what happens in a group is judged with the `log-stream:` after its name."""
    group = body.get("logGroupName") or body.get("logGroupIdentifier")
    if group is None:
        return "*"
    name = group if group.startswith("arn:") else f"arn:aws:logs:{here}:log-group:{group}"
    return f"{name}:log-stream:{body.get('logStreamName', '')}"
