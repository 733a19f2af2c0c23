"""Rule of a listener that would take a request, by the very expressions that the load balancer is given."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import regex

from ecs_emulator.balancer.matching import SOURCE, EnvoyConfig, UnsupportedCondition, match
from ecs_emulator.balancer.plan import UNREADABLE

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import RuleTypeDef

_LONGEST = 1.0  # seconds that an expression may take


@dataclass(frozen=True)
class WrittenRequest:
    """A request as somebody writes it down. `path` may have a query; the names of `headers` are in lower case."""

    path: str
    method: str = "GET"
    host: str = "localhost"
    source: str = "127.0.0.1"  # an IPv4 address
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> WrittenRequest:
        """From JSON. Raises ValueError with what is wrong."""
        source = str(written.get("source") or "127.0.0.1")
        ipaddress.IPv4Address(source)
        path = str(written.get("path") or "/")
        if not path.startswith("/"):
            raise ValueError("A path begins with /.")
        headers = {str(name).lower(): str(value) for name, value in dict(written.get("headers") or {}).items()}
        method, host = str(written.get("method") or "GET").upper(), str(written.get("host") or "localhost")
        return cls(path, method, host, source, headers)

    def header(self, name: str) -> str | None:
        """A header as Envoy's matchers see it; None when there is none."""
        pseudo = {
            ":path": self.path,
            ":method": self.method,
            ":authority": self.host,
            SOURCE: f"{int(ipaddress.IPv4Address(self.source)):032b}",
        }
        return pseudo.get(name) or self.headers.get(name)


def which_rule(rules: Iterable[RuleTypeDef], request: WrittenRequest) -> str | None:
    """The ARN of the rule that takes a request; None where none does. What is not emulated or read takes none.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html#listener-rule-priority
    """
    ordered = sorted(rules, key=lambda rule: (rule["IsDefault"], int(rule["Priority"]) if not rule["IsDefault"] else 0))
    for rule in ordered:
        try:
            taken = match(rule["Conditions"])
        except (UnsupportedCondition, *UNREADABLE):
            continue
        if _takes(taken, request):
            return rule["RuleArn"]
    return None


def _takes(taken: EnvoyConfig, request: WrittenRequest) -> bool:
    if not _fits(taken["safe_regex"]["regex"], request.path.partition("?")[0]):
        return False
    for matcher in taken["headers"]:
        value = request.header(matcher["name"])
        if value is None or not _fits(matcher["string_match"]["safe_regex"]["regex"], value):
            return False
    return True


def _fits(expression: str, text: str) -> bool:
    try:
        return regex.fullmatch(expression, text, timeout=_LONGEST) is not None
    except TimeoutError:
        return False
