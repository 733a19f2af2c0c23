"""Contents of what the stacks make: emptied where they have to go, weighed where they stay."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.ops.outcomes import Failure, Outcome, is_missing
from ecs_emulator.ops.target import Target

BUCKET = "AWS::S3::Bucket"
REPOSITORY = "AWS::ECR::Repository"
TABLE = "AWS::DynamoDB::Table"
EMPTIED = (BUCKET, REPOSITORY)  # CloudFormation does not delete them with something in them

_GB = 1_000_000_000
# US dollars a GB and month in us-east-1, as cfn/README.md has them; the table's include point-in-time recovery.
_PRICES = {BUCKET: 0.023, REPOSITORY: 0.10, TABLE: 0.25 + 0.20}
# What deletes each, as arguments of the AWS CLI.
_HOW = {
    BUCKET: ["s3 rb --force s3://{}"],
    REPOSITORY: ["ecr delete-repository --force --repository-name {}"],
    TABLE: [
        "dynamodb update-table --no-deletion-protection-enabled --table-name {}",
        "dynamodb delete-table --table-name {}",
    ],
}


@dataclass(frozen=True)
class Kept:
    """Resource that outlives its stack. `size` is in bytes, None when nobody knows; `delete` is typed to delete it."""

    type: str
    name: str
    size: int | None
    delete: str

    def facts(self) -> dict[str, Any]:
        return asdict(self) | {"dollars_a_month": self.dollars}

    @property
    def dollars(self) -> float | None:
        """Dollars that it costs a month; None when nobody knows."""
        if self.type not in _PRICES:
            return 0.0
        return None if self.size is None else round(self.size / _GB * _PRICES[self.type], 2)

    @property
    def line(self) -> str:
        """A line for people."""
        if self.type not in _PRICES:
            return f"{self.name} ({self.type}) is kept; it costs nothing"
        weight = (
            "of unknown size" if self.size is None else f"{self.size / _GB:.3f} GB, about ${self.dollars:.2f} a month"
        )
        how = f" `{self.delete}` deletes it" if self.delete else ""
        return f"{self.name} ({self.type}) is kept: {weight}.{how}"


def kept(target: Target, kind: str, name: str) -> Kept:
    """Resources that are kept, weighed."""
    delete = " && ".join(target.aws_cli(each.format(name)) for each in _HOW.get(kind, []))
    try:
        return Kept(kind, name, _size(target.session, kind, name), delete)
    except ClientError as error:
        # A stub of the emulator is a name, with nothing behind it.
        return Kept(kind, name, 0, "") if is_missing(error) else Kept(kind, name, None, delete)
    except BotoCoreError:  # to know less is no reason to stop
        return Kept(kind, name, None, delete)


def _size(session: boto3.Session, kind: str, name: str) -> int | None:
    if kind == TABLE:
        return session.client("dynamodb").describe_table(TableName=name)["Table"].get("TableSizeBytes", 0)
    if kind == BUCKET:
        pages = session.client("s3").get_paginator("list_objects_v2").paginate(Bucket=name)
        return sum(each["Size"] for page in pages for each in page.get("Contents", []))
    if kind == REPOSITORY:
        ecr: Any = session.client("ecr")
        found = ecr.get_paginator("describe_images").paginate(repositoryName=name)
        return sum(int(each.get("imageSizeInBytes", 0)) for page in found for each in page["imageDetails"])
    return None


def empty(session: boto3.Session, kind: str, name: str) -> int:
    """Delete all that is in a bucket (every version) or a repository; how many things it was.

    Raises Failure (FAILED) with what AWS says of the first that stays.
    """
    try:
        return _empty_bucket(session, name) if kind == BUCKET else _empty_repository(session, name)
    except ClientError as error:
        if is_missing(error) or error.response["Error"]["Code"] == "RepositoryNotFoundException":
            return 0
        raise


def _empty_bucket(session: boto3.Session, name: str) -> int:
    s3 = session.client("s3")
    count = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            keys: Any = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            answer = s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
            for error in answer.get("Errors", []):
                raise Failure(Outcome.FAILED, f"{name}: {error['Key']} stays. {error['Code']}: {error['Message']}")
            count += len(keys)
    return count


def _empty_repository(session: boto3.Session, name: str) -> int:
    """The parts of an image index can go when the index has: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageFailure.html"""
    ecr: Any = session.client("ecr")
    count = 0
    while True:
        pages = ecr.get_paginator("list_images").paginate(repositoryName=name)
        images = [image for page in pages for image in page["imageIds"]]
        failures, gone = [], 0
        for start in range(0, len(images), 100):
            answer = ecr.batch_delete_image(repositoryName=name, imageIds=images[start : start + 100])
            failures += answer.get("failures", [])
            gone += len(answer.get("imageIds", []))
        count += gone
        if not failures:
            return count
        if not gone:
            why = f"{failures[0].get('failureCode')}: {failures[0].get('failureReason')}"
            raise Failure(Outcome.FAILED, f"{name}: {len(failures)} images stay. {why}")
