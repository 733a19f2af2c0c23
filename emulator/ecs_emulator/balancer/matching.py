"""Listener rule conditions, as Envoy matches them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import RuleConditionOutputTypeDef

_Config = Literal["HostHeaderConfig", "PathPatternConfig", "HttpHeaderConfig"]  # whose values are texts

# Set for every request by headers.lua: the client's address, as 32 digits 0 and 1.
SOURCE = "x-emulator-source"

_PART = re.compile(r"\\[*?]|.", re.DOTALL)  # of a pattern with wildcards
_LONGEST = 128  # characters of a regular expression
# What AWS's regular expressions do not have, nor have Envoy's.
_UNKNOWN = re.compile(r"\(\?(?:[=!>|]|<[=!]|P=|R|\d)|\\[1-9gk]|\\[pP]|[*+?}]\+")


# A part of Envoy's configuration, in the JSON of its protocol buffers.
EnvoyConfig = dict[str, Any]


class UnsupportedCondition(Exception):
    """A sentence on what the load balancer of an emulator cannot do."""


def match(conditions: Sequence[RuleConditionOutputTypeDef]) -> EnvoyConfig:
    """Envoy's RouteMatch for requests that meet all `conditions`, as DescribeRules shapes them.

    Raises UnsupportedCondition.
    """
    paths, headers = ".*", []
    for condition in conditions:
        field = condition["Field"]
        if field == "path-pattern":
            # Envoy leaves the query out, as the ALB does.
            paths = _any_of(_texts(condition, "PathPatternConfig"))
        elif field in _HEADERS:
            headers.append(_HEADERS[field](condition))
        else:
            raise UnsupportedCondition(f"A condition on {field} is not emulated.")
    return {"safe_regex": {"regex": f"(?s:{paths})"}, "headers": headers}


def wildcard(pattern: str, one: str = ".") -> str:
    r"""A pattern with `*` (any number) and `?` (exactly one) as a regular expression; `one` is what they stand for.

    With a backslash before them they are themselves:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_QueryStringConditionConfig.html
    """
    return "".join(
        {"*": f"{one}*", "?": one}.get(part) or re.escape(part[1:] if part in (r"\*", r"\?") else part)
        for part in _PART.findall(pattern)
    )


def _texts(condition: RuleConditionOutputTypeDef, config: _Config) -> list[str]:
    # In an object of their own, or, in the short form, beside the field's name; AWS tells them both ways.
    nested = condition.get(config, {})
    plain = nested.get("Values") or condition.get("Values") or []
    regexes = nested.get("RegexValues") or condition.get("RegexValues") or []
    # An expression need not match the whole: for that it has ^ and $.
    return [wildcard(text) for text in plain] + [f".*(?:{_checked(regex)}).*" for regex in regexes]


def _checked(regex: str) -> str:
    if len(regex) > _LONGEST:
        raise UnsupportedCondition(f"{regex[:_LONGEST]!r}… has more than {_LONGEST} characters.")
    try:
        re.compile(regex)
    except re.error as error:
        raise UnsupportedCondition(f"{regex!r} is no regular expression: {error}.") from error
    if unknown := _UNKNOWN.search(regex):
        raise UnsupportedCondition(f"{regex!r} uses {unknown[0]!r}, which rules do not know.")
    return regex


def _any_of(patterns: Sequence[str]) -> str:
    if not patterns:
        raise UnsupportedCondition("A condition without a value is not emulated.")
    return "(?:" + "|".join(patterns) + ")"


def _header(name: str, regex: str) -> EnvoyConfig:
    return {"name": name, "string_match": {"safe_regex": {"regex": regex}}}


def _host(condition: RuleConditionOutputTypeDef) -> EnvoyConfig:
    return _header(":authority", f"(?is:{_any_of(_texts(condition, 'HostHeaderConfig'))}(?::[0-9]+)?)")


def _method(condition: RuleConditionOutputTypeDef) -> EnvoyConfig:
    return _header(":method", _any_of([re.escape(name) for name in condition["HttpRequestMethodConfig"]["Values"]]))


def _any_header(condition: RuleConditionOutputTypeDef) -> EnvoyConfig:
    name = condition["HttpHeaderConfig"]["HttpHeaderName"].lower()
    return _header(name, f"(?is:{_any_of(_texts(condition, 'HttpHeaderConfig'))})")


def _query(condition: RuleConditionOutputTypeDef) -> EnvoyConfig:
    pairs = [
        (wildcard(pair["Key"], "[^&=]") if pair.get("Key") else "[^&=]*") + "=" + wildcard(pair["Value"], "[^&]")
        for pair in condition["QueryStringConfig"]["Values"]
    ]
    return _header(":path", rf"(?is:[^?]*\?(?:.*&)?{_any_of(pairs)}(?:&.*)?)")


def _source(condition: RuleConditionOutputTypeDef) -> EnvoyConfig:
    try:
        networks = [ipaddress.ip_network(cidr, strict=False) for cidr in condition["SourceIpConfig"]["Values"]]
    except ValueError as error:
        raise UnsupportedCondition(f"{error}.") from error
    # Nobody comes by IPv6 here.
    prefixes = [
        f"{int(network.network_address):032b}"[: network.prefixlen] + "[01]*"
        for network in networks
        if network.version == 4
    ]
    return _header(SOURCE, _any_of(prefixes or ["IPv6"]))


_HEADERS: dict[str, Callable[[RuleConditionOutputTypeDef], EnvoyConfig]] = {
    "host-header": _host,
    "http-request-method": _method,
    "http-header": _any_header,
    "query-string": _query,
    "source-ip": _source,
}
