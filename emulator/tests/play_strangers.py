"""All sets of templates in few emulators, as JSON on standard output: `python play_strangers.py FOLDER PROGRAM`.

The sets are read from standard input, by name: the template `files`, and what is `asked` of whom: a port of a load
balancer, a path, and perhaps a header.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import socket
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ecs_emulator import Emulator
from ecs_emulator.ports import Ports, free_ports

TOGETHER = 9  # sets of one emulator: each load balancer has ports a thousand apart, below those of connections
PATIENCE = 60  # seconds


def main() -> None:
    folder, program, sets = Path(sys.argv[1]), sys.argv[2], json.load(sys.stdin)
    told: dict[str, Any] = {"sets": {}, "services": {}, "outputs": {}, "queues": [], "said": []}
    names = list(sets)
    for start in range(0, len(names), TOGETHER):
        several = {name: sets[name] for name in names[start : start + TOGETHER]}
        for key, value in played(folder, program, several).items():
            told[key] = told[key] + value if isinstance(value, list) else {**told[key], **value}
    print(json.dumps(told))


def played(folder: Path, program: str, sets: dict[str, Any]) -> dict[str, Any]:
    """What becomes of some sets in one emulator, all at the same time."""
    [cloud] = free_ports(1)
    needed = [1000 * number + more for number in range(TOGETHER + 2) for more in (0, 363)]
    tried = random.sample(range(10_000, 11_000), 1000)
    api = next(port for port in tried if all(is_free(port + more) for more in needed))
    with Emulator(speed=100, ports=Ports(api, cloud)) as aws, ThreadPoolExecutor(4) as pool:
        run = {"app": f"{sys.executable} {program}"}

        def one(name: str) -> dict[str, Any]:
            files = [folder / each for each in sets[name]["files"]]
            try:
                aws.deploy(*files, run=run if name == "instances" else None)
                return {"error": "", "answers": answers(aws, [each.stem for each in files], sets[name]["asked"])}
            except Exception as error:  # noqa: BLE001 (told, beside what became of the others)
                return {"error": f"{type(error).__name__}: {error}", "answers": {}}

        results = dict(zip(sets, pool.map(one, sets), strict=True))
        return {
            "sets": results,
            "services": services(aws),
            "outputs": aws.outputs,
            "queues": aws.client("sqs").list_queues().get("QueueUrls", []),
            "said": [*aws.notices(), *aws.without_effect()],
        }


def is_free(port: int) -> bool:
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind(("", port))
        return True
    return False


def services(aws: Emulator) -> dict[str, list[int]]:
    """How many tasks each service has and should have, and how many deployments."""
    ecs, found = aws.client("ecs"), {}
    for cluster in ecs.list_clusters()["clusterArns"]:
        if arns := ecs.list_services(cluster=cluster)["serviceArns"]:
            for each in ecs.describe_services(cluster=cluster, services=arns)["services"]:
                found[each["serviceName"]] = [each["runningCount"], each["desiredCount"], len(each["deployments"])]
    return found


def answers(aws: Emulator, stacks: list[str], asked: list[str]) -> dict[str, str]:
    """What the listeners of some stacks, and of those nested in them, answer."""
    elbv2 = aws.client("elbv2")
    listeners = {}
    renamed = aws.stacks.renamed
    owners = [renamed.get(f"{each}.yml", each.replace(".", "-")) for each in stacks]
    for stack in aws.stacks.all():
        if not any(stack.name == owner or stack.name.startswith(f"{owner}-") for owner in owners):
            continue
        for resource in stack.resources.values():
            if resource.type == "AWS::ElasticLoadBalancingV2::Listener" and resource.physical:
                [found] = elbv2.describe_listeners(ListenerArns=[resource.physical.ref])["Listeners"]
                local = aws.balancer.slots.port(found["LoadBalancerArn"], found["Port"])
                listeners[str(found["Port"])] = (local, found["Protocol"])
    return {each: answer(*listeners[each.split()[0]], *each.split()[1:], aws=aws) for each in asked}


def answer(port: int, protocol: str, path: str, header: str = "", *, aws: Emulator) -> str:
    if protocol in ("HTTPS", "TLS"):
        # By the emulator's own authority, and by the name of this machine.
        context = ssl.create_default_context(cafile=str(aws.authority.path))
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "localhost", port, timeout=PATIENCE, context=context
        )
    else:
        connection = http.client.HTTPConnection("localhost", port, timeout=PATIENCE)
    name, _, value = header.partition("=")
    try:
        connection.request("GET", path, headers={name: value} if name else {})
        found = connection.getresponse()
        body = found.read().decode()
        location = found.headers.get("Location", "")
        return " ".join(filter(None, [str(found.status), location.partition(":")[0], body if "{" in body[:1] else ""]))
    finally:
        connection.close()


if __name__ == "__main__":
    main()
