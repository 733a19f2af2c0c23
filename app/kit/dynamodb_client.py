"""A client of the two calls that every request makes: GetItem and UpdateItem, in plain Python types.

boto3's own takes more than a millisecond of processor time for a call (validation, hooks, endpoint rules), which is
several times what the rest of a request takes. So credentials, endpoint, proxies and certificates come from botocore,
connections from urllib3 as botocore's do, and errors are botocore's; what is left out is what happens in between.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Mapping
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

import urllib3
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
from urllib3.util.ssl_ import create_urllib3_context

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
_ITEMS = ("Item", "Attributes")
# What reading a document raises that is none.
_UNREADABLE = (ValueError, AttributeError, TypeError, LookupError, ArithmeticError, RecursionError)
_FIRST_PAUSE = 0.05  # seconds at the most between two tries of a read, doubled each time and spread at random


class ItemClient:
    """May be shared by threads; `connections` is how many calls are under way at once at the most.

    A call raises botocore's errors: ClientError, and the kinds of BotoCoreError that its own client raises.
    Timeouts are in seconds.
    """

    def __init__(
        self,
        session: Session,
        endpoint_url: str,
        region: str,
        connections: int,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        address = urlsplit(endpoint_url)
        self._session = session
        self._endpoint_url = endpoint_url
        self._host = _host(endpoint_url)
        path = address.path or "/"
        self._signer = SigV4Signer(self._host, path, region, "dynamodb", _CONTENT_TYPE)
        self._user_agent = session.user_agent()
        timeout = urllib3.Timeout(connect=connect_timeout, read=read_timeout)
        self._pool, is_proxied = _pool(session, endpoint_url, connections, timeout)
        # A proxy is told the whole address, unless it only passes TLS on.
        self._request_target = f"http://{self._host}{path}" if is_proxied and address.scheme == "http" else path

    def get_item(self, attempts: int, **parameters: Any) -> dict[str, Any]:
        """GetItem, sent `attempts` times at the most where the error is a passing one."""
        for attempt in range(1, attempts):
            try:
                return self._call("GetItem", parameters)
            except (NotConnected, HTTPClientError, ClientError) as error:
                if not _passes(error):
                    raise
            time.sleep(random.random() * _FIRST_PAUSE * 2 ** (attempt - 1))  # noqa: S311 (spread, not secrecy)
        return self._call("GetItem", parameters)

    def update_item(self, **parameters: Any) -> dict[str, Any]:
        """UpdateItem, sent once: when only its answer was lost, a blind retry would apply it twice."""
        return self._call("UpdateItem", parameters)

    def _call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        typed = {
            name: {key: serialize(value) for key, value in parameters[name].items()}
            for name in _TYPED
            if name in parameters
        }
        body = json.dumps({**parameters, **typed}).encode()
        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        # Asked for each call: those of a role change.
        current = credentials.get_frozen_credentials()
        headers = self._signer.headers(f"{_TARGET}.{operation}", body, current, time.time())
        headers["Host"] = self._host
        headers["User-Agent"] = self._user_agent
        status, content = self._send(headers, body)
        if status != 200:
            raise _client_error(operation, status, content)
        try:
            return {
                name: deserialize(value) if name in _ITEMS else value for name, value in json.loads(content).items()
            }
        except _UNREADABLE as error:
            raise ResponseParserError(f"{operation} was answered with what is no JSON document of it.") from error

    def _send(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        where = {"endpoint_url": self._endpoint_url}
        try:
            answer = self._pool.urlopen(
                "POST",
                self._request_target,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
            )
        except urllib3.exceptions.SSLError as error:
            raise SSLError(**where, error=error) from error
        except urllib3.exceptions.ConnectTimeoutError as error:
            raise ConnectTimeoutError(**where, error=error) from error
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.EmptyPoolError) as error:
            raise EndpointConnectionError(**where, error=error) from error
        except urllib3.exceptions.ProxyError as error:
            raise ProxyConnectionError(proxy_url="of the environment", error=error) from error
        except urllib3.exceptions.ReadTimeoutError as error:
            raise ReadTimeoutError(**where, error=error) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ConnectionClosedError(**where, error=error, request=None) from error
        return answer.status, answer.data


def _host(endpoint_url: str) -> str:
    """The name of the endpoint as it goes into the Host header: with its port, unless that is the scheme's own."""
    address = urlsplit(endpoint_url)
    host = address.netloc.rpartition("@")[2].lower()
    has_own_port = address.port and address.port == {"http": 80, "https": 443}.get(address.scheme)
    return host.rpartition(":")[0] if has_own_port else host


def _pool(session: Session, endpoint_url: str, connections: int, timeout: urllib3.Timeout) -> tuple[Any, bool]:
    """A pool of connections to the endpoint, and whether they go by way of a proxy of the environment."""
    proxies = ProxyConfiguration(get_environ_proxies(endpoint_url))
    proxy_url = proxies.proxy_url_for(endpoint_url)
    # Read once, and only where there is TLS: it takes longer than all the rest of a start.
    has_tls = "https" in (urlsplit(endpoint_url).scheme, urlsplit(proxy_url or "").scheme)
    context = _context(session) if has_tls else None
    options: dict[str, Any] = {"timeout": timeout, "maxsize": connections, "ssl_context": context}
    if proxy_url is None:
        return urllib3.PoolManager(**options).connection_from_url(endpoint_url), False
    headers = proxies.proxy_headers_for(proxy_url)
    manager = urllib3.ProxyManager(proxy_url, proxy_headers=headers, proxy_ssl_context=context, **options)
    return manager.connection_from_url(endpoint_url), True


def _context(session: Session) -> SSLContext:
    """TLS with the certificates that botocore chooses; a connection later must not depend on a descriptor for them."""
    context = create_urllib3_context()
    chosen = session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE", True)
    context.load_verify_locations(get_cert_path(chosen))  # type: ignore[arg-type]
    return context


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
