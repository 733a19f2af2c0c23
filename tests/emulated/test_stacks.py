"""The templates of cfn/ on the emulator: what they describe exists in the local cloud."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from ecs_emulator.local import REGION
from ecs_emulator.stacks.effects import stubbed
from ecs_emulator.stacks.resources.registry import STUBBED, WITH_TASKS
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import read_template
from emulator.tests.support.websites import check_public_website
from ops.stacks.listing import MONOLITH, Listing
from tests.conftest import CFN

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

PROFILE_ONLY = {"Likes", "Adopted", "Description", "Age", "ProfileImageUri"}

_numbers = itertools.count(1)


@pytest.fixture
def stacks(session: boto3.Session) -> Stacks:
    return Stacks(session, REGION)


@pytest.fixture
def table_name(stacks: Stacks) -> str:
    """The table of the mysfits as CloudFormation makes it; that of other tests is a copy."""
    stacks.deploy_document(f"described-{next(_numbers)}", read_template(CFN / "data.yml"), {})
    return stacks.outputs["DynamoTable"]


@pytest.fixture
def table_description(session: boto3.Session, table_name: str) -> TableDescriptionTypeDef:
    return session.client("dynamodb").describe_table(TableName=table_name)["Table"]


def test_the_table_has_the_keys_of_the_template(table_description: TableDescriptionTypeDef) -> None:
    assert table_description["KeySchema"] == [{"AttributeName": "MysfitId", "KeyType": "HASH"}]
    assert table_description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table_description["DeletionProtectionEnabled"]


def test_the_indexes_have_the_keys_and_the_projections_of_the_template(
    table_description: TableDescriptionTypeDef,
) -> None:
    indexes = {
        index["IndexName"]: (
            [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]],
            index["Projection"]["ProjectionType"],
            set(index["Projection"]["NonKeyAttributes"]),
        )
        for index in table_description["GlobalSecondaryIndexes"]
    }
    assert indexes == {
        "GoodEvilIndex": (
            [("GoodEvil", "HASH"), ("MysfitId", "RANGE")],
            "INCLUDE",
            {"Name", "LawChaos", "Species", "ThumbImageUri"},
        ),
        "LawChaosIndex": (
            [("LawChaos", "HASH"), ("MysfitId", "RANGE")],
            "INCLUDE",
            {"Name", "GoodEvil", "Species", "ThumbImageUri"},
        ),
    }


def test_no_index_holds_what_a_like_or_an_adoption_writes(table_description: TableDescriptionTypeDef) -> None:
    """Else a like is written three times: once in the table, and once in each index."""
    for index in table_description["GlobalSecondaryIndexes"]:
        assert index["Projection"]["ProjectionType"] == "INCLUDE"
        held = {*index["Projection"]["NonKeyAttributes"], *(key["AttributeName"] for key in index["KeySchema"])}
        assert not held & PROFILE_ONLY


def test_the_table_can_be_restored_to_any_second(session: boto3.Session, table_name: str) -> None:
    backups = session.client("dynamodb").describe_continuous_backups(TableName=table_name)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_all_stacks_of_the_platform_can_be_deployed(stacks: Stacks, session: boto3.Session, tmp_path: Path) -> None:
    # Names of their own: other tests deploy them into the same cloud.
    text = (CFN / "stacks.yml").read_text().replace("mysfits-", f"all-{next(_numbers)}-")
    (tmp_path / "stacks.yml").write_text(text)
    for template in CFN.glob("*.yml"):
        if template.name != "stacks.yml":
            (tmp_path / template.name).symlink_to(template)
    stacks.deploy_all(Listing.read(tmp_path / "stacks.yml").all(MONOLITH))
    assert stacks.outputs.keys() >= {"DynamoTable", "SiteBucket", "S3WebsiteURL", "LogGroup"}
    table = session.client("dynamodb").describe_table(TableName=stacks.outputs["DynamoTable"])["Table"]
    assert table["TableStatus"] == "ACTIVE"
    assert stubbed(stacks) <= STUBBED | WITH_TASKS.keys() | {"AWS::CloudWatch::Alarm"}


def test_the_bucket_is_a_website_that_the_world_may_read(stacks: Stacks, session: boto3.Session) -> None:
    stacks.deploy_document(f"site-{next(_numbers)}", read_template(CFN / "site.yml"), {})
    s3, bucket = session.client("s3"), stacks.outputs["SiteBucket"]
    check_public_website(s3, bucket)
