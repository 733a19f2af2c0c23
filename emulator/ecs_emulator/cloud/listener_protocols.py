"""Protocols of listeners, and the actions, target groups and certificates that go with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
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


def check_actions(store: Any, kind: str, protocol: str, actions: Iterable[ActionTypeDef | ActionOutputTypeDef]) -> None:
    """Raises AwsError for actions that a load balancer of this kind cannot take, and for groups of another protocol.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
    """
    for action in actions:
        if kind == "network" and action["Type"] != "forward":
            message = f"Action type '{action['Type']}' is not valid for a listener of a Network Load Balancer"
            raise AwsError("InvalidLoadBalancerAction", message)
        for each in target_groups(action):
            group = store.target_groups.get(each["TargetGroupArn"])
            if group and protocol in _GROUPS and group.protocol not in _GROUPS[protocol]:
                message = f"The listener and its associated target group '{group.arn}' have incompatible protocols: "
                message += f"'{protocol}' and '{group.protocol}'"
                raise AwsError("IncompatibleProtocols", message)


def check_certificates(protocol: str, certificates: Sequence[CertificateTypeDef]) -> None:
    """Raises AwsError for a TLS listener without a certificate."""
    if protocol == "TLS" and not certificates:
        raise AwsError("ValidationError", "A certificate must be specified for TLS listeners")
