"""Forwarding of the load balancer, seen from outside: whether a request gets to a service."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

_LOOK = 0.05  # seconds between two requests

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


def wait_until_forwards(url: Callable[[], str], patience: float, stopping: threading.Event) -> bool:
    """Wait until a GET of the URL, which may change, has such an answer, or `stopping` is set.

    True then, False after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while not stopping.is_set():
        if forwards(url()):
            return True
        if time.monotonic() > deadline:
            return False
        stopping.wait(_LOOK)
    return True
