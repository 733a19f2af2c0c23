"""Listener rule actions, as Envoy takes them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from ecs_emulator.balancer.matching import EnvoyConfig, UnsupportedCondition
from ecs_emulator.balancer.response_headers import overwriting

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        ActionOutputTypeDef,
        FixedResponseActionConfigTypeDef,
        RedirectActionConfigTypeDef,
    )

SERVER = "awselb/2.0"
TITLES = {
    400: "Bad Request",
    408: "Request Time-out",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


@dataclass(frozen=True)
class ActionContext:
    """Context of an action: the listener it belongs to, its load balancer's other listeners, the target groups."""

    protocol: str  # HTTP or HTTPS
    port: int  # as ELBv2 knows it
    local_ports: Mapping[int, int] = field(default_factory=dict)  # of each listener: where it listens here
    clusters: Mapping[str, str] = field(default_factory=dict)  # target group's ARN to Envoy's cluster
    idle_timeout: float = 60  # seconds
    response_headers: Mapping[str, str] = field(default_factory=dict)  # by which each of them is in every response


def page(status: int) -> str:
    """The HTML page with which a load balancer answers by itself."""
    text = f"{status} {TITLES.get(status) or HTTPStatus(status).phrase}"
    return f"<html>\n<head><title>{text}</title></head>\n<body><center><h1>{text}</h1></center></body>\n</html>\n"


def answer(status: int, body: str = "", content_type: str = "") -> EnvoyConfig:
    """Envoy's Route, without its match, that answers by itself."""
    headers = {"server": SERVER, **({"content-type": content_type} if content_type else {})}
    return {
        "direct_response": {"status": status, **({"body": {"inline_string": body}} if body else {})},
        "response_headers_to_add": overwriting(headers),
    }


def action(actions: Sequence[ActionOutputTypeDef], here: ActionContext) -> EnvoyConfig:
    """Envoy's Route, without its match, for the actions of one rule, as DescribeRules shapes them.

    Raises UnsupportedCondition.
    """
    if not actions:
        raise UnsupportedCondition("It has no action.")
    for each in actions:
        if each["Type"] not in ("forward", "redirect", "fixed-response"):
            raise UnsupportedCondition(f"The action {each['Type']} is not emulated.")
    last = actions[-1]
    if last["Type"] == "fixed-response":
        return _fixed(last["FixedResponseConfig"])
    if last["Type"] == "redirect":
        return _redirect(last["RedirectConfig"], here)
    return _forward(last, here)


def _fixed(config: FixedResponseActionConfigTypeDef) -> EnvoyConfig:
    body = config.get("MessageBody") or ""
    code = config["StatusCode"]
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_FixedResponseActionConfig.html
    if not re.fullmatch("[245][0-9][0-9]", code):
        raise UnsupportedCondition(f"A fixed response of status {code} is not emulated.")
    return answer(int(code), body, (config.get("ContentType") or "text/plain") if body else "")


def _redirect(config: RedirectActionConfigTypeDef, here: ActionContext) -> EnvoyConfig:
    # redirects.lua answers, for it knows the request; the direct response is never given.
    status = int(config["StatusCode"].removeprefix("HTTP_"))
    fields = {
        "location": location(config, here),
        "status": str(status),
        "page": page(status),
        "headers": {**here.response_headers, "server": SERVER},
    }
    return {**answer(status), "metadata": {"filter_metadata": {"envoy.filters.http.lua": fields}}}


def location(config: RedirectActionConfigTypeDef, here: ActionContext) -> str:
    """Location of a redirect, with `#{host}`, `#{path}` and `#{query}` still to be filled in.

    A redirect to another listener of the same host goes to where that listens on this machine.
    """
    protocol = (config.get("Protocol") or "#{protocol}").replace("#{protocol}", here.protocol).lower()
    port = (config.get("Port") or "#{port}").replace("#{port}", str(here.port))
    host = config.get("Host") or "#{host}"
    path = config.get("Path") or "/#{path}"
    query = config.get("Query", "#{query}")
    local = {str(known): str(local) for known, local in here.local_ports.items()}
    if host == "#{host}" and port in local:
        port = local[port]
    rest = f"{path}?{query}".replace("#{protocol}", protocol).replace("#{port}", port)
    return f"{protocol}://{host}:{port}{rest}"


def _forward(action: ActionOutputTypeDef, here: ActionContext) -> EnvoyConfig:
    config = action.get("ForwardConfig") or {}
    groups = config.get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
    shares = [
        {"name": here.clusters[group["TargetGroupArn"]], "weight": group.get("Weight", 1)}
        for group in groups
        if group.get("Weight", 1) > 0 and group["TargetGroupArn"] in here.clusters
    ]
    if not shares:
        return answer(503, page(503), "text/html")
    to = {"cluster": shares[0]["name"]} if len(shares) == 1 else {"weighted_clusters": {"clusters": shares}}
    # No limit but silence; and no retry, ever: a request may have been obeyed though its answer was lost.
    return {"route": {**to, "timeout": "0s", "idle_timeout": f"{here.idle_timeout:.3f}s"}}
