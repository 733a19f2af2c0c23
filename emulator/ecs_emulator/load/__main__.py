"""Process of a load: `python -m ecs_emulator.load WORKLOAD` prints a line of JSON for each slice.

WORKLOAD is one as JSON. It ends when its time is over or its standard input does, so none outlives who started it.
"""

from __future__ import annotations

import asyncio
import json
import sys

from ecs_emulator.load.generator import LoadGenerator
from ecs_emulator.load.slices import Slice
from ecs_emulator.load.workload import CannotLoad, Workload


def main() -> int:
    try:
        asyncio.run(_run(Workload(**json.loads(sys.argv[1]))))
    except CannotLoad as problem:
        print(json.dumps({"problem": str(problem)}), flush=True)
        return 1
    except BrokenPipeError:  # nobody listens any more
        return 1
    return 0


async def _run(workload: Workload) -> None:
    visitors = LoadGenerator(workload, _say)
    loop = asyncio.get_running_loop()

    def told_to_stop() -> None:
        loop.remove_reader(sys.stdin.fileno())
        visitors.stop()

    loop.add_reader(sys.stdin.fileno(), told_to_stop)
    await visitors.run()


def _say(each: Slice) -> None:
    print(json.dumps(each.document()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
