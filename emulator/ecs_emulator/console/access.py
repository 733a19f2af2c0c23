"""Access to the console: one-time links for the owner of the folder's key, and the sessions that they open.

A session is two secrets, and a request needs both. The browser sends a cookie to every port of this host, those of
tasks too; what the page keeps in its storage belongs to its port alone, and no other page can make a browser send it.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from typing import NamedTuple

from ecs_emulator.access_key import AccessKey

_MOST = 64  # sessions; the oldest ends where there are more


class ConsoleSession(NamedTuple):
    """`cookie` is for the browser alone (HttpOnly), `token` for the page, which sends it as a header."""

    cookie: str
    token: str


class Access:
    """Sessions of one start of a console. `start` is its id, for links that are made elsewhere. For several threads."""

    def __init__(self, key: AccessKey) -> None:
        self.start = secrets.token_urlsafe(12)
        self._key = key
        self._lock = threading.Lock()
        self._used: set[str] = set()  # nonces of links
        self._sessions: dict[str, str] = {}  # token by cookie

    def open(self, ticket: str) -> ConsoleSession | None:
        """The session that the ticket of a link opens, once; None for one that is wrong, used, or of another start."""
        nonce, _, signature = ticket.partition(".")
        # A link is of ASCII; half a surrogate pair could not even be compared.
        if not ticket.isascii() or not hmac.compare_digest(signature, _signature(self._key, self.start, nonce)):
            return None
        session = ConsoleSession(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        with self._lock:
            if nonce in self._used:
                return None
            self._used.add(nonce)
            while len(self._sessions) >= _MOST:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[session.cookie] = session.token
        return session

    def admits(self, cookie: str, token: str) -> bool:
        """True when both secrets are of one session."""
        with self._lock:
            expected = self._sessions.get(cookie)
        return expected is not None and hmac.compare_digest(expected.encode(), token.encode())


def link(url: str, start: str, key: AccessKey) -> str:
    """A one-time link to the console at `url`. A browser keeps what is behind # to itself."""
    nonce = secrets.token_urlsafe(12)
    return f"{url}/#key={nonce}.{_signature(key, start, nonce)}"


def announcement(link: str, program: str) -> str:
    """Line that tells people of a one-time link, and of the program that gives another."""
    return f"Console  {link}  (once; `{program} console` gives another link)"


def _signature(key: AccessKey, start: str, nonce: str) -> str:
    return hmac.new(key.secret.encode(), f"console\n{start}\n{nonce}".encode(), "sha256").hexdigest()
