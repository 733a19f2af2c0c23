"""Corrections of moto's SNS: what it refuses, and deliveries by HTTP, to programs of this machine and to nobody else.

moto would send them to any address, while it answers the publisher, with all other calls waiting for the subscriber.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import requests
from moto.sns import models
from moto.sns.exceptions import SNSInvalidParameter

from ecs_emulator.cloud.moto_overrides import override, replace
from ecs_emulator.worker import Worker

_ARN = re.compile("arn:aws[^:]*:[^:]*:")
# What an endpoint begins with, by its protocol.
_PROTOCOLS = {
    "application": _ARN,
    "email": re.compile("[^@ ]+@[^@ ]+$"),
    "email-json": re.compile("[^@ ]+@[^@ ]+$"),
    "firehose": _ARN,
    "http": re.compile("http://."),
    "https": re.compile("https://."),
    "lambda": _ARN,
    "sms": re.compile(""),
    "sqs": _ARN,
}
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
    """Refuse and deliver so from now on, in this process."""
    override(models.SNSBackend, "publish", _published)
    override(models.SNSBackend, "subscribe", _subscribed)
    override(models.Subscription, "publish", _delivered)
    replace(models, "requests", _Deliveries())


def _published(before: Any, backend: Any, message: str, arn: str | None, **given: Any) -> Any:
    if arn is None and not given.get("phone_number"):
        raise SNSInvalidParameter("Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter")
    if not message:
        raise SNSInvalidParameter("Invalid parameter: Empty message")
    if given.get("message_structure") == "json" and "default" not in _members(message):
        raise SNSInvalidParameter("Invalid parameter: Message Structure - No default entry in JSON message body")
    return before(backend, message, arn, **given)


def _subscribed(before: Any, backend: Any, topic_arn: str, endpoint: str, protocol: str) -> Any:
    if protocol not in _PROTOCOLS:
        raise SNSInvalidParameter(f"Invalid parameter: Protocol Reason: {protocol} is not a supported protocol")
    if not _PROTOCOLS[protocol].match(endpoint or ""):
        raise SNSInvalidParameter(f"Invalid parameter: Endpoint Reason: it is none of the protocol {protocol}")
    return before(backend, topic_arn, endpoint, protocol)


def _delivered(before: Any, subscription: Any, message: str, message_id: str, **given: Any) -> None:
    """Whatever becomes of it, the publisher has been answered, and other subscribers have theirs."""
    try:
        before(subscription, message, message_id, **given)
    except Exception as error:  # noqa: BLE001 (moto fails in many ways at what is not there)
        _log.warning("A message of SNS was not delivered to %s: %r", subscription.endpoint, error)


def _members(document: str) -> dict[str, Any]:
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_here(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
