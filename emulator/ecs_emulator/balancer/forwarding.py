"""Forwarding of the load balancer, seen from outside: whether a request gets to a service."""

from __future__ import annotations

import urllib.error
import urllib.request

# An opener of its own: no proxy of the environment knows an address of this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def forwards(url: str) -> bool:
    """True when a GET has an answer other than the load balancer's own 5xx."""
    try:
        with _OPENER.open(url, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
