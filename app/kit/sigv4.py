"""AWS Signature Version 4 for requests of one form: a POST of JSON to one host.

The string that is signed differs between two calls in its time, its operation and its body alone, so the rest is made
once, and the signing key once a day.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256

from botocore.credentials import ReadOnlyCredentials

_ALGORITHM = "AWS4-HMAC-SHA256"


class SigV4Signer:
    """Signs calls of `service` in `region` at `host` (with its port, where that is not the scheme's own)."""

    def __init__(self, host: str, path: str, region: str, service: str, content_type: str) -> None:
        self._host = host
        self._path = path
        self._region = region
        self._service = service
        self._content_type = content_type
        # Replaced as a whole: threads share it.
        self._key: tuple[tuple[str, str | None], bytes] = (("", ""), b"")

    def headers(self, target: str, body: bytes, credentials: ReadOnlyCredentials, now: float) -> dict[str, str]:
        """The headers of a call of `target` (`DynamoDB_20120810.GetItem`); `now` in seconds since the epoch."""
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        headers = {"Content-Type": self._content_type, "X-Amz-Date": at, "X-Amz-Target": target}
        canonical = f"content-type:{self._content_type}\nhost:{self._host}\nx-amz-date:{at}\n"
        signed = "content-type;host;x-amz-date"
        if credentials.token:
            headers["X-Amz-Security-Token"] = credentials.token
            canonical += f"x-amz-security-token:{credentials.token}\n"
            signed += ";x-amz-security-token"
        canonical += f"x-amz-target:{target}\n"
        signed += ";x-amz-target"
        request = f"POST\n{self._path}\n\n{canonical}\n{signed}\n{sha256(body).hexdigest()}"
        scope = f"{at[:8]}/{self._region}/{self._service}/aws4_request"
        text = f"{_ALGORITHM}\n{at}\n{scope}\n{sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(self._signing_key(at[:8], credentials.secret_key), text.encode(), "sha256").hex()
        headers["Authorization"] = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={signed}, Signature={signature}"
        )
        return headers

    def _signing_key(self, date: str, secret: str | None) -> bytes:
        of, key = self._key
        if of != (date, secret):
            key = f"AWS4{secret}".encode()
            for part in (date, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = ((date, secret), key)
        return key
