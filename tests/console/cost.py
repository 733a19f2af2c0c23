"""What a console costs while no page is open, as JSON: `python -m tests.console.cost`.

An emulator with nothing deployed is measured without a console and with one: megabytes that stay in memory, and percent
of a processor.
"""

from __future__ import annotations

import gc
import json
import tempfile
import time
from pathlib import Path

from ecs_emulator import Emulator
from ecs_emulator.console.console import Console

SECONDS = 10.0  # for which each is measured
WARM = 3.0  # in which an emulator comes to rest
MEGABYTES, PERCENT = 5.0, 1.0  # at most


def memory() -> float:
    """Megabytes of this process that are in memory."""
    gc.collect()
    [kilobytes] = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line]
    return int(kilobytes) / 1024


def processor() -> float:
    """Percent of a processor that this process takes."""
    begun, spent = time.monotonic(), time.process_time()
    time.sleep(SECONDS)
    return 100 * (time.process_time() - spent) / (time.monotonic() - begun)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Emulator(folder=Path(folder, "data")) as aws:
        time.sleep(WARM)
        before = memory(), processor()
        with Console(aws, 0):
            time.sleep(WARM)
            after = memory(), processor()
    print(json.dumps({"MB": max(0.0, after[0] - before[0]), "% of a core": max(0.0, after[1] - before[1])}))


if __name__ == "__main__":
    main()
