"""Guards of a control port: a port on which commands are taken, and which web pages are to have no way to.

A page may send requests to this machine, by its own scripts, as images, forms and navigations; and it may have its own
host name lead here (DNS rebinding). Its browser then says so, in headers that no page can set:
https://www.w3.org/TR/fetch-metadata/ and https://fetch.spec.whatwg.org/#origin-header
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?", re.ASCII)
# BUCKET.s3.us-east-1.amazonaws.com, s3.amazonaws.com, BUCKET.s3-website-us-east-1.amazonaws.com, …
_S3 = re.compile(r"(?:[a-z0-9.-]+\.)?s3(?:-website)?(?:[.-][a-z0-9-]+){0,3}\.amazonaws\.com", re.ASCII)

_log = logging.getLogger(__name__)


def _to_nobody(_host: str) -> bool:
    return False


class Guard:
    """Judges requests by their headers. `names` are hosts by which others than this machine reach the port.

    Under a host that `is_open`, no commands are taken and everything is for everybody: any page may ask there.
    """

    def __init__(self, what: str, names: Iterable[str] = (), is_open: Callable[[str], bool] = _to_nobody) -> None:
        self._what = what
        self._names = set(names)
        self._is_open = is_open
        self._said: set[str] = set()

    def admit(self, name: str) -> None:
        """Take one more host for this port's own."""
        self._names.add(name)

    def refusal(self, method: str, headers: Mapping[str, str]) -> str | None:
        """Reason to refuse a request: a sentence, logged once for each reason; None for one that may pass.

        `headers` has names as CGI writes them: `HOST`, `SEC_FETCH_SITE`.
        """
        if self._is_open(headers.get("HOST", "")):
            return None
        for reason, header in (
            (self._host(headers.get("HOST", "")), headers.get("HOST", "")),
            (self._origin(headers.get("ORIGIN"), headers.get("HOST", "")), headers.get("ORIGIN", "")),
            (self._fetch_site(headers.get("SEC_FETCH_SITE")), headers.get("SEC_FETCH_SITE", "")),
            (self._preflight(method), ""),
        ):
            if reason:
                if reason not in self._said:
                    self._said.add(reason)
                    shown = f" ({ascii(header)[:100]})" if header else ""
                    _log.warning("Refused at %s: %s%s", self._what, reason, shown)
                return reason
        return None

    def _host(self, host: str) -> str | None:
        split = _HOST.fullmatch(host.lower())
        if split and (split[1] in self._names or _is_loopback(split[1]) or _S3.fullmatch(split[1])):
            return None
        return "the request was meant for another host than this machine."

    def _origin(self, origin: str | None, host: str) -> str | None:
        if origin is None or _is_own(origin, host):
            return None
        return "a page of another origin sent the request."

    def _fetch_site(self, site: str | None) -> str | None:
        if site is None or site in ("none", "same-origin"):
            return None
        return "a browser sent the request for a page of another site."

    def _preflight(self, method: str) -> str | None:
        return "no page may ask what it could send here." if method == "OPTIONS" else None


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return address.is_loopback and (address.version == 6) == name.startswith("[")


def _is_own(origin: str, host: str) -> bool:
    """True when an origin is this machine, on the very port that the request came to."""
    try:
        url = urlsplit(origin)
        port = url.port or 80
    except ValueError:
        return False
    split = _HOST.fullmatch(url.netloc.lower())
    came_to = _HOST.fullmatch(host.lower())
    if url.scheme != "http" or url.path or url.query or not split or not came_to or not _is_loopback(split[1]):
        return False
    return port == int(came_to[2] or 80)
