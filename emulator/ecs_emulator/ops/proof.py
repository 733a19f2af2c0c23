"""Proof that a revision runs, is balanced and answers: what ECS, the load balancer and the service itself say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ecs_emulator.ops import balancing, http, revisions, tasks
from ecs_emulator.ops.balancing import Probe
from ecs_emulator.ops.http import Answer
from ecs_emulator.ops.services import Named, describe, short
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.waiting import rounds

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

REVISION_HEADER = "X-Service-Revision"
ANSWERS = 6  # requests: with two targets in turn, each answers some


@dataclass(frozen=True)
class Check:
    """One link of the chain: what was expected and what came. One that is not `provable` is `ok`, and shows nothing."""

    name: str
    expected: str
    came: str
    ok: bool
    provable: bool = True

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def line(self) -> str:
        """A line for people."""
        if not self.provable:
            return f"  --     {self.name}: not provable: {self.came}"
        return f"  {'ok    ' if self.ok else 'WRONG '} {self.name}: {self.came}" + (
            "" if self.ok else f" (expected: {self.expected})"
        )


def prove(target: Target, named: Named, revision: str, patience: float) -> list[Check]:
    """The checks as they are once all of them hold, or when `patience` (seconds) is over."""
    checks: list[Check] = []
    for _ in rounds(patience, 1.0 if target.on_aws else 0.3):
        checks = look(target, named, revision)
        if all(check.ok for check in checks):
            break
    return checks


def look(target: Target, named: Named, revision: str) -> list[Check]:
    """target revision = primary = every running task = every healthy target = what answers."""
    service = describe(target.ecs, named)
    checks = [primary(service, revision), *of_tasks(target, named, service, revision)]
    groups = _groups(service)
    if groups and service["desiredCount"]:
        checks.append(_answers(target, groups[0], revision))
    return checks


def of_tasks(target: Target, named: Named, service: ServiceTypeDef, revision: str) -> list[Check]:
    """The checks of the running tasks and of every target group."""
    running = tasks.listed(target.ecs, named)
    definitions = [task["taskDefinitionArn"] for task in running]
    checks = [running_tasks(definitions, revision, service["desiredCount"])]
    ours = {tasks.address(task) for task in running if task["taskDefinitionArn"] == revision}
    for group in _groups(service):
        states = [
            (each["Target"]["Id"], each["TargetHealth"]["State"]) for each in balancing.health(target.elbv2, group)
        ]
        checks.append(healthy_targets(states, ours, service["desiredCount"]))
    if names := tasks.stood_in(running):
        came = f"a placeholder of the emulator stands in for {', '.join(names)}"
        checks.append(Check("image", "the one of the revision", came, True, provable=False))
    return checks


def _groups(service: ServiceTypeDef) -> list[str]:
    return [each["targetGroupArn"] for each in service.get("loadBalancers", []) if "targetGroupArn" in each]


def primary(service: ServiceTypeDef, revision: str) -> Check:
    """The primary deployment has the revision, has completed, and is the only one."""
    deployments = [
        f"{each['status']} {short(each['taskDefinition'])}"
        + (f" {each['rolloutState']}" if each.get("rolloutState") else "")
        for each in service["deployments"]
    ]
    expected = [f"PRIMARY {short(revision)} COMPLETED"]
    return Check("deployments", expected[0], ", ".join(deployments) or "none", deployments == expected)


def running_tasks(definitions: Iterable[str], revision: str, desired: int) -> Check:
    """As many tasks as desired run, all of the revision."""
    counts = Counter(short(each) for each in definitions)
    return Check(
        "running tasks",
        f"{desired} × {short(revision)}",
        ", ".join(f"{count} × {name}" for name, count in sorted(counts.items())) or "none",
        counts == Counter({short(revision): desired} if desired else {}),
    )


def healthy_targets(states: Iterable[tuple[str, str]], ours: set[str], desired: int) -> Check:
    """As many targets as desired are healthy, and each of them is a task of the revision."""
    listed = list(states)
    healthy = [address for address, state in listed if state == "healthy"]
    strangers = [address for address in healthy if address not in ours]
    others = Counter(state for _, state in listed if state != "healthy")
    came = [f"{len(healthy)} healthy"] + [f"{count} {state}" for state, count in sorted(others.items())]
    if strangers:
        came.append(f"{', '.join(strangers)} of another revision")
    return Check(
        "targets",
        f"{desired} healthy, all of this revision",
        ", ".join(came),
        len(healthy) == desired and not strangers,
    )


def _answers(target: Target, group: str, revision: str) -> Check:
    elbv2 = target.elbv2
    tried = [(listener, balancing.rules(elbv2, listener)) for listener in balancing.listeners(target, [group])]
    probes = ((listener, balancing.probe(rules, group, target.conventions.probe)) for listener, rules in tried)
    listener, way = next(((listener, way) for listener, way in probes if way), ("", None))
    if way is None:
        return Check("answers", short(revision), "no rule of the load balancer leads here", True, provable=False)
    url = target.outputs.get("ApiUrl") or balancing.url(elbv2, listener)
    if url is None:
        return Check("answers", short(revision), "its listener wants a host name", True, provable=False)
    definition = revisions.read(target.ecs, revision)
    images = [container["image"] for container in definition["containerDefinitions"]]
    may_be_mute = not target.conventions.names_revision or all(revisions.is_stand_in(image) for image in images)
    return answers([http.call("GET", url + way.path) for _ in range(ANSWERS)], revision, way, may_be_mute)


def answers(given: list[Answer], revision: str, way: Probe, may_be_mute: bool = False) -> Check:
    """Check that the revision is what answers. Of a rule that other services share, only those of its own family count.

    `may_be_mute`: its image may say nothing of itself, as somebody else's does.
    """
    expected = short(revision)
    said = [_said(answer) for answer in given]
    mute = [answer.summary for answer, name in zip(given, said, strict=True) if not name]
    counts = Counter(short(name) for name in said if name) + Counter(
        f"{summary}, no {REVISION_HEADER}" for summary in mute
    )
    came = f"GET {way.path}: " + ", ".join(f"{count} × {name}" for name, count in sorted(counts.items()))
    if may_be_mute and len(mute) == len(given):
        ok = all(0 < answer.status < 500 for answer in given)
        return Check("answers", f"{expected}, whose image does not say so", came, ok, provable=not ok)
    relevant = [name for name in counts if way.alone or name.partition(":")[0] == expected.partition(":")[0]]
    ok = all(name == expected for name in relevant) and bool(relevant or not way.alone)
    return Check("answers", expected, came, ok)


def _said(answer: Answer) -> str:
    """The revision that an answer says it is from; empty when it says nothing."""
    body = answer.json
    revision = answer.headers.get(REVISION_HEADER) or (body.get("revision") if isinstance(body, dict) else "")
    return str(revision or "")
