"""Traffic between services by the load balancer's rules: moved, and watched until it has moved.

Rules belong to CloudFormation: the next change of a rule's stack puts its own action back, so deploy what is to last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ecs_emulator.ops import balancing
from ecs_emulator.ops.balancing import Rule
from ecs_emulator.ops.http import call
from ecs_emulator.ops.outcomes import Failure, Outcome, choices
from ecs_emulator.ops.proof import REVISION_HEADER
from ecs_emulator.ops.services import describe
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.ops.waiting import going_on, rounds
from ops.conventions import CONVENTIONS
from ops.stacks import changes
from ops.stacks.images import named, physical_ids

MONOLITH = "mysfits-service"
IN_A_ROW = 20  # answers from one side that show that all of it has moved
SAMPLE = 100  # answers that show a share

_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"


@dataclass(frozen=True)
class RoutedService:
    """A service behind the load balancer, by its stack; the family of its revisions has the stack's name."""

    stack: str
    group: str
    service: str  # ARN
    rule: str | None  # ARN, as its stack made it
    paths: tuple[str, ...]
    priority: int


def side(target: Target, stack: str) -> RoutedService:
    """The service of a stack made from service.yml. Raises Failure (NOT_FOUND)."""
    there = changes.existing(target.cloudformation, stack)
    made = physical_ids(target, stack) if there else {}
    if there is None or _GROUP not in made or "AWS::ECS::Service" not in made:
        raise Failure(
            Outcome.NOT_FOUND,
            f"There is no stack {stack} with a service behind the load balancer. {_choice(target)}",
        )
    parameters = {each["ParameterKey"]: each.get("ParameterValue", "") for each in there.get("Parameters", [])}
    paths = tuple(path.strip() for path in parameters.get("Paths", "").split(",") if path.strip())
    priority = int(parameters.get("Priority") or 0)
    return RoutedService(stack, made[_GROUP], made["AWS::ECS::Service"], made.get(_RULE), paths, priority)


def _choice(target: Target) -> str:
    """Sentence on the stacks that there are with a service, and how features get one of their own."""
    pages = target.cloudformation.get_paginator("describe_stacks").paginate()
    found = [
        stack["StackName"]
        for page in pages
        for stack in page["Stacks"]
        if any(each["ParameterKey"] == "Paths" for each in stack.get("Parameters", []))
    ]
    split = "" if set(found) - {MONOLITH} else f" {target.typed('deploy --assembly split')} gives every feature one."
    return f"{choices(sorted(found))}{split}"


class Cutover:
    """Moves a feature's requests from one service to another. `timeout` is in seconds."""

    def __init__(
        self, target: Target, feature: RoutedService, rest: RoutedService, out: Terminal, timeout: float
    ) -> None:
        self._target = target
        self._feature = feature
        self._rest = rest
        self._out = out
        self._timeout = timeout

    def move(self, weight: int) -> dict[str, int]:
        """Have the feature's service get `weight` percent of its requests; who answered how often after that.

        Raises Failure (FAILED) when a side that would get requests has no healthy task, and (TIMED_OUT).
        """
        for one, share in ((self._feature, weight), (self._rest, 100 - weight)):
            if share:
                self._refuse_unhealthy(one)
        rule = self._set(weight)
        self._out.say(
            f"{' '.join(rule.paths)}: {weight} % to {self._feature.stack}, {100 - weight} % to {self._rest.stack}."
        )
        return self._watch(rule, weight)

    def _refuse_unhealthy(self, one: RoutedService) -> None:
        states = Counter(each["TargetHealth"]["State"] for each in balancing.health(self._target.elbv2, one.group))
        desired = describe(self._target.ecs, named(one.service))["desiredCount"]
        # A group that no rule uses yet is not checked: `unused` is no bad word.
        if desired and (states["healthy"] or states["unused"]) >= desired:
            return
        came = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"
        raise Failure(
            Outcome.FAILED,
            f"{one.stack} cannot take requests: {desired} tasks are desired, its targets: {came}. Nothing was moved.",
        )

    def _set(self, weight: int) -> Rule:
        elbv2 = self._target.elbv2
        listener = _listener(self._target, self._rest)
        weights = {self._rest.group: 100 - weight, self._feature.group: weight}
        actions: Any = [
            {
                "Type": "forward",
                "ForwardConfig": {
                    "TargetGroups": [{"TargetGroupArn": group, "Weight": share} for group, share in weights.items()]
                },
            }
        ]
        found = [
            rule
            for rule in balancing.rules(elbv2, listener)
            if rule.priority != "default" and (self._feature.group in rule.weights or rule.arn == self._feature.rule)
        ]
        if found:
            for rule in found:
                elbv2.modify_rule(RuleArn=rule.arn, Actions=actions)
            return Rule(found[0].arn, found[0].priority, found[0].paths, weights)
        if not self._feature.paths or not self._feature.priority:
            raise Failure(Outcome.FAILED, f"{self._feature.stack} does not say which Paths and Priority it has.")
        conditions: Any = [{"Field": "path-pattern", "PathPatternConfig": {"Values": list(self._feature.paths)}}]
        made = elbv2.create_rule(
            ListenerArn=listener, Priority=self._feature.priority, Conditions=conditions, Actions=actions
        )["Rules"][0]
        return Rule(made["RuleArn"], str(self._feature.priority), self._feature.paths, weights)

    def _watch(self, rule: Rule, weight: int) -> dict[str, int]:
        """Ask until the answers come from where they should."""
        found = balancing.rules(self._target.elbv2, _listener(self._target, self._rest))
        own = next((each for each in found if each.arn == rule.arn), rule)
        url = self._target.output("ApiUrl") + (balancing.path_of(found, own, CONVENTIONS.probe) or rule.paths[0])
        expected = {one.stack for one, share in ((self._feature, weight), (self._rest, 100 - weight)) if share}
        came: Counter[str] = Counter()
        said = ""
        with going_on(self._out, f"The rule stays as it is; {self._target.typed('cutover … --back')} undoes it."):
            for _ in rounds(self._timeout, 0.5):
                came = Counter(_family(url) for _ in range(IN_A_ROW if len(expected) == 1 else SAMPLE))
                line = ", ".join(f"{count} × {name}" for name, count in sorted(came.items()))
                if line != said:
                    said = line
                    self._out.say(f"  answers: {line}")
                if came.keys() == expected:
                    self._out.say(f"  targets: {self._states()}")
                    return dict(came)
        raise Failure(
            Outcome.TIMED_OUT,
            f"After {self._timeout:.0f} s the answers of {url} are not from {' and '.join(sorted(expected))} alone. "
            "The rule stays as it is now; --back undoes it.",
            answers=dict(came),
        )

    def _states(self) -> str:
        parts = []
        for one in (self._feature, self._rest):
            states = Counter(each["TargetHealth"]["State"] for each in balancing.health(self._target.elbv2, one.group))
            parts.append(f"{one.stack} {', '.join(f'{count} {state}' for state, count in sorted(states.items())) or 0}")
        return "; ".join(parts)


def _family(url: str) -> str:
    answer = call("GET", url)
    revision = str(answer.headers.get(REVISION_HEADER) or "")
    if answer.status >= 500 or not revision:
        return answer.summary
    return revision.partition(":")[0]


def _problem(status: int, title: str, detail: str) -> dict[str, Any]:
    """A fixed answer, in the words in which the templates and the application say such things."""
    body = f'{{"type": "about:blank", "title": "{title}", "status": {status}, "detail": "{detail}"}}'
    response = {"StatusCode": str(status), "ContentType": "application/json", "MessageBody": body}
    return {"Type": "fixed-response", "FixedResponseConfig": response}


NOT_FOUND = _problem(404, "Not Found", "No service answers here.")
DROPPED = _problem(503, "Service Unavailable", "Requests are being moved. Try again in a minute.")


def drop(target: Target, rest: RoutedService, on: bool, out: Terminal, timeout: float) -> None:
    """Answer with a fixed 503 whatever no feature's rule takes, or give it back to the service. Raises Failure."""
    elbv2 = target.elbv2
    listener = _listener(target, rest)
    if not on and rest.rule and not _healthy(target, rest):
        desired = describe(target.ecs, named(rest.service))["desiredCount"]
        out.say(f"{rest.stack} has no healthy task yet ({desired} desired): {target.typed('scale')} brings some.")
    forward: Any = {"Type": "forward", "TargetGroupArn": rest.group}
    if rest.rule:
        elbv2.modify_rule(RuleArn=rest.rule, Actions=[DROPPED if on else forward])  # type: ignore[list-item]
    elbv2.modify_listener(ListenerArn=listener, DefaultActions=[DROPPED if on else NOT_FOUND])  # type: ignore[list-item]
    out.say(
        "Requests that no feature's rule takes are answered with 503." if on else f"{rest.stack} gets requests again."
    )
    found = balancing.rules(elbv2, listener)
    ours = next((rule for rule in found if rule.arn == rest.rule), None)
    path = (balancing.path_of(found, ours, CONVENTIONS.probe) if ours else None) or CONVENTIONS.probe
    _watch_drop(target.output("ApiUrl") + path, on, out, timeout)


def _watch_drop(url: str, on: bool, out: Terminal, timeout: float) -> None:
    said: Sequence[int] = ()
    for _ in rounds(timeout, 0.5):
        codes = sorted({call("GET", url).status for _ in range(5)})
        if codes != said:
            said = codes
            out.say(f"  GET {url}: {', '.join(str(code) for code in codes)}")
        if (codes == [503]) if on else not {0, 502, 503, 504} & set(codes):
            return
    raise Failure(Outcome.TIMED_OUT, f"After {timeout:.0f} s GET {url} still answers {said}.")


def _listener(target: Target, rest: RoutedService) -> str:
    """ARN of the listener that the rule of `rest` belongs to, which begins as the rule's own."""
    listener, is_rule, _ = (rest.rule or "").replace(":listener-rule/", ":listener/").rpartition("/")
    return listener if is_rule else balancing.listeners(target, [rest.group])[0]


def _healthy(target: Target, one: RoutedService) -> int:
    # Without a rule nobody checks them: `unused`.
    states = [each["TargetHealth"]["State"] for each in balancing.health(target.elbv2, one.group)]
    return sum(state in ("healthy", "unused") for state in states)
