"""Deliveries of SNS by HTTP: to programs of this machine, and to nobody else.

moto would send them to any address, while it answers the publisher, with all other calls waiting for the subscriber.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

from __future__ import annotations

import ipaddress
import logging
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import requests
from moto.sns import models

from ecs_emulator.worker import Worker

_PATIENCE = 15.0  # seconds in which a subscriber has to answer
_log = logging.getLogger(__name__)


class _Deliveries:
    """What moto takes for `requests`: a message is sent soon, in a thread of its own, once and with nobody waiting."""

    def __init__(self) -> None:
        self._messages: SimpleQueue[tuple[str, dict[str, Any]]] = SimpleQueue()
        self._worker: Worker | None = None

    def post(self, url: str, **message: Any) -> None:
        """Send a message, where the address is of this machine."""
        if not _is_here(url):
            _log.warning("A message of SNS is not delivered to %s: nothing leaves this machine.", url)
            return
        if not self._worker:
            self._worker = Worker("SNS's deliveries", self._deliver)
            self._worker.start()
        self._messages.put((url, message))

    def _deliver(self) -> None:
        with requests.Session() as session:
            # Neither a proxy of the environment nor a redirect: both lead elsewhere.
            session.trust_env = False
            while True:
                url, message = self._messages.get()
                try:
                    session.post(url, timeout=_PATIENCE, allow_redirects=False, **message)
                except (requests.RequestException, ValueError) as error:
                    _log.warning("A message of SNS was not delivered to %s: %s", url, error)


def install() -> None:
    """Deliver so from now on, in this process."""
    setattr(models, "requests", _Deliveries())  # noqa: B010 (it is a module to mypy)


def _is_here(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
