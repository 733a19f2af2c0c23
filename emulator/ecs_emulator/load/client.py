"""Client connection, kept alive. What is sent once is counted once: nothing here tries again.

Written on asyncio's streams, which take a tenth of the processor time that `http.client` or urllib3 take for a request:
with 64 clients on the two cores that also run what is measured, the load must not be the bottleneck.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

REVISION = b"x-service-revision"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

REFUSED, RESET, CLOSED = "connection refused", "connection reset", "connection closed"
TIMED_OUT, UNREACHABLE, GARBAGE = "timed out", "unreachable", "no HTTP answer"


class Failed(Exception):
    """A request without an answer; the message is the kind of failure."""


class LoadResponse(NamedTuple):
    status: int
    revision: str  # as X-Service-Revision told it, else empty
    body: bytes
    says_when: bool = False  # to try again, by Retry-After


@dataclass(frozen=True)
class LoadEndpoint:
    """Endpoint of an API. `host` is what is connected to, `authority` what the Host header says."""

    host: str
    port: int
    authority: str
    prefix: str = ""
    tls_name: str | None = None

    @classmethod
    def at(cls, url: str) -> LoadEndpoint:
        """Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"{url!r} is no address of an API; write one such as http://localhost:8000.")
        secure = parts.scheme == "https"
        authority = parts.netloc.rpartition("@")[2]
        name = parts.hostname if secure else None
        return cls(parts.hostname, parts.port or (443 if secure else 80), authority, parts.path.rstrip("/"), name)


class LoadConnection:
    """Opened by the first request, and anew after one that failed or that the server closed."""

    def __init__(self, server: LoadEndpoint, patience: float) -> None:
        self._server = server
        self._patience = patience  # seconds for one request, connecting included
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> LoadResponse:
        """Send a request once; a body that begins as JSON does is said to be JSON, any other to be a form's.

        Raises Failed.
        """
        try:
            async with asyncio.timeout(self._patience):
                reader, writer = await self._opened()
                head = f"{method} {self._server.prefix}{path} HTTP/1.1\r\nHost: {self._server.authority}\r\n"
                length = "" if method in ("GET", "HEAD") else f"Content-Length: {len(body)}\r\n"
                if body:
                    length += f"Content-Type: {JSON if body.startswith((b'{', b'[')) else FORM}\r\n"
                writer.write(f"{head}{length}Accept: */*\r\n\r\n".encode() + body)
                answer, keep = await _answer(reader, method)
        except BaseException as error:
            self.close()
            if isinstance(error, (OSError, EOFError, ValueError, asyncio.LimitOverrunError)):
                raise Failed(kind(error)) from error
            raise
        if not keep:
            self.close()
        return answer

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        # A server may close an idle connection at any time. Nothing has been sent on it yet, so a new one is no retry.
        if self._reader is None or self._writer is None or self._reader.at_eof() or self._writer.is_closing():
            self.close()
            name = self._server.tls_name
            context = ssl.create_default_context() if name else None
            self._reader, self._writer = await asyncio.open_connection(
                self._server.host, self._server.port, ssl=context, server_hostname=name
            )
        return self._reader, self._writer

    def close(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended before
                self._writer.close()
        self._reader = self._writer = None


async def _answer(reader: asyncio.StreamReader, method: str) -> tuple[LoadResponse, bool]:
    """An answer, and whether the connection may be used again. RFC 9112, section 6.3, says where a body ends."""
    status = 100
    while 100 <= status < 200:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        if not first.startswith(b"HTTP/1."):
            raise ValueError(first)
        status = int(first.split(b" ", 2)[1])
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines if line)}
    keep = first.startswith(b"HTTP/1.1") and b"close" not in fields.get(b"connection", b"").lower()
    if method == "HEAD" or status in (204, 304):
        body = b""
    elif b"chunked" in fields.get(b"transfer-encoding", b"").lower():
        body = await _chunks(reader)
    elif b"content-length" in fields:
        body = await reader.readexactly(int(fields[b"content-length"]))
    else:
        body, keep = await reader.read(), False
    revision, says_when = fields.get(REVISION, b"").decode("latin-1"), fields.get(b"retry-after", b"").isdigit()
    return LoadResponse(status, revision, body, says_when), keep


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return body


def kind(error: BaseException) -> str:
    """Kind of failure of a connection, in the words in which failures are counted."""
    if isinstance(error, TimeoutError):
        return TIMED_OUT
    if isinstance(error, ConnectionRefusedError):
        return REFUSED
    if isinstance(error, (ConnectionResetError, BrokenPipeError)):
        return RESET
    if isinstance(error, EOFError):
        return CLOSED
    return UNREACHABLE if isinstance(error, OSError) else GARBAGE
