"""HTTP call, whose answer is never an exception."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

_PATIENCE = 10  # seconds


@dataclass(frozen=True)
class Answer:
    """Status 0 means that there was none; `error` says why."""

    status: int
    headers: Message = field(default_factory=Message)
    body: bytes = b""
    error: str = ""

    @property
    def type(self) -> str:
        """The content type without its parameters; empty when it has none."""
        return str(self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        """The body as JSON, None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def summary(self) -> str:
        """The answer in a few words for people."""
        return f"{self.status} {self.type or 'without a type'}" if self.status else f"no answer ({self.error})"


def call(method: str, url: str, headers: Mapping[str, str] | None = None, timeout: float = _PATIENCE) -> Answer:
    """The answer as it came, redirects followed."""
    if not url.startswith(("http://", "https://")):
        return Answer(0, error=f"{url!r} is no address of HTTP")
    # Proxies may keep or mend what comes: each call is one of its own.
    sent = {"Cache-Control": "no-cache", **(headers or {})}
    request = urllib.request.Request(url, method=method, headers=sent)  # noqa: S310 (checked above)
    try:
        with _opener(url).open(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())
    except (OSError, HTTPException, ValueError) as error:
        return Answer(0, error=str(getattr(error, "reason", None) or error or type(error).__name__))


def _opener(url: str) -> urllib.request.OpenerDirector:
    # A proxy for the world outside knows nothing of this machine.
    is_here = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if is_here else []))
