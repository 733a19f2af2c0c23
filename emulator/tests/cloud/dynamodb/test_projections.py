"""Projections of DynamoDB by an unmodified client: what is told of an item, and what an index has of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import key, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.mark.parametrize(
    ("projection", "one", "other"),
    [("a, b, a", "a", "a"), ("a.b[0], a", "a, b, [0]", "a"), ("b[1], #b[1].c", "b, [1]", "b, [1], c")],
)
def test_paths_of_a_projection_do_not_overlap(
    dynamodb: DynamoDBClient, table: str, projection: str, one: str, other: str
) -> None:
    names: Any = {"ExpressionAttributeNames": {"#b": "b"}} if "#" in projection else {}
    with pytest.raises(ClientError) as refused:
        dynamodb.get_item(TableName=table, Key=key("x"), ProjectionExpression=projection, **names)
    assert refused.value.response["Error"]["Message"] == (
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these "
        f"paths; path one: [{one}], path two: [{other}]"
    )
    dynamodb.scan(TableName=table, ProjectionExpression="a.b, a.c, ab[0], ab[1]")


@pytest.fixture
def by_keys(dynamodb: DynamoDBClient) -> Iterator[str]:
    """A table with one item, whose local index has its keys alone."""
    dynamodb.create_table(
        TableName="by-keys",
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in "psn"],
        LocalSecondaryIndexes=[
            {
                "IndexName": "ByN",
                "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="by-keys", Item={**key(), "n": {"S": "n"}, "x": {"S": "x"}})
    yield "by-keys"
    dynamodb.delete_table(TableName="by-keys")


def test_a_local_index_fetches_what_it_has_not_and_a_global_one_does_not(
    dynamodb: DynamoDBClient, by_keys: str, five: str
) -> None:
    keys: Any = {**key(), "n": {"S": "n"}}
    of_index: Any = {"TableName": by_keys, "IndexName": "ByN"}
    of_p: Any = {"KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}
    search: Any
    for search in (partial(dynamodb.query, **of_index, **of_p), partial(dynamodb.scan, **of_index)):
        assert search()["Items"] == [keys]
        assert search(ProjectionExpression="s, x")["Items"] == [{"s": {"S": "a"}, "x": {"S": "x"}}]
        assert search(Select="ALL_PROJECTED_ATTRIBUTES")["Items"] == [keys]
    whole = dynamodb.query(**of_index, **of_p, Select="ALL_ATTRIBUTES")
    assert whole["Items"] == [{**keys, "x": {"S": "x"}}]
    of_g: Any = {"KeyConditionExpression": "g = :p", "ExpressionAttributeValues": {":p": {"S": "g"}}}
    for ask in (partial(dynamodb.query, **of_g), dynamodb.scan):
        with pytest.raises(ClientError) as error:
            ask(TableName=five, IndexName="ByG", ProjectionExpression="s, x, n")
        assert told(error)[1] == (
            "One or more parameter values were invalid: Global secondary index ByG does not project [x, n]"
        )


@pytest.mark.parametrize(
    ("projection", "sentence"),
    [
        ("", "The expression can not be empty;"),
        ("a..b", 'Syntax error; token: ".", near: ". . b"'),
        ("a,", 'Syntax error; token: "<EOF>", near: ","'),
        ("a b", 'Syntax error; token: "b"'),
        ("1a", 'Syntax error; token: "1"'),
        ("a[b]", 'Syntax error; token: "b"'),
        ("name", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("a.Size", "Attribute name is a reserved keyword; reserved keyword: Size"),
    ],
)
def test_a_projection_that_is_none_is_refused(
    dynamodb: DynamoDBClient, table: str, projection: str, sentence: str
) -> None:
    with pytest.raises(ClientError) as error:
        dynamodb.get_item(TableName=table, Key=key(), ProjectionExpression=projection)
    assert told(error)[1].startswith(f"Invalid ProjectionExpression: {sentence}")


@pytest.mark.parametrize(
    ("projection", "item"),
    [
        ("#n[1].x", {"name": {"L": [{"M": {"x": {"NS": ["1"]}}}]}}),
        ("#n[0], s, #n[1].#b", {"s": {"S": "a"}, "name": {"L": [{"B": b"\xff"}, {"M": {"b": {"NULL": True}}}]}}),
        ("m.x.nowhere, m.#n", {"m": {"M": {"name": {"N": "12345678901234567890123456789012345678"}}}}),
        ("s.x, #n.x, #n[7]", {}),
    ],
)
def test_a_projection_tells_what_is_at_its_paths(
    dynamodb: DynamoDBClient, table: str, projection: str, item: Any
) -> None:
    elements: Any = [{"B": b"\xff"}, {"M": {"x": {"NS": ["1"]}, "b": {"NULL": True}}}]
    members: Any = {"name": {"N": "12345678901234567890123456789012345678"}, "x": {"M": {}}}
    dynamodb.put_item(TableName=table, Item={**key(), "name": {"L": elements}, "m": {"M": members}})
    given: Any = {"ProjectionExpression": projection}
    names = {name: each for name, each in (("#n", "name"), ("#b", "b")) if name in projection}
    if names:
        given["ExpressionAttributeNames"] = names
    assert dynamodb.get_item(TableName=table, Key=key(), **given)["Item"] == item
    assert dynamodb.scan(TableName=table, **given)["Items"] == [item]
    batch: Any = {table: {"Keys": [key()], **given}}
    assert dynamodb.batch_get_item(RequestItems=batch)["Responses"][table] == [item]
    get: Any = {"Get": {"TableName": table, "Key": key(), **given}}
    assert dynamodb.transact_get_items(TransactItems=[get])["Responses"] == [{"Item": item}]
