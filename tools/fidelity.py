"""Fidelity of the emulator, as a page: what the answers to each operation are held against, and where they deviate.

`python -m tools.fidelity --write` writes docs/fidelity.md from the code and its tests.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from botocore import __version__ as botocore_version
from botocore import xform_name

from ecs_emulator.balancer import operations as elbv2
from ecs_emulator.cloud import cloudwatch, load_balancers
from ecs_emulator.cloud.dynamodb.streams import OPERATIONS as STREAMS
from ecs_emulator.cloud.moto_dynamodb import CORRECTED as DYNAMODB
from ecs_emulator.cloud.moto_logs import CORRECTED as LOGS
from ecs_emulator.cloud.moto_s3 import CORRECTED as S3
from ecs_emulator.scheduler import image_operations, scaling_operations
from ecs_emulator.scheduler import operations as ecs
from ecs_emulator.stacks import operations as cloudformation

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "fidelity.md"
BEGIN, END = "<!-- fidelity: written by `python -m tools.fidelity --write` -->", "<!-- fidelity: end -->"

_REFERENCE = "https://docs.aws.amazon.com"
# Service to its title, the folder of its API reference, and the operations that are answered or corrected here.
_SERVICES: Mapping[str, tuple[str, str, Iterable[str]]] = {
    "ecs": ("Amazon ECS", "AmazonECS/latest/APIReference", ecs.OPERATIONS),
    "cloudformation": (
        "CloudFormation",
        "AWSCloudFormation/latest/APIReference",
        cloudformation.OPERATIONS,
    ),
    "elbv2": (
        "Elastic Load Balancing v2",
        "elasticloadbalancing/latest/APIReference",
        {**load_balancers.OPERATIONS, **elbv2.OPERATIONS},
    ),
    "cloudwatch": ("CloudWatch", "AmazonCloudWatch/latest/APIReference", cloudwatch.OPERATIONS),
    "ecr": ("Amazon ECR", "AmazonECR/latest/APIReference", image_operations.OPERATIONS),
    "application-autoscaling": (
        "Application Auto Scaling",
        "autoscaling/application/APIReference",
        scaling_operations.OPERATIONS,
    ),
    "logs": ("CloudWatch Logs, kept by moto", "AmazonCloudWatchLogs/latest/APIReference", LOGS),
    "s3": ("S3, kept by moto", "AmazonS3/latest/API", S3),
    "dynamodb": ("DynamoDB, kept by moto", "amazondynamodb/latest/APIReference", DYNAMODB),
    "dynamodbstreams": ("DynamoDB Streams, kept by moto", "amazondynamodb/latest/APIReference", STREAMS),
}
_KEPT_BY_MOTO = {"logs", "s3", "dynamodb", "dynamodbstreams"}
_PARTIQL = "what is none is refused in DynamoDB's words, its position left out"
DEVIATIONS: Mapping[str, str] = {
    "application-autoscaling.RegisterScalableTarget": "nothing is scaled",
    "cloudformation.DescribeStackResourceDrifts": "of ten types, and of each the properties in `stacks/actual.py`",
    "cloudformation.DetectStackDrift": "done when it is answered; of ten types, the others are NOT_CHECKED",
    "cloudformation.ListHookResults": "no hook can be registered, so there is none",
    "cloudformation.ValidateTemplate": "looks at the template alone, not at what a stack's parameters would make of it",
    "cloudwatch.GetMetricData": (
        "no expressions; of AWS's own metrics those of AWS/ECS, AWS/ApplicationELB and the health of "
        "AWS/NetworkELB: utilization on Linux without `--docker`, response times by Envoy's bounds and 1,000 of "
        "a reading at the most"
    ),
    "cloudwatch.PutMetricData": "no StatisticValues",
    "dynamodb.BatchExecuteStatement": _PARTIQL,
    "dynamodb.ExecuteStatement": (
        f"{_PARTIQL}; ORDER BY goes with one value of the partition key; several values of it are found by a scan"
    ),
    "dynamodb.ExecuteTransaction": f"{_PARTIQL}; a token is forgotten when the emulator ends",
    "dynamodb.TagResource": "the tag `ecs-emulator:fault` is `throttled` or is refused",
    "dynamodb.TransactWriteItems": "a token is forgotten when the emulator ends; no transaction meets another",
    "dynamodb.UpdateTimeToLive": (
        "at once, and as often as one likes; items are deleted within a minute of their time, where AWS takes days"
    ),
    "dynamodbstreams.DescribeStream": "one shard, which never ends",
    "dynamodbstreams.GetRecords": "records do not end with the day, and do with the emulator",
    "elbv2.RegisterTargets": (
        "private and loopback addresses alone, no instances; an address that is none of this machine's is unhealthy"
    ),
    "ecs.CreateService": "a client token is forgotten when the emulator ends",
    "ecs.DescribeCapacityProviders": "one that is no Fargate's is known by its clusters, and has but a name",
    "ecs.PutAccountSetting": "kept and shown; containerInsights is that of new clusters, the others have no effect",
    "ecs.RunTask": "a client token is forgotten when the emulator ends",
    "logs.FilterLogEvents": (
        "a term is found inside of words too; no field of an event is unequal to anything where it is missing"
    ),
    "logs.PutMetricFilter": "an event without a field that is a dimension is counted without dimensions",
    "logs.StartQuery": "fields, filter, stats, sort, limit, display; other commands and functions are refused by name",
    "logs.StartLiveTail": (
        "no events are streamed; a client that puts `stream-` before the host does not find it: "
        "`AWS_DISABLE_HOST_PREFIX_INJECTION` of `ecs-emulator env` keeps boto3 and the AWS CLI from it"
    ),
    "s3.CompleteMultipartUpload": "an upload without an algorithm gets no checksum",
    "s3.CopyObject": "a copy of parts has them still",
    "s3.DeletePublicAccessBlock": "afterwards there is a block that blocks nothing",
    "s3.PutObject": "of more than 1 MiB a CRC32C or CRC64NVME is believed; without a checksum none is made",
    "s3.UploadPart": "of more than 1 MiB a CRC32C or CRC64NVME is believed",
}


def table() -> str:
    """The tables of all services as Markdown."""
    tests = _tests()
    parts = [f"Held against the models of botocore {botocore_version}."]
    for service, (title, reference, operations) in _SERVICES.items():
        rows = (_row(service, reference, name, tests) for name in sorted(operations))
        head = "| operation | input | answer | a test calls it | known deviations |\n|---|---|---|---|---|"
        parts.append(f"## {title}\n\n{head}\n" + "\n".join(rows))
    return "\n\n".join(parts)


def unchecked() -> set[str]:
    """Operations that no test calls, as `ecs.RunTask`."""
    tests = _tests()
    return {
        f"{service}.{name}"
        for service, (_, _, operations) in _SERVICES.items()
        for name in operations
        if not _is_called(name, tests)
    }


def _row(service: str, reference: str, name: str, tests: list[str]) -> str:
    prefix = "streams_" if service == "dynamodbstreams" else ""
    page = f"[{name}]({_REFERENCE}/{reference}/API_{prefix}{name}.html)"
    answer = "as moto shapes it" if service in _KEPT_BY_MOTO else "model, in each test"
    called = "yes" if _is_called(name, tests) else "**no**"
    return f"| {page} | model | {answer} | {called} | {DEVIATIONS.get(f'{service}.{name}', '')} |"


def _is_called(name: str, tests: list[str]) -> bool:
    spellings = (
        f'"{name}"',
        f".{xform_name(name)}(",
        f'"{xform_name(name)}"',
        xform_name(name).replace("_", "-") + " ",
    )
    return any(each in text for text in tests for each in spellings)


def _tests() -> list[str]:
    return [path.read_text() for path in _files()]


def _files() -> Iterator[Path]:
    for folder in ("emulator/tests", "tests"):
        yield from sorted((ROOT / folder).rglob("test_*.py"))


def written(page: str) -> str:
    """The page with the tables between its markers."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def main() -> None:
    page = written(PAGE.read_text())
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page)
    else:
        sys.stdout.write(page)


if __name__ == "__main__":
    main()
