"""Costs of likes by the hour on AWS, for docs/scale.md (`python -m bench.scale`).

Processor time comes from docs/performance/figures.json, writes from the simulation, the size of an event from the
formatter. Prices are list prices of us-east-1, from the pricing pages named beside them, as of November 2026.
"""

from __future__ import annotations

import logging

from app.kit.logs import JsonFormatter
from bench.bars import ONE_ROW
from bench.figures import FigureSet
from bench.servers import OURS
from bench.simulation import measured_rate, simulate
from tools.page import table

WRITE_UNIT = 0.625e-6  # aws.amazon.com/dynamodb/pricing/on-demand: a million write request units
VCPU, MEMORY_GB = 0.04048, 0.004445  # aws.amazon.com/fargate/pricing: an hour, Linux on x86
LOG_GB = 0.50  # aws.amazon.com/cloudwatch/pricing: a GB of logs taken in
LCU = 0.008  # aws.amazon.com/elasticloadbalancing/pricing: an hour; one is 1 GB an hour, the dimension that binds here

USED = 0.6  # the share of its processors that a service is planned to use
EXCHANGE = 1_000  # bytes of a like's request and answer at the load balancer, with their headers
EVENT_OVERHEAD = 26  # bytes that CloudWatch adds to each event


def event_bytes() -> int:
    """The size of one `Like processed.` event, as CloudWatch bills it."""
    mysfit_id = "3f0f196c-4a7b-43af-9e29-6522a715342d"
    fields = {
        "method": "POST",
        "path": f"/mysfits/{mysfit_id}/like",
        "status": 200,
        "duration_ms": 12.345,
        "mysfit_id": mysfit_id,
        "request_id": "Root=1-67891233-abcdef012345678912345678",
    }
    record = logging.makeLogRecord({"levelname": "INFO", "msg": "Like processed.", **fields})
    return len(JsonFormatter("mysfits-service:12").format(record)) + EVENT_OVERHEAD


def costs(figures: FigureSet) -> str:
    """The sentence and the table of them, as Markdown."""
    cpu = figures.of(OURS.name, ONE_ROW).cpu_per_request / 1000
    size = event_bytes()
    columns = ["likes/s", "vCPUs", "write units/s", "log GB/h", "tasks $/h", "DynamoDB $/h", "log $/h", "balancer $/h"]
    rows = []
    for likes in (1e4, 1e5, 1e6):
        outcome = simulate(likes, measured_rate(figures))
        vcpus = likes * cpu / USED
        units = outcome.writes * outcome.units_per_write
        log = likes * size * 3600 / 1e9
        whole = [f"{figure:,.0f}" for figure in (likes, vcpus, units, log)]
        dollars = (
            vcpus * (VCPU + 2 * MEMORY_GB),
            units * 3600 * WRITE_UNIT,
            log * LOG_GB,
            likes * EXCHANGE * 3600 / 1e9 * LCU,
            likes * 3600 * WRITE_UNIT,
        )
        rows.append([*whole, *(f"{figure:,.2f}" for figure in dollars)])
    told = f"A like takes {cpu * 1000:.2f} ms of a processor and leaves {size} bytes of log."
    return f"{told}\n\n{table([*columns, 'one write each, $/h'], rows)}"
