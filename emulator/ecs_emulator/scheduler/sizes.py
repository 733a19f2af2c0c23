"""Sizes of Fargate tasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
"""

from __future__ import annotations

import re

from ecs_emulator.cloud.errors import AwsError

# CPU units to MiB of memory.
FARGATE = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}


def cpu_units(text: str) -> int:
    """`256`, `.25 vCPU`. Raises AwsError."""
    return _units(text, r"vcpu", 1024, "Invalid setting for CPU")


def mebibytes(text: str) -> int:
    """`512`, `0.5 GB`. Raises AwsError."""
    return _units(text, r"gb", 1024, "Invalid setting for memory")


def fits_fargate(cpu: int, memory: int) -> bool:
    return memory in FARGATE.get(cpu, ())


def _units(text: str, unit: str, each: int, complaint: str) -> int:
    found = re.fullmatch(rf"(\d+)|(\d*\.?\d+)\s*{unit}s?", text.strip(), re.IGNORECASE)
    if not found:
        raise AwsError("ClientException", f"{complaint}: {text}")
    whole, parts = found.groups()
    return int(whole) if whole else round(float(parts) * each)
