"""Rates of the traffic: requests by revision and latencies by target group between two readings of the counters."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.balancer.traffic import TargetRequests, Traffic, within

if TYPE_CHECKING:
    from ecs_emulator.ops.status import Facts
    from ecs_emulator.scheduler.interfaces import TargetAddress

_NOTHING = TargetRequests(0, 0)


class Rates:
    """Rates since the last time they were asked for; the first time there are none."""

    def __init__(self, balancer: Balancer) -> None:
        self._balancer = balancer
        self._before: Traffic | None = None
        self._at = 0.0

    def forget(self) -> None:
        """Begin anew: what came meanwhile is nobody's."""
        self._before = None

    def read(self, revisions: Mapping[TargetAddress, tuple[str, str]]) -> Facts:
        """Requests a second by service and revision, answers by class, and milliseconds by target group."""
        now, after, before = time.time(), self._balancer.traffic(), self._before
        seconds = max(now - self._at, 0.001)
        self._before, self._at = after, now
        if before is None:
            return {"at": now, "revisions": [], "answers": {}, "groups": {}}
        counted: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for target, requests in after.targets.items():
            last = before.targets.get(target, _NOTHING)
            # A target that came anew under an address that was another's begins at nothing.
            began = last if requests.requests >= last.requests else _NOTHING
            new = TargetRequests(requests.requests - began.requests, requests.failed - began.failed)
            if target in revisions and new.requests:
                counts = counted[revisions[target]]
                counts[0] += new.requests
                counts[1] += new.failed
        arns = {group.name: group.arn for group in self._balancer.planned()[1].groups.values()}
        return {
            "at": now,
            "revisions": [
                {"service": service, "revision": revision, "requests": count / seconds, "failed": failed / seconds}
                for (service, revision), (count, failed) in counted.items()
            ],
            "answers": {
                kind: max(0, count - before.answers.get(kind, 0)) / seconds for kind, count in after.answers.items()
            },
            "groups": {
                arns[name]: {
                    "p50": within(0.5, before.latencies.get(name, {}), counts_there),
                    "p99": within(0.99, before.latencies.get(name, {}), counts_there),
                }
                for name, counts_there in after.latencies.items()
                if name in arns
            },
        }
