"""`python -m bench.assemblies`: needs of one task of each assembly, under more load than a task may get.

Each runs with the settings of its own task definition, as the services of the split assembly have them, on the local
cloud. Nothing limits it here: what it takes is compared with what a task of 256 CPU units has.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from bench.group import GroupMemory, memory, processor_time
from bench.machine import hardware
from bench.stage import DATA
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.load.process import loading
from ecs_emulator.load.workload import CannotLoad, Workload
from ecs_emulator.local import REGION, client_environment, use_only
from ecs_emulator.ops.http import call
from ecs_emulator.ops.waiting import rounds
from ecs_emulator.ports import free_ports
from ecs_emulator.stacks.render import render
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import read_template
from ops.local.surroundings import STACKS
from ops.seed import seed_all
from ops.stacks.listing import listed
from reliability.drills.routes import EVERYWHERE, ROUTES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance" / "assemblies.md"
SHARE = 0.25  # of a processor: 256 CPU units
LIMIT = 256  # MiB
CLIENTS = 256
PATIENCE = 60  # seconds that a task may take to start here
MYSFIT = "a68db521-c031-44c7-b5ef-bfa4c0850e2a"


@dataclass(frozen=True)
class Needs:
    """Resources that a task of an assembly took. Processor time in seconds.

    `healthy` is the seconds from its start to its first healthy answer, with what this machine has for it.
    """

    stack: str
    features: str
    healthy: float
    to_start: float
    at_rest: GroupMemory
    most: GroupMemory
    requests: int
    shed: int  # answered with 503
    per_request: float

    @property
    def a_second(self) -> float:
        """The requests that SHARE of a processor is enough for."""
        return SHARE / self.per_request


def assemblies() -> dict[str, dict[str, str]]:
    """The services of the split assembly by stack, each with the environment of its container."""
    found = {}
    for name, stack in render(listed(STACKS, "split")).items():
        for definition in stack.of_type("AWS::ECS::TaskDefinition").values():
            (container,) = definition["ContainerDefinitions"]
            found[name] = {each["Name"]: each["Value"] for each in container["Environment"]}
    return found


@contextmanager
def data_store() -> Iterator[Cloud]:
    """A local cloud with the tables that the environments name, seeded."""
    before = dict(os.environ)
    with closing(Cloud(port=0)) as cloud:
        use_only(cloud.url, cloud.key)
        session = boto3.Session()
        with closing(Stacks(session, REGION)) as stacks:
            stacks.deploy_document("mysfits-data", read_template(DATA), {})
            seed_all(session, stacks.outputs)
            yield cloud
    os.environ.clear()
    os.environ.update(before)


def measure(stack: str, environment: Mapping[str, str], cloud: Cloud, seconds: float) -> Needs:
    """Run one task, leave it alone, then load it from CLIENTS clients. Raises CannotLoad."""
    [port] = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    settings = {
        "BIND_ADDRESS": "127.0.0.1",
        "PORT": str(port),
        **environment,
        **client_environment(cloud.url, cloud.key),
    }
    # By its id: not every assembly can list them.
    routes = tuple(route.replace("{id}", MYSFIT) for route in ROUTES.get(stack, EVERYWHERE))
    begun = time.monotonic()
    task = subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        next((None for _ in rounds(PATIENCE, 0.05) if call("GET", f"{url}/health").status == 200), None)
        healthy = time.monotonic() - begun
        time.sleep(2)  # the second worker is up a moment after the first
        to_start, at_rest = processor_time(task.pid), memory(task.pid)
        seen = [at_rest]
        with loading(Workload(url, CLIENTS, seconds, routes)) as load:
            while not load.wait(0.5):
                seen.append(memory(task.pid))
            report = load.stop()
        used = processor_time(task.pid) - to_start
    finally:
        os.killpg(task.pid, signal.SIGTERM)
        task.wait()
    most = GroupMemory(max(each.resident for each in seen), max(each.shared_once for each in seen))
    if unexpected := report.failures.keys() - {"status 503"}:
        raise CannotLoad(f"{stack} answered with {', '.join(unexpected)}.")
    requests, shed = report.requests, report.failures["status 503"]
    return Needs(
        stack, environment["FEATURES"], healthy, to_start, at_rest, most, requests, shed, used / (requests or 1)
    )


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.assemblies", description=__doc__)
    options.add_argument("--seconds", type=float, default=20, help="how long each task is under load")
    options.add_argument("--only", metavar="STACK", help="measure this one alone")
    options.add_argument("--into", type=Path, default=PAGE, help="the page that the table is written to")
    chosen = options.parse_args()
    found = []
    with data_store() as cloud:
        for stack, environment in assemblies().items():
            if chosen.only not in (None, stack):
                continue
            found.append(measure(stack, environment, cloud, chosen.seconds))
            print(_row(found[-1]), flush=True)
    chosen.into.write_text(page(found))


def page(found: list[Needs]) -> str:
    """The table and what follows from it, as Markdown."""
    largest = max(found, key=lambda needs: needs.most.shared_once)
    slowest = max(found, key=lambda needs: needs.to_start)
    dearest = max(found, key=lambda needs: needs.per_request)
    return _PAGE.format(
        clients=CLIENTS,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=hardware(),
        rows="\n".join(_row(needs) for needs in found),
        verdict="are enough for every assembly" if largest.most.shared_once <= LIMIT else "are not enough",
        largest=f"{largest.stack} takes most, {largest.most.shared_once:.0f} MiB",
        dearest=f"{dearest.a_second:,.0f} requests a second and more; {dearest.stack} is the slowest",
        healthy=f"{max(needs.healthy for needs in found):.1f} s",
        slowest=f"{slowest.to_start / SHARE:.0f} s",
    )


_PAGE = """# What a task needs

`python -m bench.assemblies` measures this and writes this page: one task of each assembly, alone on the local cloud, with
the settings of its task definition in the split assembly of `cfn/stacks.yml`. {clients} clients ask for
all of its routes. It needs Linux. Measured on {date}: {machine}.

| stack | features | MiB at rest | MiB at most | RSS at most | requests | told to come again | ms/request | requests/s | s to start | s to healthy here |
|---|---|---|---|---|---|---|---|---|---|---|
{rows}

*MiB* is what the limit of a container counts: a page that several processes share counts once (PSS). *RSS* counts it for
each of them. *Told to come again* is 503 with `Retry-After`: more than the task and the local cloud keep up with. *ms* is
processor time; the two columns behind it are that time on the quarter of a core that 256 CPU units are. *Healthy here* is
from its start to its first healthy answer, with the cores of this machine; in a rehearsal the checks of its container and of the
load balancer come on top, in the intervals that the templates set.

* **256 MiB {verdict}**: {largest}. Fargate has no task of 256 CPU units with
  less than 512 MiB, so `Memory` in `cfn/service.yml` begins there.
* **256 CPU units** answer {dearest}. `RequestsPerTask` brings
  more tasks from 6,000 a minute on, which is 100 a second.
* A task has started after {slowest}, and here it was healthy after {healthy} at the most; its grace period is 60 s.
"""  # noqa: E501 (a table has no line breaks)


def _row(needs: Needs) -> str:
    cells: list[Any] = [
        needs.stack,
        needs.features.replace(",", ", "),
        f"{needs.at_rest.shared_once:.0f}",
        f"{needs.most.shared_once:.0f}",
        f"{needs.most.resident:.0f}",
        f"{needs.requests:,}",
        f"{needs.shed:,}",
        f"{needs.per_request * 1000:.2f}",
        f"{needs.a_second:,.0f}",
        f"{needs.to_start / SHARE:.1f}",
        f"{needs.healthy:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
