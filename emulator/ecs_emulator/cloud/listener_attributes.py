"""Attributes of listeners, as the kind of their load balancer has them; moto knows none of an application's.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.core.models import DEFAULT_ACCOUNT_ID

from ecs_emulator.cloud import attribute_values
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.header_attributes import NAMES, attribute
from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from ecs_emulator.cloud.moto_ec2 import elbv2_backends
from ecs_emulator.cloud.service import Operations
from ecs_emulator.local import REGION

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import DescribeListenerAttributesInputTypeDef, ModifyListenerAttributesInputTypeDef

_REQUEST_HEADERS = (
    *(f"mtls_clientcert{part}" for part in ("_serial_number", "_issuer", "_subject", "_validity", "_leaf", "")),
    "tls_version",
    "tls_cipher_suite",
)
DEFAULTS = {
    "routing.http.response.server.enabled": "true",
    **{attribute(name): "" for name in NAMES},
    **{f"routing.http.request.x_amzn_{name}.header_name": "" for name in _REQUEST_HEADERS},
}
_NETWORK = {"tcp.idle_timeout.seconds"}


def describe(_given: DescribeListenerAttributesInputTypeDef) -> None:
    _complete()


def modify(given: ModifyListenerAttributesInputTypeDef) -> None:
    """Raises AwsError for an attribute that no listener has, or a value that it cannot have."""
    values = attribute_values.given(given["Attributes"])
    is_network = ":listener/net/" in given["ListenerArn"]
    for key in values:
        if key not in (_NETWORK if is_network else DEFAULTS):
            raise AwsError("ValidationError", f"Listener attribute key '{key}' is not recognized")
    attribute_values.check_values(values)
    _complete()


def _complete() -> None:
    with MOTO_LOCK:
        for balancer in elbv2_backends[DEFAULT_ACCOUNT_ID][REGION].load_balancers.values():
            if balancer.type == "application":
                for listener in balancer.listeners.values():
                    known = {name: value for name, value in listener.attributes.items() if name in DEFAULTS}
                    listener.attributes = DEFAULTS | known


OPERATIONS: Operations = {
    "DescribeListenerAttributes": describe,
    "ModifyListenerAttributes": modify,
}
