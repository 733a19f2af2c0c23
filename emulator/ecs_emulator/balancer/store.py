"""Store of load balancers: what ELBv2 holds, read with its own API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NotRequired, cast

if TYPE_CHECKING:
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_elbv2.type_defs import ListenerTypeDef, LoadBalancerTypeDef, RuleTypeDef, TargetGroupTypeDef

    class StoredListener(ListenerTypeDef):
        Rules: list[RuleTypeDef]
        Attributes: NotRequired[dict[str, str]]

    class StoredLoadBalancer(LoadBalancerTypeDef):
        Listeners: NotRequired[list[StoredListener]]
        Attributes: NotRequired[dict[str, str]]

    class StoredTargetGroup(TargetGroupTypeDef):
        Attributes: dict[str, str]


@dataclass(frozen=True)
class LoadBalancerStore:
    """Load balancers, with `Attributes` as a dict and `Listeners`; listeners, with `Rules`, and target groups as well.

    All else is as the Describe operations shape it. Only application load balancers are looked into.
    """

    load_balancers: list[StoredLoadBalancer] = field(default_factory=list)
    target_groups: list[StoredTargetGroup] = field(default_factory=list)


def read(client: ElasticLoadBalancingv2Client) -> LoadBalancerStore:
    """Contents of ELBv2 now. Raises botocore's errors, also when something is deleted while it is read."""
    pages = client.get_paginator("describe_load_balancers").paginate()
    balancers = [cast("StoredLoadBalancer", each) for page in pages for each in page["LoadBalancers"]]
    for emulated in filter(is_application, balancers):
        arn = emulated["LoadBalancerArn"]
        emulated["Attributes"] = _as_dict(client.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"])
        listeners = client.get_paginator("describe_listeners").paginate(LoadBalancerArn=arn)
        emulated["Listeners"] = [
            {
                **listener,
                "Rules": _rules(client, listener["ListenerArn"]),
                "Attributes": _as_dict(
                    client.describe_listener_attributes(ListenerArn=listener["ListenerArn"])["Attributes"]
                ),
            }
            for page in listeners
            for listener in page["Listeners"]
        ]
    groups: list[StoredTargetGroup] = [
        {**group, "Attributes": _as_dict(attributes["Attributes"])}
        for page in client.get_paginator("describe_target_groups").paginate()
        for group in page["TargetGroups"]
        for attributes in [client.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])]
    ]
    return LoadBalancerStore(balancers, groups)


def is_application(balancer: LoadBalancerTypeDef) -> bool:
    return balancer.get("Type", "application") == "application"


def _rules(client: ElasticLoadBalancingv2Client, listener_arn: str) -> list[RuleTypeDef]:
    pages = client.get_paginator("describe_rules").paginate(ListenerArn=listener_arn)
    return [rule for page in pages for rule in page["Rules"]]


def _as_dict(attributes: Any) -> dict[str, str]:
    return {attribute["Key"]: attribute["Value"] for attribute in attributes}
