"""Actions of listeners and rules: what each type of them has, and which of them comes last.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ecs_emulator.cloud.errors import AwsError

_FINAL = ("forward", "redirect", "fixed-response")
_LAST = 50_000  # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
_REDIRECTS = ("HTTP_301", "HTTP_302")


def check_forms(actions: Sequence[Mapping[str, Any]], protocol: str, port: int | None) -> None:
    """Raises AwsError for actions of a listener of this protocol and port that lack something or lead nowhere."""
    if not actions:
        raise AwsError("ValidationError", "An action must be specified")
    *before, last = sorted(actions, key=lambda action: int(action.get("Order", _LAST)))
    if last.get("Type") not in _FINAL or any(action.get("Type") in _FINAL for action in before):
        message = f"Actions must have exactly one of the types {', '.join(_FINAL)}, and it must be the last"
        raise AwsError("ValidationError", message)
    if last["Type"] == "forward":
        _check_forward(last)
    elif last["Type"] == "redirect":
        _check_redirect(last.get("RedirectConfig") or {}, protocol, port)
    else:
        _check_fixed_response(last.get("FixedResponseConfig") or {})


def _check_forward(action: Mapping[str, Any]) -> None:
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or [action]
    if not all(group.get("TargetGroupArn") for group in groups):
        raise AwsError("ValidationError", "A target group ARN must be specified")


def _check_fixed_response(config: Mapping[str, Any]) -> None:
    if not config:
        raise AwsError("ValidationError", "A FixedResponseConfig must be specified for a fixed-response action")
    if not re.fullmatch("[245][0-9][0-9]", config.get("StatusCode", "")):
        message = f"The status code '{config.get('StatusCode', '')}' of a fixed response must be 2XX, 4XX or 5XX"
        raise AwsError("ValidationError", message)


def _check_redirect(config: Mapping[str, Any], protocol: str, port: int | None) -> None:
    if not config:
        raise AwsError("ValidationError", "A RedirectConfig must be specified for a redirect action")
    if config.get("StatusCode") not in _REDIRECTS:
        message = f"The status code '{config.get('StatusCode', '')}' of a redirect must be one of {list(_REDIRECTS)}"
        raise AwsError("ValidationError", message)
    if not (config.get("Path") or "/").startswith("/"):
        raise AwsError("InvalidLoadBalancerAction", "The Path parameter must be a valid path beginning with '/'")
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
    same = {
        "Protocol": ("#{protocol}", protocol),
        "Host": ("#{host}",),
        "Port": ("#{port}", str(port)),
        "Path": ("/#{path}",),
    }
    if all((config.get(name) or values[0]) in values for name, values in same.items()):
        message = "The redirect configuration is not valid because it creates a loop"
        raise AwsError("InvalidLoadBalancerAction", message)
