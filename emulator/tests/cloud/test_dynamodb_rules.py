"""DynamoDB's rules by an unmodified client: keys, searches, transactions, capacity, expiry, throttling."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from time import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ecs_emulator.cloud.dynamodb.time_to_live import Sweep, delete_expired
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import FAULT_TAG, REGION
from emulator.tests.support.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_numbers = itertools.count(1)


@pytest.fixture
def dynamodb(cloud: Cloud) -> DynamoDBClient:
    # Throttling and cancelled transactions are looked at once, and not after five tries.
    return boto3.client("dynamodb", REGION, config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture
def table(dynamodb: DynamoDBClient) -> Iterator[str]:
    """A table with the keys `p` and `s`, an index by `g` and one of its own partition by the number `n`."""
    name = f"rules-{next(_numbers)}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            *({"AttributeName": each, "AttributeType": "S"} for each in "psg"),  # type: ignore[list-item]
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "ByG",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "ByN",
                "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def five(dynamodb: DynamoDBClient, table: str) -> str:
    """The table with five items of one partition."""
    for number, name in enumerate("abcde"):
        dynamodb.put_item(TableName=table, Item={**key(name), "n": {"N": f"{number}"}, "g": {"S": "g"}})
    return table


def key(name: str = "a") -> Any:
    return {"p": {"S": "p"}, "s": {"S": name}}


def told(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    response = error.value.response["Error"]
    return response["Code"], response["Message"]


def records(table: str) -> list[Any]:
    """Records of a table's stream, from its beginning."""
    streams: Any = boto3.client("dynamodbstreams", REGION)
    arn = streams.list_streams(TableName=table)["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return list(streams.get_records(ShardIterator=start["ShardIterator"])["Records"])


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"g": {"N": "1"}}, "Type mismatch for Index Key g Expected: S Actual: N IndexName: ByG"),
        ({"g": {"NULL": True}}, "Type mismatch for Index Key g Expected: S Actual: NULL IndexName: ByG"),
        ({"n": {"S": "1"}}, "Type mismatch for Index Key n Expected: N Actual: S IndexName: ByN"),
        ({"g": {"S": ""}}, "cannot contain an empty string value. IndexName: ByG, IndexKey: g"),
        ({"s": {"N": "1"}}, "Type mismatch for key s expected: S actual: N"),
        ({"p": {"S": ""}}, "cannot contain an empty string value. Key: p"),
        ({"p": {"S": "x" * 2049}}, "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
        ({"s": {"S": "é" * 513}}, "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"),
    ],
)
def test_an_item_has_keys_of_the_types_that_are_defined(
    dynamodb: DynamoDBClient, table: str, item: Any, sentence: str
) -> None:
    for write in (
        lambda: dynamodb.put_item(TableName=table, Item={**key(), **item}),
        lambda: dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": {**key(), **item}}}]}),
    ):
        with pytest.raises(ClientError) as error:
            write()
        assert told(error)[0] == "ValidationException"
        assert sentence in told(error)[1]
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": {**key(), **item}}}])
    # What is empty is seen before anybody looks at the table.
    if "empty" not in sentence:
        assert told(error)[0] == "TransactionCanceledException"
        reasons = error.value.response["CancellationReasons"]
        assert reasons[0]["Code"] == "ValidationError"
        assert sentence in reasons[0]["Message"]
    assert dynamodb.scan(TableName=table)["Count"] == 0


@pytest.mark.parametrize(
    "given",
    [
        {"p": {"S": "p"}},
        {**key(), "x": {"S": "x"}},
        {"p": {"N": "1"}, "s": {"S": "a"}},
        {"p": {"S": "p"}, "g": {"S": "g"}},
    ],
)
def test_a_key_that_is_none_of_the_table_is_refused(dynamodb: DynamoDBClient, table: str, given: Any) -> None:
    for call in (
        lambda: dynamodb.get_item(TableName=table, Key=given),
        lambda: dynamodb.delete_item(TableName=table, Key=given),
        lambda: dynamodb.update_item(TableName=table, Key=given, UpdateExpression="REMOVE a"),
        lambda: dynamodb.batch_get_item(RequestItems={table: {"Keys": [given]}}),
        lambda: dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": given}}]}),
        lambda: dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": given}}]),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert told(error) == ("ValidationException", "The provided key element does not match the schema")


def test_an_update_is_made_whole_or_not_at_all(dynamodb: DynamoDBClient, five: str) -> None:
    before = dynamodb.scan(TableName=five)["Items"]
    for target in ("a", "new"):
        for expression, value, sentence in (
            ("SET x = :v, g = :v", {"N": "1"}, "Type mismatch"),
            ("SET x = :v ADD g :v", {"N": "1"}, "incorrect data type"),
            ("SET x = :v, y = nowhere", {"S": "1"}, "refers to an attribute that does not exist in the item"),
        ):
            with pytest.raises(ClientError) as error:
                dynamodb.update_item(
                    TableName=five,
                    Key=key(target),
                    UpdateExpression=expression.replace("ADD g", "ADD p" if target == "new" else "ADD g"),
                    ExpressionAttributeValues={":v": value},
                )
            assert told(error)[0] == "ValidationException"
            if target == "a":
                assert sentence in told(error)[1]
    assert dynamodb.scan(TableName=five)["Items"] == before
    assert len(records(five)) == 5


def test_a_batch_names_no_item_twice(dynamodb: DynamoDBClient, table: str) -> None:
    put: Any = {"PutRequest": {"Item": key()}}
    delete: Any = {"DeleteRequest": {"Key": key()}}
    for requests in ([put, delete], [put, {"PutRequest": {"Item": {**key(), "x": {"S": "x"}}}}], [delete, delete]):
        with pytest.raises(ClientError) as error:
            dynamodb.batch_write_item(RequestItems={table: requests})
        assert told(error) == ("ValidationException", "Provided list of item keys contains duplicates")
    with pytest.raises(ClientError, match="contains duplicates"):
        dynamodb.batch_get_item(RequestItems={table: {"Keys": [key(), dict(reversed(key().items()))]}})


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"KeyConditionExpression": "p = :n"}, "Condition parameter type does not match schema type"),
        ({"KeyConditionExpression": "p = :p AND s > :n"}, "Condition parameter type does not match schema type"),
        (
            {"KeyConditionExpression": "p = :p AND s BETWEEN :p AND :a"},
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {S:p}, upper bound operand: AttributeValue: {S:a}",
        ),
        (
            {"KeyConditionExpression": "p = :p AND s BETWEEN :a AND :n"},
            "The BETWEEN operator requires same data type for lower and upper bounds",
        ),
        (
            {"KeyConditionExpression": "p = :p", "FilterExpression": "s = :a"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: s",
        ),
        (
            {"KeyConditionExpression": "p = :p", "FilterExpression": "n > :n", "IndexName": "ByN"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: n",
        ),
        (
            {"KeyConditionExpression": "p = :p", "ExclusiveStartKey": {"p": {"S": "other"}, "s": {"S": "a"}}},
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        ({"KeyConditionExpression": "p = :p", "ExclusiveStartKey": {"p": {"S": "p"}}}, "starting key is invalid"),
        (
            {"KeyConditionExpression": "p = :p", "ExclusiveStartKey": {"p": {"S": "p"}, "s": {"N": "1"}}},
            "The provided starting key is invalid",
        ),
        (
            {"KeyConditionExpression": "p = :p AND s > :a", "ExclusiveStartKey": {"p": {"S": "p"}, "s": {"S": "a"}}},
            "The provided starting key does not match the range key predicate",
        ),
        ({"KeyConditionExpression": "p = :p", "IndexName": "ByX"}, "does not have the specified index: ByX"),
    ],
)
def test_a_query_that_is_none_is_refused(dynamodb: DynamoDBClient, five: str, parameters: Any, sentence: str) -> None:
    values = {":p": {"S": "p"}, ":a": {"S": "a"}, ":n": {"N": "1"}}
    conditions = f"{parameters['KeyConditionExpression']} {parameters.get('FilterExpression', '')}".split()
    used: Any = {name: value for name, value in values.items() if name in conditions}
    with pytest.raises(ClientError) as error:
        dynamodb.query(TableName=five, ExpressionAttributeValues=used, **parameters)
    assert told(error)[0] == "ValidationException"
    assert sentence in told(error)[1]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"Segment": 2, "TotalSegments": 2}, "zero-based and must be less than parameter TotalSegments"),
        ({"Segment": 0, "TotalSegments": 1_000_001}, "less than or equal to 1000000"),
        ({"Segment": 0}, "The TotalSegments parameter is required"),
        ({"Limit": 0}, "greater than or equal to 1"),
        ({"ExclusiveStartKey": {"p": {"S": "p"}}}, "The provided starting key is invalid"),
    ],
)
def test_a_scan_that_is_none_is_refused(session: boto3.Session, five: str, parameters: Any, sentence: str) -> None:
    unchecked = session.client("dynamodb", config=Config(parameter_validation=False))
    with pytest.raises(ClientError) as error:
        unchecked.scan(TableName=five, **parameters)
    assert told(error)[0] == "ValidationException"
    assert sentence in told(error)[1]


def test_segments_have_every_item_once_and_a_start_of_their_own(dynamodb: DynamoDBClient, table: str) -> None:
    for number in range(40):
        dynamodb.put_item(TableName=table, Item={"p": {"S": f"{number}"}, "s": {"S": "a"}})
    segments = [dynamodb.scan(TableName=table, Segment=each, TotalSegments=4)["Items"] for each in range(4)]
    assert sorted(int(item["p"]["S"]) for items in segments for item in items) == list(range(40))
    elsewhere: Any = next(items[0] for items in segments[1:] if items)
    with pytest.raises(ClientError, match="Please use ExclusiveStartKey with correct Segment"):
        dynamodb.scan(TableName=table, Segment=0, TotalSegments=4, ExclusiveStartKey=elsewhere)


def test_a_page_has_a_megabyte(dynamodb: DynamoDBClient, table: str) -> None:
    for number in range(6):
        dynamodb.put_item(TableName=table, Item={**key(f"{number}"), "x": {"S": "x" * 300_000}})
    of_p: Any = {"KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}
    page = dynamodb.query(TableName=table, **of_p)
    assert page["Count"] == 3
    assert page["LastEvaluatedKey"] == key("2")
    rest = dynamodb.scan(TableName=table, ExclusiveStartKey=page["LastEvaluatedKey"], Select="COUNT")
    assert rest["Count"] == 3
    hidden = dynamodb.scan(TableName=table, FilterExpression="attribute_not_exists(x)", ReturnConsumedCapacity="TOTAL")
    assert (hidden["Count"], hidden["ScannedCount"], "LastEvaluatedKey" in hidden) == (0, 3, True)
    assert hidden["ConsumedCapacity"]["CapacityUnits"] == 110.0  # 900,000 bytes by 4 KB, by half


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("begins_with(s, :n)", "operator or function: begins_with, operand type: N"),
        ("attribute_type(s, :n)", "operator or function: attribute_type, operand type: N"),
        ("attribute_type(s, :x)", "Invalid attribute type name found; type: x, valid types:"),
        ("x < :b", "operator or function: <, operand type: BOOL"),
        ("x BETWEEN :b AND :b", "operator or function: BETWEEN, operand type: BOOL"),
        ("x BETWEEN :n AND :x", "The BETWEEN operator requires same data type"),
        ("x BETWEEN :n AND :m", "requires upper bound to be greater than or equal to lower bound"),
        ("x = x", "The first operand must be distinct from the remaining operands"),
        ("size(x, :n) > :n", "Syntax error"),
    ],
)
def test_operands_of_the_wrong_type_are_refused(
    dynamodb: DynamoDBClient, table: str, condition: str, sentence: str
) -> None:
    values = {":n": {"N": "9"}, ":m": {"N": "1"}, ":x": {"S": "x"}, ":b": {"BOOL": True}}
    used: Any = {name: value for name, value in values.items() if name in condition}
    given = {"ExpressionAttributeValues": used} if used else {}
    with pytest.raises(ClientError) as error:
        dynamodb.put_item(TableName=table, Item=key(), ConditionExpression=condition, **given)
    assert told(error)[0] == "ValidationException"
    assert told(error)[1].startswith("Invalid ConditionExpression: ")
    assert sentence in told(error)[1]
    with pytest.raises(ClientError, match="Invalid FilterExpression: "):
        dynamodb.scan(TableName=table, FilterExpression=condition, **given)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("one = :true", False),
        ("one IN (:true)", False),
        ("one <> :true", True),
        ("nowhere = :null", False),
        ("nowhere <> :null", True),
        ("nothing = :null", True),
        ("nowhere = elsewhere", False),
        ("size(word) = size(word2)", True),
    ],
)
def test_values_of_two_types_are_not_equal(dynamodb: DynamoDBClient, table: str, condition: str, holds: bool) -> None:
    values = {":true": {"BOOL": True}, ":null": {"NULL": True}}
    used: Any = {name: value for name, value in values.items() if name in condition}
    item: Any = {"one": {"N": "1"}, "nothing": {"NULL": True}, "word": {"S": "four"}, "word2": {"S": "five"}}
    dynamodb.put_item(TableName=table, Item={**key(), **item})
    given = {"ExpressionAttributeValues": used} if used else {}
    assert bool(dynamodb.scan(TableName=table, FilterExpression=condition, **given)["Count"]) is holds


def _update(table: str, name: str, expression: str, **values: Any) -> Any:
    given = {"ExpressionAttributeValues": {f":{each}": value for each, value in values.items()}} if values else {}
    return {"Update": {"TableName": table, "Key": key(name), "UpdateExpression": expression, **given}}


def test_a_cancelled_transaction_has_a_reason_for_each_action_in_order(dynamodb: DynamoDBClient, five: str) -> None:
    before = dynamodb.scan(TableName=five)["Items"]
    check: Any = {"TableName": five, "Key": key("b"), "ConditionExpression": "attribute_not_exists(p)"}
    actions: Any = [
        {"Put": {"TableName": five, "Item": key("new")}},
        {"ConditionCheck": {**check, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}},
        {"ConditionCheck": {**check, "Key": key("c")}},
    ]
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=actions)
    assert told(error) == (
        "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed, ConditionalCheckFailed]",
    )
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert error.value.response["CancellationReasons"] == [
        {"Code": "None"},
        {**failed, "Item": {**key("b"), "n": {"N": "1"}, "g": {"S": "g"}}},
        failed,
    ]
    assert dynamodb.scan(TableName=five)["Items"] == before
    assert len(records(five)) == 5


@pytest.mark.parametrize(
    ("expression", "values", "sentence"),
    [
        ("SET x = y", {}, "The provided expression refers to an attribute that does not exist in the item"),
        ("ADD g :v", {"v": {"N": "1"}}, "An operand in the update expression has an incorrect data type"),
        ("SET g = :v", {"v": {"N": "1"}}, "Type mismatch"),
    ],
)
def test_an_update_that_the_item_does_not_take_cancels_its_transaction(
    dynamodb: DynamoDBClient, five: str, expression: str, values: Any, sentence: str
) -> None:
    before = dynamodb.scan(TableName=five)["Items"]
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(
            TransactItems=[_update(five, "a", "SET x = :x", x={"S": "x"}), _update(five, "b", expression, **values)]
        )
    assert told(error)[0] == "TransactionCanceledException"
    reasons = error.value.response["CancellationReasons"]
    assert [each["Code"] for each in reasons] == ["None", "ValidationError"]
    assert sentence in reasons[1]["Message"]
    assert dynamodb.scan(TableName=five)["Items"] == before
    assert len(records(five)) == 5


def test_an_expression_that_is_none_is_no_matter_of_a_transaction(dynamodb: DynamoDBClient, five: str) -> None:
    for expression in ("SET", "SET x = ", "x", "SET x = :undefined"):
        with pytest.raises(ClientError) as error:
            dynamodb.transact_write_items(TransactItems=[_update(five, "a", expression)])
        assert told(error)[0] == "ValidationException"
        assert told(error)[1].startswith("Invalid UpdateExpression: ")


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"x": {}}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"x": {"S": "a", "N": "1"}}, "Supplied AttributeValue has more than one datatypes set"),
        ({"x": {"L": [{"M": {"y": {}}}]}}, "Supplied AttributeValue is empty"),
        ({"x": {"SS": ["a", "a"]}}, "Input collection [a, a] contains duplicates."),
        ({"x": {"M": {"y": {"NS": []}}}}, "An number set  may not be empty"),
    ],
)
def test_a_value_has_one_type_and_a_set_no_doubles(
    session: boto3.Session, table: str, item: Any, sentence: str
) -> None:
    unchecked = session.client("dynamodb", config=Config(parameter_validation=False))
    with pytest.raises(ClientError) as error:
        unchecked.put_item(TableName=table, Item={**key(), **item})
    assert told(error)[0] == "ValidationException"
    assert sentence in told(error)[1]


def test_ways_of_before_are_not_used_beside_expressions(dynamodb: DynamoDBClient, table: str) -> None:
    with pytest.raises(ClientError, match=r"Non-expression parameters: \{Expected\} Expression parameters"):
        dynamodb.put_item(
            TableName=table,
            Item=key(),
            ConditionExpression="attribute_exists(p)",
            Expected={"p": {"Exists": False}},
        )


def test_a_transaction_reads_what_is_asked_for_and_no_item_twice(dynamodb: DynamoDBClient, five: str) -> None:
    get: Any = {"TableName": five, "Key": key(), "ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "n"}}
    found = dynamodb.transact_get_items(TransactItems=[{"Get": get}])
    assert found["Responses"] == [{"Item": {"n": {"N": "0"}}}]
    with pytest.raises(ClientError, match="cannot include multiple operations on one item"):
        dynamodb.transact_get_items(TransactItems=[{"Get": get}, {"Get": get}])


def test_a_client_token_has_36_characters_at_most(dynamodb: DynamoDBClient, table: str) -> None:
    put: Any = {"Put": {"TableName": table, "Item": key()}}
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[put], ClientRequestToken="x" * 37)
    assert told(error)[0] == "ValidationException"
    assert (
        "'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36"
        in (told(error)[1])
    )


def test_a_transaction_has_a_hundred_actions_at_most(dynamodb: DynamoDBClient, five: str) -> None:
    gets: Any = [{"Get": {"TableName": five, "Key": key(f"{number}")}} for number in range(101)]
    with pytest.raises(ClientError, match="less than or equal to 100"):
        dynamodb.transact_get_items(TransactItems=gets)
    found = dynamodb.transact_get_items(TransactItems=[*gets[:99], {"Get": {"TableName": five, "Key": key("a")}}])
    assert [bool(each.get("Item")) for each in found["Responses"]] == [False] * 99 + [True]


def test_capacity_is_told_where_it_is_asked_for(dynamodb: DynamoDBClient, table: str) -> None:
    item: Any = {**key(), "x": {"S": "x" * 2_000}}
    written = dynamodb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="TOTAL")
    assert written["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 2.0}
    indexed: Any = {**item, "g": {"S": "g"}, "n": {"N": "1"}}
    written = dynamodb.put_item(TableName=table, Item=indexed, ReturnConsumedCapacity="INDEXES")
    assert written["ConsumedCapacity"] == {
        "TableName": table,
        "CapacityUnits": 5.0,
        "Table": {"CapacityUnits": 2.0},
        "GlobalSecondaryIndexes": {"ByG": {"CapacityUnits": 1.0}},
        "LocalSecondaryIndexes": {"ByN": {"CapacityUnits": 2.0}},
    }
    moved = dynamodb.update_item(
        TableName=table,
        Key=key(),
        UpdateExpression="SET g = :g",
        ExpressionAttributeValues={":g": {"S": "h"}},
        ReturnConsumedCapacity="INDEXES",
    )
    assert moved["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"ByG": {"CapacityUnits": 2.0}}
    for consistent, units in ((False, 0.5), (True, 1.0)):
        read = dynamodb.get_item(TableName=table, Key=key(), ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL")
        assert read["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": units}
    get: Any = {"Get": {"TableName": table, "Key": key()}}
    transaction = dynamodb.transact_get_items(TransactItems=[get], ReturnConsumedCapacity="TOTAL")
    assert transaction["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 2.0}]
    batch: Any = {table: {"Keys": [key(), key("b")], "ConsistentRead": True}}
    assert dynamodb.batch_get_item(RequestItems=batch, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 2.0}
    ]
    put: Any = {"Put": {"TableName": table, "Item": key("c")}}
    assert dynamodb.transact_write_items(TransactItems=[put], ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 2.0}
    ]
    found = dynamodb.query(
        TableName=table,
        IndexName="ByG",
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": {"S": "h"}},
        ReturnConsumedCapacity="INDEXES",
    )
    assert found["ConsumedCapacity"] == {
        "TableName": table,
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.0},
        "GlobalSecondaryIndexes": {"ByG": {"CapacityUnits": 0.5}},
    }
    for silent in (
        dynamodb.update_item(TableName=table, Key=key(), UpdateExpression="REMOVE x"),
        dynamodb.delete_item(TableName=table, Key=key()),
        dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key()}}]}),
    ):
        assert "ConsumedCapacity" not in silent


def test_the_stream_tells_each_change_once(dynamodb: DynamoDBClient, table: str) -> None:
    add: Any = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    dynamodb.update_item(TableName=table, Key=key(), **add)
    dynamodb.put_item(TableName=table, Item={**key(), "n": {"N": "1"}})  # changes nothing
    update: Any = {"Update": {"TableName": table, "Key": key(), **add}}
    dynamodb.transact_write_items(TransactItems=[update])
    dynamodb.delete_item(TableName=table, Key=key())
    dynamodb.delete_item(TableName=table, Key=key())
    found = records(table)
    assert [each["eventName"] for each in found] == ["INSERT", "MODIFY", "REMOVE"]
    assert found[0]["dynamodb"]["NewImage"] == {**key(), "n": {"N": "1"}}
    assert found[1]["dynamodb"]["OldImage"]["n"] == {"N": "1"}
    assert {each["awsRegion"] for each in found} == {REGION}
    assert all("userIdentity" not in each for each in found)


def _live(dynamodb: DynamoDBClient, table: str, enabled: bool = True, attribute: str = "until") -> None:
    dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": enabled, "AttributeName": attribute}
    )


def test_what_has_expired_is_deleted_by_the_service(dynamodb: DynamoDBClient, table: str) -> None:
    now = int(time())
    _live(dynamodb, table)
    times: Any = {
        "expired": {"N": f"{now - 10}"},
        "later": {"N": f"{now + 600}"},
        "text": {"S": f"{now - 10}"},
        "ancient": {"N": f"{now - 6 * 366 * 86_400}"},
    }
    for name, end in times.items():
        dynamodb.put_item(TableName=table, Item={**key(name), "until": end})
    assert dynamodb.get_item(TableName=table, Key=key("expired"))["Item"], "it is found until it is deleted"
    assert [each.keys for each in delete_expired() if each.table == table] == [[key("expired")]]
    left = dynamodb.scan(TableName=table)["Items"]
    assert {item["s"]["S"] for item in left} == {"later", "text", "ancient"}
    last = records(table)[-1]
    assert (last["eventName"], last["dynamodb"]["Keys"]) == ("REMOVE", key("expired"))
    assert last["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    _live(dynamodb, table, enabled=False)
    assert [each for each in delete_expired(now + 10_000) if each.table == table] == []


def test_time_to_live_is_enabled_once(dynamodb: DynamoDBClient, table: str) -> None:
    with pytest.raises(ClientError, match="TimeToLive is already disabled"):
        _live(dynamodb, table, enabled=False)
    _live(dynamodb, table)
    with pytest.raises(ClientError) as error:
        _live(dynamodb, table)
    assert told(error) == ("ValidationException", "TimeToLive is already enabled")
    with pytest.raises(ClientError, match="TimeToLive is active on a different AttributeName"):
        _live(dynamodb, table, attribute="other")
    _live(dynamodb, table, enabled=False)
    described = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "DISABLED"}
    with pytest.raises(ClientError) as error:
        _live(dynamodb, "nowhere")
    assert told(error) == ("ResourceNotFoundException", "Requested resource not found: Table: nowhere not found")


@pytest.fixture
def throttled(dynamodb: DynamoDBClient, five: str) -> Iterator[str]:
    """The table of five items while it takes no requests."""
    arn = dynamodb.describe_table(TableName=five)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": FAULT_TAG, "Value": "throttled"}])
    yield five
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=[FAULT_TAG])
    assert dynamodb.scan(TableName=five)["Count"] == 5


def test_a_throttled_table_takes_no_requests(dynamodb: DynamoDBClient, throttled: str) -> None:
    for call in (
        lambda: dynamodb.get_item(TableName=throttled, Key=key()),
        lambda: dynamodb.put_item(TableName=throttled, Item=key()),
        lambda: dynamodb.scan(TableName=throttled),
        lambda: dynamodb.batch_get_item(RequestItems={throttled: {"Keys": [key()]}}),
        lambda: dynamodb.execute_statement(Statement=f'SELECT * FROM "{throttled}"'),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert told(error)[0] == "ThrottlingException"
        assert told(error)[1].startswith("Throughput exceeds the current capacity of your table or index.")
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[{"Delete": {"TableName": throttled, "Key": key()}}])
    assert told(error)[0] == "TransactionCanceledException"
    assert error.value.response["CancellationReasons"][0]["Code"] == "ThrottlingError"
    dynamodb.update_table(
        TableName=throttled,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    with pytest.raises(ClientError) as error:
        dynamodb.delete_item(TableName=throttled, Key=key())
    assert told(error)[0] == "ProvisionedThroughputExceededException"
    with pytest.raises(ClientError) as error:
        dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": throttled, "Key": key()}}])
    assert error.value.response["CancellationReasons"][0]["Code"] == "ProvisionedThroughputExceeded"


def test_a_batch_tells_what_a_throttled_table_has_not_taken(
    dynamodb: DynamoDBClient, throttled: str, table_name: str
) -> None:
    read: Any = {throttled: {"Keys": [key()]}, table_name: {"Keys": [{"Id": {"S": "a"}}]}}
    assert dynamodb.batch_get_item(RequestItems=read)["UnprocessedKeys"] == {throttled: {"Keys": [key()]}}
    write: Any = {
        throttled: [{"PutRequest": {"Item": key("new")}}],
        table_name: [{"PutRequest": {"Item": {"Id": {"S": "a"}}}}],
    }
    assert list(dynamodb.batch_write_item(RequestItems=write)["UnprocessedItems"]) == [throttled]
    assert dynamodb.get_item(TableName=table_name, Key={"Id": {"S": "a"}})["Item"]


def test_a_client_tries_again_while_a_table_is_throttled(session: boto3.Session, throttled: str) -> None:
    tried = session.client("dynamodb", config=Config(retries={"total_max_attempts": 2, "mode": "standard"}))
    with pytest.raises(ClientError) as error:
        tried.get_item(TableName=throttled, Key=key())
    assert error.value.response["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_table_has_no_other_fault(dynamodb: DynamoDBClient, table: str) -> None:
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    with pytest.raises(ClientError, match="of a table is throttled, or is not there"):
        dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": FAULT_TAG, "Value": "slow"}])
    for value in ("one", "two"):
        dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "tag", "Value": value}])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "tag", "Value": "two"}]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        dynamodb.tag_resource(ResourceArn=f"{arn}-no", Tags=[{"Key": "tag", "Value": "x"}])


def test_what_is_no_stream_is_refused(dynamodb: DynamoDBClient, table: str) -> None:
    streams: Any = boto3.client("dynamodbstreams", REGION)
    arn = streams.list_streams(TableName=table)["Streams"][0]["StreamArn"]
    shard = {"ShardId": "shardId-00000001541626099285-none", "ShardIteratorType": "LATEST"}
    for call, parameters, code in (
        (streams.describe_stream, {"StreamArn": f"{arn[:-1]}x"}, "ResourceNotFoundException"),
        (streams.describe_stream, {"StreamArn": arn.replace(table, "nowhere")}, "ResourceNotFoundException"),
        (streams.get_shard_iterator, {"StreamArn": arn, **shard}, "ResourceNotFoundException"),
        (streams.get_records, {"ShardIterator": "x"}, "ValidationException"),
    ):
        with pytest.raises(ClientError) as error:
            call(**parameters)
        assert told(error)[0] == code
    assert dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"] == arn


def test_expiry_goes_on_where_a_look_has_failed() -> None:
    looks: list[bool] = []

    def look() -> None:
        looks.append(True)
        if len(looks) == 1:
            raise RuntimeError("a broken look")

    sweep = Sweep(look, pause=0.01)
    with closing(sweep):
        until(sweep.worker.ended, "its thread has ended")
        assert sweep.worker.ended() == "RuntimeError: a broken look"
        sweep.worker.restart()
        until(lambda: len(looks) > 1, "it looks again")
    assert sweep.worker.ended() is not None


def test_whoever_supervises_the_endpoint_watches_expiry_as_well(cloud: Cloud) -> None:
    assert [each.name for each in cloud.workers] == [
        "The AWS endpoint's server",
        "The time to live of DynamoDB's items",
    ]


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


@pytest.mark.parametrize(
    ("expression", "returned", "attributes"),
    [
        ("SET a = :a", "UPDATED_NEW", {"a": {"S": "same"}}),
        ("SET a = :a", "UPDATED_OLD", {"a": {"S": "same"}}),
        ("SET m.#x = :a", "UPDATED_NEW", {"m": {"M": {"x": {"S": "same"}}}}),
        ("SET m.#x = :a", "UPDATED_OLD", {"m": {"M": {"x": {"N": "1"}}}}),
        ("SET l[1] = :a", "UPDATED_NEW", {"l": {"L": [{"S": "same"}]}}),
        ("REMOVE a SET c = :a", "UPDATED_NEW", {"c": {"S": "same"}}),
        ("REMOVE a SET c = :a", "UPDATED_OLD", {"a": {"S": "same"}}),
        ("SET c = :a", "UPDATED_OLD", None),
    ],
)
def test_an_update_returns_what_its_expression_names(
    dynamodb: DynamoDBClient, table: str, expression: str, returned: Any, attributes: Any
) -> None:
    item: Any = {**key("u"), "a": {"S": "same"}, "b": {"S": "b"}, "l": {"L": [{"N": "1"}, {"N": "2"}]}}
    item["m"] = {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}
    dynamodb.put_item(TableName=table, Item=item)
    names: Any = {"ExpressionAttributeNames": {"#x": "x"}} if "#x" in expression else {}
    answered = dynamodb.update_item(
        TableName=table,
        Key=key("u"),
        UpdateExpression=expression,
        ExpressionAttributeValues={":a": {"S": "same"}},
        ReturnValues=returned,
        **names,
    )
    assert answered.get("Attributes") == attributes


@pytest.mark.parametrize(("prefix", "begins"), [({}, "AWSDynamoDB/"), ({"S3Prefix": "a/b"}, "a/b/AWSDynamoDB/")])
def test_a_table_is_exported_with_a_prefix_and_without(
    dynamodb: DynamoDBClient, five: str, prefix: Any, begins: str
) -> None:
    s3 = boto3.client("s3", REGION)
    s3.create_bucket(Bucket=five)
    point: Any = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=five, PointInTimeRecoverySpecification=point)
    arn = dynamodb.describe_table(TableName=five)["Table"]["TableArn"]
    export = dynamodb.export_table_to_point_in_time(TableArn=arn, S3Bucket=five, **prefix)["ExportDescription"]
    assert export.get("S3Prefix") == prefix.get("S3Prefix")

    def is_done() -> bool:
        found = dynamodb.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]
        return found["ExportStatus"] == "COMPLETED"

    until(is_done, "the export")
    (kept,) = s3.list_objects_v2(Bucket=five)["Contents"]
    assert kept["Key"].startswith(begins)
