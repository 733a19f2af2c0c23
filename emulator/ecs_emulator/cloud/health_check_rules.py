"""Rules between the health check settings of a target group: ELBv2 holds one against the other, and moto few of them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ecs_emulator.cloud.errors import AwsError

_APPLICATION = ("HTTP", "HTTPS")
_PORTS = range(1, 65_536)
_LONGEST_PATH = 1_024
# Codes of success that a matcher may name, by the kind of load balancer.
_CODES = {True: range(200, 500), False: range(200, 600)}
_TIMEOUTS = {True: 5, False: 10}  # seconds, where none are given
_INTERVAL = 30
_MATCHER = re.compile(r"\d{3}(?:-\d{3})?(?:,\d{3}(?:-\d{3})?)*")


def check(settings: Mapping[str, Any]) -> None:
    """Raises AwsError for the first rule that the settings of a target group do not keep."""
    for _name, message in broken(settings):
        raise AwsError("ValidationError", message)


def broken(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Settings that do not keep a rule, with ELBv2's message; what is neither a number nor a text is let pass."""
    protocol = settings.get("Protocol")
    if protocol not in (*_APPLICATION, "TCP", "TCP_UDP", "TLS", "UDP"):
        return
    is_application = protocol in _APPLICATION
    yield from _spoken(is_application, settings)
    path = settings.get("HealthCheckPath")
    if isinstance(path, str) and not path.startswith("/"):
        yield "HealthCheckPath", f"Health check path '{path}' must begin with a '/' character"
    elif isinstance(path, str) and len(path) > _LONGEST_PATH:
        yield "HealthCheckPath", f"Health check path cannot be longer than '{_LONGEST_PATH}' characters"
    port = settings.get("HealthCheckPort", "traffic-port")
    if port != "traffic-port" and isinstance(port, str | int) and _number(port) not in _PORTS:
        yield "HealthCheckPort", f"Health check port '{port}' must be 'traffic-port' or between '1-65535' inclusive"
    timeout = _number(settings.get("HealthCheckTimeoutSeconds", _TIMEOUTS[is_application]))
    interval = _number(settings.get("HealthCheckIntervalSeconds", _INTERVAL))
    if timeout is not None and interval is not None and timeout >= interval + (not is_application):
        which = "HealthCheckTimeoutSeconds" if "HealthCheckTimeoutSeconds" in settings else "HealthCheckIntervalSeconds"
        greater = "greater than" if is_application else "greater than or equal to"
        yield which, f"Health check interval must be {greater} the timeout."
    yield from _expected(is_application, settings.get("Matcher"))


def _spoken(is_application: bool, settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    protocol = settings.get("HealthCheckProtocol")
    known = _APPLICATION if is_application else ("TCP", *_APPLICATION)
    if isinstance(protocol, str) and protocol not in known:
        message = f"Health check protocol '{protocol}' must be one of [{', '.join(known)}]"
        yield "HealthCheckProtocol", message


def _expected(is_application: bool, matcher: Any) -> Iterator[tuple[str, str]]:
    codes = matcher.get("HttpCode") if isinstance(matcher, Mapping) else None
    known = _CODES[is_application]
    if isinstance(codes, str | int) and _MATCHER.fullmatch(str(codes)):
        for code in re.split("[-,]", str(codes)):
            if int(code) not in known:
                message = f"Health check matcher HTTP code '{code}' must be within '{known[0]}-{known[-1]}' inclusive"
                yield "Matcher", message


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, str | int) and re.fullmatch("[0-9]+", str(value)) else None
