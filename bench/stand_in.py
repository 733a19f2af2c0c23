"""A stand-in for DynamoDB with a set latency: `python -m bench.stand_in PORT MILLISECONDS MYSFITS`.

It is not the bottleneck: one process answers some ten thousand calls a second, each after the set time, so what a run
measures is the application. It knows the four operations that the application sends, counts them (`GET /calls`), and
refuses everything else. It does not evaluate conditions: exactness is tested against the local cloud.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

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


class InMemoryStore:
    """Rows that come into being when they are first asked for; `listed` of them are in every list."""

    def __init__(self, listed: int) -> None:
        self.calls: Counter[str] = Counter()
        self._likes: Counter[str] = Counter()
        self._list = json.dumps({"Items": [self._row(f"mysfit-{number}") for number in range(listed)]}).encode()

    def answer(self, operation: str, body: bytes) -> bytes:
        self.calls[operation] += 1
        if operation in ("Scan", "Query"):
            return self._list
        request = json.loads(body)
        mysfit_id = request["Key"]["MysfitId"]["S"]
        if operation == "UpdateItem":
            self._likes[mysfit_id] += int(request["ExpressionAttributeValues"][":count"]["N"])
            return json.dumps({"Attributes": self._row(mysfit_id)}).encode()
        if operation == "GetItem":
            cost = {"TableName": request["TableName"], "CapacityUnits": 1.0}
            return json.dumps({"Item": self._row(mysfit_id), "ConsumedCapacity": cost}).encode()
        raise ValueError(f"{operation} is not known here.")

    def _row(self, mysfit_id: str) -> dict[str, Any]:
        return {"MysfitId": {"S": mysfit_id}, **ROW, "Likes": {"N": str(self._likes[mysfit_id])}}


class StandInConnection(asyncio.Protocol):
    """One keep-alive connection: requests with a Content-Length, answered one after the other."""

    def __init__(self, store: InMemoryStore, latency: float) -> None:
        self._store = store
        self._latency = latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        fields = {
            name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in head.split(b"\r\n"))
        }
        length = int(fields.get(b"content-length", 0))
        if len(rest) < length:
            return
        body, self._received = rest[:length], rest[length:]
        if head.startswith(b"GET /calls "):
            self._send(json.dumps(self._store.calls).encode())
            return
        answer = self._store.answer(fields[b"x-amz-target"].rpartition(b".")[2].decode(), body)
        asyncio.get_running_loop().call_later(self._latency, self._send, answer)

    def _send(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def serve(port: int, latency: float, listed: int) -> None:
    store = InMemoryStore(listed)
    make: Callable[[], StandInConnection] = lambda: StandInConnection(store, latency)  # noqa: E731
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000, int(sys.argv[3])))
