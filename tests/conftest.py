"""What all tests may use: a local cloud, tables made from the templates, the application on them."""

from __future__ import annotations

import functools
import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from flask.testing import FlaskClient

from app import NEEDS, create_app
from app.kit import aws
from app.kit.config import Config
from app.kit.dynamodb import Table
from app.kit.dynamodb_client import DynamoDBClient
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import read_template

pytest_plugins = ["emulator.tests.support.browser", "emulator.tests.support.cloud"]

CFN = Path(__file__).parent.parent / "cfn"

_numbers = itertools.count(1)


@pytest.fixture
def tables(session: boto3.Session) -> dict[str, str]:
    return new_tables(session)


@pytest.fixture
def table_name(tables: dict[str, str]) -> str:
    """The table of the mysfits."""
    return tables["DDB_TABLE_NAME"]


# Setting of a table, and the output of cfn/data.yml that it comes from.
TABLES = {
    "DDB_TABLE_NAME": "DynamoTable",
    "USERS_TABLE_NAME": "UsersTable",
    "THREADS_TABLE_NAME": "ThreadsTable",
    "POSTS_TABLE_NAME": "PostsTable",
    "HELLO_TABLE_NAME": "HelloTable",
}


def new_tables(session: boto3.Session) -> dict[str, str]:
    """New empty tables as cfn/data.yml describes them: setting to name.

    CloudFormation makes the first of a process, which stay empty. The others are copies of those, in a fifth of the
    calls: their keys, indexes and time to live.
    """
    dynamodb = session.client("dynamodb")
    prefix = f"test-{next(_numbers)}-"
    made = {}
    for setting, (suffix, wanted, expiry) in _described(session).items():
        made[setting] = f"{prefix}{suffix}"
        dynamodb.create_table(TableName=made[setting], **wanted)
        if expiry:
            dynamodb.update_time_to_live(TableName=made[setting], TimeToLiveSpecification=expiry)
    return made


_COPIED = ("AttributeDefinitions", "KeySchema")
_COPIED_OF_INDEX = ("IndexName", "KeySchema", "Projection")


@functools.cache
def _described(session: boto3.Session) -> dict[str, tuple[str, Any, Any]]:
    """The tables of a stack: setting to the end of its name, its CreateTable input, and when its rows expire."""
    stacks, stack = Stacks(session, REGION), f"test-{next(_numbers)}"
    stacks.deploy_document(stack, read_template(CFN / "data.yml"), {})
    dynamodb = session.client("dynamodb")
    found = {}
    for setting, output in TABLES.items():
        name = stacks.outputs[output]
        table: Any = dynamodb.describe_table(TableName=name)["Table"]
        wanted = {each: table[each] for each in _COPIED} | {"BillingMode": table["BillingModeSummary"]["BillingMode"]}
        if indexes := table.get("GlobalSecondaryIndexes"):
            wanted["GlobalSecondaryIndexes"] = [{key: one[key] for key in _COPIED_OF_INDEX} for one in indexes]
        expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"].get("AttributeName")
        expires = {"Enabled": True, "AttributeName": expiry} if expiry else None
        found[setting] = (name.removeprefix(f"{stack}-"), wanted, expires)
    return found


def new_table(session: boto3.Session) -> str:
    """A new empty table of mysfits; its name."""
    return new_tables(session)["DDB_TABLE_NAME"]


@pytest.fixture(scope="session")
def dynamodb(cloud: Cloud) -> DynamoDBClient:
    return aws.dynamodb(REGION)


@pytest.fixture
def table(dynamodb: DynamoDBClient, table_name: str) -> Table:
    return Table(dynamodb, table_name)


@pytest.fixture
def config(tables: dict[str, str]) -> Config:
    return Config.from_env({**tables, "AWS_REGION": REGION}, NEEDS)


@pytest.fixture
def client(config: Config, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The application with all features on empty tables."""
    # Making the clients takes longer than most tests.
    monkeypatch.setattr(aws, "dynamodb", lambda region: dynamodb)
    return create_app(config).test_client()


class Rows:
    """The rows of a table, past the application."""

    def __init__(self, session: boto3.Session, table_name: str) -> None:
        self._table = session.resource("dynamodb").Table(table_name)

    def all(self) -> list[dict[str, Any]]:
        return self._table.scan(ConsistentRead=True)["Items"]

    def get(self, mysfit_id: str) -> dict[str, Any]:
        return self._table.get_item(Key={"MysfitId": mysfit_id}, ConsistentRead=True)["Item"]

    def add(self, **attributes: Any) -> str:
        """Store `a_mysfit(**attributes)`; its id."""
        row = a_mysfit(**attributes)
        self._table.put_item(Item=row)
        return str(row["MysfitId"])

    def add_many(self, count: int) -> list[str]:
        """Store so many of `a_mysfit()`; their ids."""
        rows = [a_mysfit() for _ in range(count)]
        with self._table.batch_writer() as batch:
            for row in rows:
                batch.put_item(Item=row)
        return [str(row["MysfitId"]) for row in rows]


@pytest.fixture
def rows(session: boto3.Session, table_name: str) -> Rows:
    return Rows(session, table_name)


def a_mysfit(**attributes: Any) -> dict[str, Any]:
    """A complete row; an attribute given as None is left out."""
    row = {
        "MysfitId": f"mysfit-{next(_numbers)}",
        "Name": "Ozzy",
        "Species": "Ogre",
        "Description": "Keeps bees.",
        "Age": Decimal(77),
        "GoodEvil": "Good",
        "LawChaos": "Chaotic",
        "ThumbImageUri": "images/ozzy.svg",
        "ProfileImageUri": "images/ozzy-large.svg",
        "Likes": Decimal(0),
        "Adopted": False,
        **attributes,
    }
    return {name: value for name, value in row.items() if value is not None}
