"""An asynchronous client of the calls that requests make, in plain Python types.

boto3's own takes more than a millisecond of processor time for a call (validation, hooks, endpoint rules) and a thread
for as long, which is many times what the rest of a request takes. So credentials, endpoint, proxies and certificates
come from botocore, and so do errors; connections are aiohttp's; what is left out is what happens in between.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import ssl
import time
import weakref
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.exceptions import ConnectionError as NotConnected
from botocore.httpsession import ProxyConfiguration, get_cert_path
from botocore.parsers import ResponseParserError
from botocore.session import Session
from botocore.utils import get_environ_proxies
from yarl import URL

from app.kit.attribute_values import deserialize, serialize
from app.kit.sigv4 import SigV4Signer

_TARGET = "DynamoDB_20120810"
_CONTENT_TYPE = "application/x-amz-json-1.0"
# Passing, and without effect: what botocore's standard mode sends again.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionInProgressException",
}
_TRANSIENT = {500, 502, 503, 504}
# Members that hold attribute values, of what is asked and of what is answered.
_TYPED = ("Key", "ExpressionAttributeValues")
_ITEM, _ITEMS = ("Item", "Attributes"), "Items"
# What reading a document raises that is none.
_UNREADABLE = (ValueError, AttributeError, TypeError, LookupError, ArithmeticError, RecursionError)
_FIRST_PAUSE = 0.05  # seconds at the most between two tries of a read, doubled each time and spread at random


class DynamoDBClient:
    """Calls of one event loop. A call raises botocore's errors: ClientError, and the kinds of BotoCoreError.

    Timeouts are in seconds.
    """

    def __init__(
        self, session: Session, endpoint_url: str, region: str, connect_timeout: float, read_timeout: float
    ) -> None:
        self._session = session
        self._endpoint_url = endpoint_url
        # A proxy is told the whole address, with a path.
        self._url = URL(endpoint_url if urlsplit(endpoint_url).path else f"{endpoint_url}/", encoded=True)
        self._host = _host(endpoint_url)
        self._signer = SigV4Signer(self._host, self._url.raw_path, region, "dynamodb", _CONTENT_TYPE)
        self._user_agent = session.user_agent()
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout, sock_read=read_timeout)
        proxies = ProxyConfiguration(get_environ_proxies(endpoint_url))
        self._proxy: str | None = proxies.proxy_url_for(endpoint_url)
        self._proxy_headers = proxies.proxy_headers_for(self._proxy) if self._proxy else None
        # Read once, and only where there is TLS: it takes longer than all the rest of a start.
        has_tls = "https" in (self._url.scheme, urlsplit(self._proxy or "").scheme)
        self._ssl = _context(session) if has_tls else True
        self._has_credentials = False
        self._connections: aiohttp.ClientSession | None = None

    async def read(self, operation: str, attempts: int, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a call that changes nothing, sent `attempts` times at the most where the error passes."""
        for attempt in range(1, attempts):
            try:
                return await self._call(operation, parameters)
            except (NotConnected, HTTPClientError, ClientError) as error:
                if not _passes(error):
                    raise
            await asyncio.sleep(random.random() * _FIRST_PAUSE * 2 ** (attempt - 1))  # noqa: S311 (spread, not secrecy)
        return await self._call(operation, parameters)

    async def write(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a call, sent once: when only its answer was lost, a blind retry would apply it twice."""
        return await self._call(operation, parameters)

    async def _call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        typed = {
            name: {key: serialize(value) for key, value in parameters[name].items()}
            for name in _TYPED
            if name in parameters
        }
        body = json.dumps({**parameters, **typed}).encode()
        headers = self._signer.headers(f"{_TARGET}.{operation}", body, await self._credentials(), time.time())
        headers["Host"] = self._host
        headers["User-Agent"] = self._user_agent
        status, content = await self._send(headers, body)
        if status != 200:
            raise _client_error(operation, status, content)
        try:
            return {name: _plain(name, value) for name, value in json.loads(content).items()}
        except _UNREADABLE as error:
            raise ResponseParserError(f"{operation} was answered with what is no JSON document of it.") from error

    async def _credentials(self) -> ReadOnlyCredentials:
        """Those of now, asked for each call: a role's change. Looking for new ones takes a thread, not the loop."""
        known: Credentials | None
        if self._has_credentials:
            known = self._session.get_credentials()
        else:
            known = await asyncio.to_thread(self._session.get_credentials)
            self._has_credentials = known is not None
        if known is None:
            raise NoCredentialsError
        if getattr(known, "refresh_needed", bool)():
            return await asyncio.to_thread(known.get_frozen_credentials)
        return known.get_frozen_credentials()

    async def _send(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        where = {"endpoint_url": self._endpoint_url}
        try:
            async with self._connected().post(
                self._url,
                data=body,
                headers=headers,
                allow_redirects=False,
                proxy=self._proxy,
                proxy_headers=self._proxy_headers,
                ssl=self._ssl,
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientSSLError, ssl.SSLError) as error:
            raise SSLError(**where, error=error) from error
        except (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError) as error:
            raise ProxyConnectionError(proxy_url="of the environment", error=error) from error
        except aiohttp.ConnectionTimeoutError as error:
            raise ConnectTimeoutError(**where, error=error) from error
        except aiohttp.ClientConnectorError as error:
            raise EndpointConnectionError(**where, error=error) from error
        except TimeoutError as error:
            raise ReadTimeoutError(**where, error=error) from error
        except (aiohttp.ClientError, OSError) as error:
            raise ConnectionClosedError(**where, error=error, request=None) from error

    def _connected(self) -> aiohttp.ClientSession:
        """The connections of the loop that runs, closed when nobody has this client any more."""
        if self._connections is None:
            self._connections = aiohttp.ClientSession(
                # How many are needed is the limit of requests at work, which is the front's.
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                timeout=self._timeout,
            )
            weakref.finalize(self, _close, asyncio.get_running_loop(), self._connections)
        return self._connections


def _close(loop: asyncio.AbstractEventLoop, connections: aiohttp.ClientSession) -> None:
    if loop.is_running():
        asyncio.run_coroutine_threadsafe(connections.close(), loop)


def _plain(name: str, value: Any) -> Any:
    if name in _ITEM:
        return deserialize(value)
    return [deserialize(item) for item in value] if name == _ITEMS else value


def _host(endpoint_url: str) -> str:
    """The name of the endpoint as it goes into the Host header: with its port, unless that is the scheme's own."""
    address = urlsplit(endpoint_url)
    host = address.netloc.rpartition("@")[2].lower()
    has_own_port = address.port and address.port == {"http": 80, "https": 443}.get(address.scheme)
    return host.rpartition(":")[0] if has_own_port else host


def _context(session: Session) -> ssl.SSLContext:
    """TLS with the certificates that botocore chooses; a connection later must not depend on a descriptor for them."""
    chosen = session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE", True)
    return ssl.create_default_context(cafile=get_cert_path(chosen))  # type: ignore[arg-type]


def _client_error(operation: str, status: int, content: bytes) -> ClientError:
    """The error as botocore's client raises it; the row that comes with a refused condition stays as it is typed."""
    try:
        document = dict(json.loads(content))
    except _UNREADABLE:
        document = {}
    error = {
        # `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`
        "Code": str(document.get("__type", status)).rpartition("#")[2],
        "Message": str(document.get("message", document.get("Message", ""))),
    }
    response: Any = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}
    if "Item" in document:
        response["Item"] = document["Item"]
    return ClientError(response, operation)


def _passes(error: Exception) -> bool:
    """Whether a read may be answered when it is sent again."""
    if not isinstance(error, ClientError):
        return True
    response = error.response
    return response["Error"]["Code"] in _THROTTLED or response["ResponseMetadata"]["HTTPStatusCode"] in _TRANSIENT
