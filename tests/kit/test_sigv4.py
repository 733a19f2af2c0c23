"""Signatures of our own beside botocore's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from app.kit.sigv4 import SigV4Signer

TYPE = "application/x-amz-json-1.0"


def botocores(url: str, target: str, body: bytes, credentials: ReadOnlyCredentials, now: float) -> dict[str, str]:
    request = AWSRequest("POST", url, {"Content-Type": TYPE, "X-Amz-Target": target}, body)
    request.context["timestamp"] = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    auth: Any = SigV4Auth(credentials, "dynamodb", "eu-west-1")
    # Its clock cannot be given to it.
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    if credentials.token:
        request.headers["X-Amz-Security-Token"] = credentials.token
    canonical = auth.canonical_request(request)
    auth._inject_signature_to_request(request, auth.signature(auth.string_to_sign(request, canonical), request))
    return dict(request.headers.items())


@given(
    host=st.sampled_from(["dynamodb.eu-west-1.amazonaws.com", "localhost:4566", "127.0.0.1:80"]),
    scheme=st.sampled_from(["http", "https"]),
    operation=st.sampled_from(["GetItem", "UpdateItem"]),
    body=st.binary(max_size=200),
    secret=st.text("abcXYZ019+/", min_size=1, max_size=40),
    token=st.none() | st.text("abcXYZ019+/=", min_size=1, max_size=60),
    now=st.integers(0, 4_000_000_000),
)
def test_they_are_the_same(
    host: str, scheme: str, operation: str, body: bytes, secret: str, token: str | None, now: int
) -> None:
    if (scheme, host) == ("http", "127.0.0.1:80"):
        return  # botocore leaves out a scheme's own port, and so does the client that calls us
    credentials = ReadOnlyCredentials("AKIDEXAMPLE", secret, token)
    target = f"DynamoDB_20120810.{operation}"
    signer = SigV4Signer(host, "/", "eu-west-1", "dynamodb", TYPE)
    ours = signer.headers(target, body, credentials, now)
    assert botocores(f"{scheme}://{host}/", target, body, credentials, now) == ours


@pytest.mark.parametrize("change", ["secret", "date"])
def test_a_signing_key_is_of_its_day_and_secret(change: str) -> None:
    signer = SigV4Signer("localhost:4566", "/", "eu-west-1", "dynamodb", TYPE)
    signer.headers("t", b"", ReadOnlyCredentials("a", "b", None), 0)
    credentials = ReadOnlyCredentials("a", "c" if change == "secret" else "b", None)
    now = 86_400.0 if change == "date" else 0.0
    assert botocores("http://localhost:4566/", "t", b"", credentials, now) == signer.headers("t", b"", credentials, now)
