"""Store of load balancers: what ELBv2 holds, read with its own API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NotRequired, cast

from ecs_emulator.authority import IssuedCertificate
from ecs_emulator.cloud import certificates

if TYPE_CHECKING:
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_elbv2.type_defs import ListenerTypeDef, LoadBalancerTypeDef, RuleTypeDef, TargetGroupTypeDef

    class StoredListener(ListenerTypeDef):
        Rules: list[RuleTypeDef]
        Attributes: NotRequired[dict[str, str]]
        ServerCertificates: NotRequired[list[tuple[str, ...] | IssuedCertificate]]

    class StoredLoadBalancer(LoadBalancerTypeDef):
        Listeners: NotRequired[list[StoredListener]]
        Attributes: NotRequired[dict[str, str]]

    class StoredTargetGroup(TargetGroupTypeDef):
        Attributes: dict[str, str]


@dataclass(frozen=True)
class LoadBalancerStore:
    """Load balancers, with `Attributes` as a dict and `Listeners`; listeners, with `Rules`, and target groups as well.
    A listener has of each of its certificates the DNS names, or chain and key where it was imported, the default one
    first.

    All else is as the Describe operations shape it. Only application and network load balancers are looked into.
    """

    load_balancers: list[StoredLoadBalancer] = field(default_factory=list)
    target_groups: list[StoredTargetGroup] = field(default_factory=list)


def read(client: ElasticLoadBalancingv2Client, acm: Any) -> LoadBalancerStore:
    """Contents of ELBv2 now, with what ACM says of its certificates.

    Raises botocore's errors, also when something is deleted while it is read.
    """
    pages = client.get_paginator("describe_load_balancers").paginate()
    balancers = [cast("StoredLoadBalancer", each) for page in pages for each in page["LoadBalancers"]]
    for emulated in filter(is_emulated, balancers):
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
                "ServerCertificates": list(_certificates(client, acm, listener)),
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


def _certificates(
    client: ElasticLoadBalancingv2Client, acm: Any, listener: ListenerTypeDef
) -> Iterator[tuple[str, ...] | IssuedCertificate]:
    if listener["Protocol"] not in ("HTTPS", "TLS"):
        return
    default = [each["CertificateArn"] for each in listener.get("Certificates", [])]
    more = client.describe_listener_certificates(ListenerArn=listener["ListenerArn"])["Certificates"]
    for arn in dict.fromkeys([*default, *(each["CertificateArn"] for each in more)]):
        yield _imported(arn) or _names(acm, arn)


def _imported(arn: str) -> IssuedCertificate | None:
    found = certificates.imported(arn)
    return IssuedCertificate(*found) if found else None


def _names(acm: Any, arn: str) -> tuple[str, ...]:
    """The DNS names of a certificate; none of one that is IAM's, which says none."""
    if not arn.startswith("arn:aws:acm:"):
        return ()
    try:
        found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    except acm.exceptions.ResourceNotFoundException:
        # It has gone, and the listener has it still: as nothing is said of an order, this is no error.
        return ()
    return tuple(dict.fromkeys([found["DomainName"], *found.get("SubjectAlternativeNames", [])]))


def is_emulated(balancer: LoadBalancerTypeDef) -> bool:
    return balancer.get("Type", "application") in ("application", "network")


def is_network(balancer: LoadBalancerTypeDef) -> bool:
    return balancer.get("Type") == "network"


def _rules(client: ElasticLoadBalancingv2Client, listener_arn: str) -> list[RuleTypeDef]:
    pages = client.get_paginator("describe_rules").paginate(ListenerArn=listener_arn)
    return [rule for page in pages for rule in page["Rules"]]


def _as_dict(attributes: Any) -> dict[str, str]:
    return {attribute["Key"]: attribute["Value"] for attribute in attributes}
