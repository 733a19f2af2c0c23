"""Platform as the subject of drills: an assembly, its visitors, its faults, and what it promises of likes."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from ecs_emulator.experiments.operator import Operator
from ecs_emulator.experiments.record import CheckResult, RunRecord
from ecs_emulator.experiments.subject import Subject
from ecs_emulator.load.workload import Workload
from ecs_emulator.ops.target import Target
from ops.conventions import CONVENTIONS
from ops.local.image import snapshots
from ops.local.program import MYSFITS
from ops.push import push
from ops.traffic import MONOLITH
from ops.visitors import GOLDEN, workload

# A crowd in front of one: every task writes to the same row, and likes that meet share a call of the local cloud,
# which takes its calls one at a time.
VISITED = 1


def platform(assembly: str = "monolith", service: str = MONOLITH, options: Sequence[str] = ()) -> Subject:
    """An assembly of this platform; `service` is the stack that is looked at and worked on."""
    return Subject(
        [sys.executable, "-m", "mysfits", "up", "--assembly", assembly, *options],
        service,
        visitors,
        another_image,
        fault,
        stored_likes,
        lambda record: [likes_counted(record)],
        MYSFITS,
        CONVENTIONS,
    )


def visitors(url: str, clients: int, routes: Sequence[str] = ()) -> Workload:
    """Visitors of one mysfit. Raises CannotLoad."""
    return workload(url, clients, routes=routes or GOLDEN, most=VISITED)


def another_image(operator: Operator, folder: Path) -> str:
    """The same code as another image."""
    return operator.register(tag=push(snapshots(folder), "second").tag)


def fault(name: str) -> Mapping[str, str]:
    """The settings of a fault; every one is refused without the second, see app/kit/faults.py."""
    return {"FAULTS": name, "FAULTS_ALLOWED": "yes"}


def stored_likes(target: Target) -> Counter[str]:
    """The likes that are stored, by mysfit."""
    client = target.session.resource("dynamodb").meta.client
    pages = client.get_paginator("scan").paginate(TableName=target.output("DynamoTable"), ConsistentRead=True)
    return Counter({str(row["MysfitId"]): int(str(row.get("Likes", 0))) for page in pages for row in page["Items"]})


def likes_counted(record: RunRecord) -> CheckResult:
    """Check that what was answered is stored, once. A like whose answer was lost may be stored or not."""
    liked, doubt, stored = record.report.acknowledged, record.report.in_doubt, record.stored
    holds = all(
        liked[mysfit] <= stored[mysfit] <= liked[mysfit] + doubt[mysfit] for mysfit in {*liked, *doubt, *stored}
    )
    more = f", {doubt.total():,} more were sent" if doubt else ""
    return CheckResult(holds, f"{stored.total():,} likes are stored; {liked.total():,} were answered{more}.")
