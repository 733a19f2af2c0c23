"""A stand-in for DynamoDB with a set latency: `python -m bench.stand_in PORT MILLISECONDS MYSFITS`.

One process answers some thirty thousand calls a second, each after the set time, with what the call asked to have
returned: whoever makes a call for each request shall not pay for this machine's data store as well. It runs on uvloop,
which the peers bring. It knows the four operations that are measured, counts them (`GET /calls`), and refuses
everything else. A row is there when it is called `mysfit-NUMBER`; no other condition is evaluated: exactness is tested
against the local cloud.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import uvloop

ROW = {
    "Name": {"S": "Ozzy"},
    "Species": {"S": "Ogre"},
    "Description": {"S": "Keeps bees. " * 25},
    "Age": {"N": "77"},
    "GoodEvil": {"S": "Good"},
    "LawChaos": {"S": "Chaotic"},
    "ThumbImageUri": {"S": "images/ozzy.svg"},
    "ProfileImageUri": {"S": "images/ozzy.svg"},
    "Adopted": {"BOOL": False},
}
_ROW = json.dumps(ROW)[1:-1]
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TARGET = re.compile(rb"\r\nx-amz-target: *\w+\.(\w+)", re.IGNORECASE)
_ADDED = re.compile(r"ADD Likes (:\w+)")
_COST = '"ConsumedCapacity": {"TableName": "mysfits", "CapacityUnits": 1.0}'
_FAILED = {
    "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
    "message": "The conditional request failed",
}


class InMemoryStore:
    """Rows that come into being when they are first asked for; `listed` of them are in every list."""

    def __init__(self, listed: int) -> None:
        self.calls: Counter[str] = Counter()
        self._likes: Counter[str] = Counter()
        rows = (self._row(f"mysfit-{number}") for number in range(listed))
        self._list = f'{{"Items": [{", ".join(rows)}]}}'

    def answer(self, operation: str, body: bytes) -> tuple[int, str]:
        """Status and body. Raises ValueError where it does not know the operation."""
        self.calls[operation] += 1
        if operation in ("Scan", "Query"):
            return 200, self._list
        request = json.loads(body)
        mysfit_id = request["Key"]["MysfitId"]["S"]
        is_there = mysfit_id.startswith("mysfit-")
        if operation == "GetItem":
            parts = [f'"Item": {self._row(mysfit_id)}'] if is_there else []
            return 200, f"{{{', '.join([*parts, *([_COST] if 'ReturnConsumedCapacity' in request else [])])}}}"
        if operation == "UpdateItem":
            added = _ADDED.search(request["UpdateExpression"])
            if added is None:
                raise ValueError("An update that adds no likes is not known here.")
            if not is_there:
                return 400, json.dumps(_FAILED)
            self._likes[mysfit_id] += int(request["ExpressionAttributeValues"][added[1]]["N"])
            everything = request["ReturnValues"] == "ALL_NEW"
            return 200, f'{{"Attributes": {self._row(mysfit_id) if everything else self._count(mysfit_id)}}}'
        raise ValueError(f"{operation} is not known here.")

    def _row(self, mysfit_id: str) -> str:
        return f'{{"MysfitId": {{"S": "{mysfit_id}"}}, {_ROW}, {self._count(mysfit_id)[1:]}'

    def _count(self, mysfit_id: str) -> str:
        return f'{{"Likes": {{"N": "{self._likes[mysfit_id]}"}}}}'


class StandInConnection(asyncio.Protocol):
    """One keep-alive connection: requests with a Content-Length, answered one after the other."""

    def __init__(self, store: InMemoryStore, latency: float) -> None:
        self._store = store
        self._latency = latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._later = asyncio.get_running_loop().call_later

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = _LENGTH.search(head)
        if length is not None and len(rest) < int(length[1]):
            return
        self._received = b""
        if head.startswith(b"GET /calls "):
            self._send(200, json.dumps(self._store.calls))
            return
        target = _TARGET.search(head)
        self._later(self._latency, self._send, *self._store.answer(target[1].decode() if target else "", rest))

    def _send(self, status: int, body: str) -> None:
        head = f"HTTP/1.1 {status} \r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write((head + body).encode())


async def serve(port: int, latency: float, listed: int) -> None:
    store = InMemoryStore(listed)
    make: Callable[[], StandInConnection] = lambda: StandInConnection(store, latency)  # noqa: E731
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000, int(sys.argv[3])))
