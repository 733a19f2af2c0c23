"""moto's store of load balancers, for what corrects it, and ARNs by their types.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from ecs_emulator.cloud.moto_ec2 import elbv2_backends, elbv2_models
from ecs_emulator.cloud.moto_overrides import override
from ecs_emulator.local import REGION

_models: Any = elbv2_models
_KINDS = {"network": "net", "gateway": "gwy"}
_arn = _models.make_arn_for_load_balancer


def _created(before: Any, backend: Any, **given: Any) -> Any:
    kind = _KINDS.get(given["loadbalancer_type"], "app")
    _models.make_arn_for_load_balancer = lambda **named: _arn(**named).replace("/app/", f"/{kind}/", 1)
    try:
        return before(backend, **given)
    finally:
        _models.make_arn_for_load_balancer = _arn


override(_models.ELBv2Backend, "create_load_balancer", _created)


@contextmanager
def elbv2_store() -> Iterator[Any]:
    """moto's load balancers, for us alone. Raises AwsError for moto's errors."""
    with MOTO_LOCK:
        try:
            yield elbv2_backends[DEFAULT_ACCOUNT_ID][REGION]
        except ServiceException as error:
            raise AwsError(error.code, error.message) from None


def no_marker(marker: str) -> AwsError:
    """Error for what no answer gave as the beginning of its next page."""
    return AwsError("ValidationError", f"Marker '{marker}' is not valid")
