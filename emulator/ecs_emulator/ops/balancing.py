"""Load balancer's rules and targets, as far as a service is concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecs_emulator.ops.target import Target
from ecs_emulator.wildcards import fits

if TYPE_CHECKING:
    from mypy_boto3_elbv2.client import ElasticLoadBalancingv2Client as Client
    from mypy_boto3_elbv2.type_defs import (
        RuleConditionOutputTypeDef,
        RuleTypeDef,
        TargetHealthDescriptionTypeDef,
    )

# States of a load balancer in which requests get to targets by it.
ROUTING = ("active", "active_impaired")


@dataclass(frozen=True)
class Rule:
    """A rule of a listener. `weights` are those of its target groups, by ARN; empty when it forwards to none."""

    arn: str
    priority: str  # a number, or `default`
    paths: tuple[str, ...]  # its path patterns; none when it looks at something else
    weights: Mapping[str, int]
    others: tuple[str, ...] = ()  # its other conditions, in words

    def share(self, group: str) -> float:
        """The part of the rule's requests that a target group gets, 0 to 1."""
        total = sum(self.weights.values())
        return self.weights.get(group, 0) / total if total else 0.0

    def takes(self, path: str) -> bool:
        """True when a request for `path` meets the rule, as far as its path decides."""
        return self.priority == "default" or any(matches(pattern, path) for pattern in self.paths)


def matches(pattern: str, path: str) -> bool:
    """True when a path pattern takes a path: `*` is any number of characters, `?` is one; case counts.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
    """
    return fits(pattern, path)


def listeners(target: Target, groups: Sequence[str]) -> list[str]:
    """The listeners that rules of these target groups may be on, by ARN."""
    elbv2 = target.elbv2
    found = elbv2.describe_target_groups(TargetGroupArns=list(groups))["TargetGroups"] if groups else []
    balancers = {arn for group in found for arn in group.get("LoadBalancerArns", [])}
    return [
        listener["ListenerArn"]
        for balancer in sorted(balancers)
        for listener in elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    ]


def listener_names(elbv2: Client, arns: Sequence[str]) -> dict[str, str]:
    """Names of listeners, such as `HTTP:80`, by ARN."""
    found = elbv2.describe_listeners(ListenerArns=list(arns))["Listeners"] if arns else []
    return {each["ListenerArn"]: f"{each['Protocol']}:{each['Port']}" for each in found}


def rules(elbv2: Client, listener: str) -> list[Rule]:
    """The rules of a listener in the order in which they are tried, the default last."""
    found = []
    marker: dict[str, str] = {}
    while True:
        page = elbv2.describe_rules(ListenerArn=listener, **marker)  # type: ignore[arg-type]
        found += [_rule(rule) for rule in page["Rules"]]
        if not page.get("NextMarker"):
            break
        marker = {"Marker": page["NextMarker"]}
    return sorted(found, key=lambda rule: int(rule.priority) if rule.priority.isdigit() else 10**6)


def _rule(rule: RuleTypeDef) -> Rule:
    conditions = rule.get("Conditions", [])
    paths: list[str] = []
    others: list[str] = []
    for condition in conditions:
        own = (condition.get("PathPatternConfig") or {}).get("Values") or condition.get("Values", [])
        if condition.get("Field") == "path-pattern" and own:
            paths += own
        else:
            others.append(_condition(condition))
    weights: dict[str, int] = {}
    for action in rule.get("Actions", []):
        if action.get("Type") != "forward":
            continue
        many = (action.get("ForwardConfig") or {}).get("TargetGroups", [])
        if many:
            weights |= {each["TargetGroupArn"]: int(each.get("Weight", 1)) for each in many}
        elif "TargetGroupArn" in action:
            weights[action["TargetGroupArn"]] = 1
    return Rule(rule["RuleArn"], str(rule["Priority"]), tuple(paths), weights, tuple(others))


def _condition(condition: RuleConditionOutputTypeDef) -> str:
    """A condition in one line, such as `host-header a.example`."""
    config: Any = next((value for name, value in condition.items() if name.endswith("Config")), None) or condition
    values = [
        f"{each.get('Key', '*')}={each['Value']}" if isinstance(each, dict) else str(each)
        for each in config.get("Values") or config.get("RegexValues") or []
    ]
    return " ".join([condition.get("Field", ""), *filter(None, [config.get("HttpHeaderName")]), *values])


@dataclass(frozen=True)
class Probe:
    """A path whose GET reaches a service and changes nothing. `alone`: all such requests go there."""

    path: str
    alone: bool


def probe(found: Sequence[Rule], group: str, preferred: str) -> Probe | None:
    """Probe of the service behind a target group, by `preferred` if that gets there; None when nothing does."""
    for rule in found:
        if rule.share(group) and (path := path_of(found, rule, preferred)):
            return Probe(path, rule.share(group) == 1)
    return None


def path_of(found: Sequence[Rule], rule: Rule, preferred: str) -> str | None:
    """A path that meets this rule and none before it, `preferred` before all others."""
    patterns = ["/*"] if rule.priority == "default" else rule.paths
    return next((path for path in _paths(patterns, preferred) if _first(found, path) is rule), None)


def _first(found: Sequence[Rule], path: str) -> Rule:
    return next(rule for rule in found if rule.takes(path))


def _paths(patterns: Sequence[str], preferred: str) -> list[str]:
    """Paths that the patterns take."""
    own = [pattern.replace("*", "probe").replace("?", "x") for pattern in patterns]
    return [preferred, *own] if any(matches(pattern, preferred) for pattern in patterns) else own


@dataclass(frozen=True)
class LoadBalancer:
    """A load balancer with the state that it has, and why.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html
    """

    name: str
    state: str
    reason: str
    groups: frozenset[str]  # the target groups that it uses, by ARN

    @property
    def routes(self) -> bool:
        """True when requests get to targets by it."""
        return self.state in ROUTING


def load_balancers(elbv2: Client, groups: Sequence[str]) -> list[LoadBalancer]:
    """Those that use target groups."""
    found = elbv2.describe_target_groups(TargetGroupArns=list(groups))["TargetGroups"] if groups else []
    using = {group["TargetGroupArn"]: group.get("LoadBalancerArns", []) for group in found}
    arns = sorted({arn for many in using.values() for arn in many})
    balancers = elbv2.describe_load_balancers(LoadBalancerArns=arns)["LoadBalancers"] if arns else []
    return [
        LoadBalancer(
            each["LoadBalancerName"],
            each["State"]["Code"],
            each["State"].get("Reason", ""),
            frozenset(group for group, many in using.items() if each["LoadBalancerArn"] in many),
        )
        for each in balancers
    ]


def url(elbv2: Client, listener: str) -> str | None:
    """The address of a listener that speaks HTTP; None of one that needs the host name of its certificate."""
    [found] = elbv2.describe_listeners(ListenerArns=[listener])["Listeners"]
    if found["Protocol"] != "HTTP":
        return None
    [balancer] = elbv2.describe_load_balancers(LoadBalancerArns=[found["LoadBalancerArn"]])["LoadBalancers"]
    return f"http://{balancer['DNSName']}:{found['Port']}"


def health(elbv2: Client, group: str) -> list[TargetHealthDescriptionTypeDef]:
    """Every target of a group with its health."""
    return elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
