"""Races between resources: pairs of which AWS may make either one first, or both at the same time.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from ecs_emulator.stacks.templates import Document

Needs = Callable[[str], Iterable[str]]  # resources that one needs itself, by logical id

_SERVICE, _GROUP = "AWS::ECS::Service", "AWS::ElasticLoadBalancingV2::TargetGroup"
_ROUTES = ("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule")


def races(names: Iterable[str], resources: Mapping[str, Document], needs: Needs) -> dict[str, list[str]]:
    """Listeners and rules that a service has to come after and does not name, by the service.

    ECS takes a target group only when a load balancer uses it:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
    """
    there, all_needed = list(names), cache(lambda name: _all_needed(name, needs))
    routes = {name: set(needs(name)) for name in there if resources[name]["Type"] in _ROUTES}
    found = {}
    for service in (name for name in there if resources[name]["Type"] == _SERVICE):
        before = all_needed(service)
        groups = {name for name in needs(service) if resources[name]["Type"] == _GROUP}
        groups -= {group for route in routes.keys() & before for group in routes[route]}
        after = [name for name, used in routes.items() if used & groups and service not in all_needed(name)]
        if after:
            found[service] = after
    return found


def before_services(names: Iterable[str], resources: Mapping[str, Document], needs: Needs) -> dict[str, list[str]]:
    """Resources that need no service, by each service: on AWS they are made meanwhile, such as a log group of its
    tasks, and a service is not steady without them.
    """
    there, all_needed = list(names), cache(lambda name: _all_needed(name, needs))
    services = {name for name in there if resources[name]["Type"] == _SERVICE}
    free = [name for name in there if name not in services and not services & all_needed(name)]
    return dict.fromkeys(services, free)


def warning(service: str, after: list[str]) -> str:
    """Sentence on the order that AWS may take."""
    return (
        f"On AWS {service} may come before {' and '.join(after)}, and is refused then: its target group has no load "
        f"balancer yet. DependsOn: [{', '.join(after)}] gives them an order."
    )


def _all_needed(name: str, needs: Needs) -> set[str]:
    found: set[str] = set()
    left = list(needs(name))
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left += needs(each)
    return found
