"""Protocols of listeners, and the actions, target groups and certificates that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.listener_actions import check_forms
from ecs_emulator.cloud.rules import target_groups

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ActionOutputTypeDef, ActionTypeDef, CertificateTypeDef

# Protocols of target groups, by the listener's.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
_GROUPS = {
    "HTTP": {"HTTP", "HTTPS"},
    "HTTPS": {"HTTP", "HTTPS"},
    "TCP": {"TCP", "TCP_UDP"},
    "TLS": {"TCP", "TLS"},
    "UDP": {"UDP", "TCP_UDP"},
    "TCP_UDP": {"TCP_UDP"},
}
_ENCRYPTED = {"HTTPS", "TLS"}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html
_WEIGHTS = range(1_000)
_STICKY = range(1, 604_801)  # seconds


def check_actions(
    store: Any,
    kind: str,
    protocol: str,
    port: int | None,
    actions: Sequence[ActionTypeDef | ActionOutputTypeDef],
) -> None:
    """Raises AwsError for actions that no listener of this protocol and port takes, or no load balancer of this kind,
    and for groups of another protocol.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
    """
    for action in actions:
        if kind == "network" and action.get("Type") != "forward":
            message = f"Action type '{action.get('Type', '')}' is not valid for a listener of a Network Load Balancer"
            raise AwsError("InvalidLoadBalancerAction", message)
    check_forms(actions, protocol, port)
    for action in actions:
        sticky = (action.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}
        if sticky.get("DurationSeconds", 1) not in _STICKY:
            message = f"Target group stickiness duration must be between {_STICKY[0]} and {_STICKY[-1]} seconds"
            raise AwsError("ValidationError", message)
        for each in target_groups(action):
            if each.get("Weight", 1) not in _WEIGHTS:
                message = f"Target group weight '{each['Weight']}' must be between '0-{_WEIGHTS[-1]}' inclusive"
                raise AwsError("ValidationError", message)
            group = store.target_groups.get(each["TargetGroupArn"])
            if group and protocol in _GROUPS and group.protocol not in _GROUPS[protocol]:
                message = f"The listener and its associated target group '{group.arn}' have incompatible protocols: "
                message += f"'{protocol}' and '{group.protocol}'"
                raise AwsError("IncompatibleProtocols", message)


def check_certificates(protocol: str, certificates: Sequence[CertificateTypeDef], kept: Sequence[str] = ()) -> None:
    """Raises AwsError for a listener that shows a certificate and has none, and the other way about.

    `kept` are those that it has from before.
    """
    if protocol in _ENCRYPTED and not (certificates or kept):
        raise AwsError("ValidationError", f"A certificate must be specified for {protocol} listeners")
    if protocol in _GROUPS.keys() - _ENCRYPTED and certificates:
        raise AwsError("ValidationError", f"A certificate cannot be specified for {protocol} listeners")


def check_ssl_policy(name: str | None) -> None:
    """Raises AwsError for what is no name of a security policy: AWS adds to them, so the list is not looked into."""
    if name is not None and not name.startswith("ELBSecurityPolicy-"):
        raise AwsError("SSLPolicyNotFound", f"SSL policy '{name}' not found")
