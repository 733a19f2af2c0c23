"""PartiQL of DynamoDB by an unmodified client: what statements find and change, alone, in batches and transactions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_numbers = itertools.count(1)
_NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
_MALFORMED = "Statement wasn't well formed, can't be processed: "


@pytest.fixture
def dynamodb(cloud: Cloud) -> DynamoDBClient:
    return boto3.client("dynamodb", REGION, config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture
def table(dynamodb: DynamoDBClient) -> Iterator[str]:
    """A table with the keys `p` and `s`, an index by `g`, and a stream."""
    name = f"partiql-{next(_numbers)}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in "psg"],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "ByG",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def five(dynamodb: DynamoDBClient, table: str) -> str:
    """The table with the items a to e of one partition, and f of another."""
    for number, name in enumerate("abcdef"):
        item: Any = {**key(name), "n": {"N": f"{number}"}, "g": {"S": "g"}}
        item["m"] = {"M": {"x": {"S": name}, "l": {"L": [{"N": "1"}, {"N": f"{number}"}]}}}
        item["tags"] = {"SS": ["t", name]}
        if name == "a":
            item["only"] = {"NULL": True}
        dynamodb.put_item(TableName=table, Item=item | ({"p": {"S": "q"}} if name == "f" else {}))
    return table


def key(name: str = "a") -> Any:
    return {"p": {"S": "p"}, "s": {"S": name}}


def told(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    answered = error.value.response["Error"]
    return answered["Code"], answered["Message"]


def execute(dynamodb: DynamoDBClient, statement: str, *parameters: Any, **others: Any) -> Any:
    given: Any = {"Parameters": list(parameters)} if parameters else {}
    return dynamodb.execute_statement(Statement=statement, **given, **others)


def refusal(dynamodb: DynamoDBClient, statement: str, *parameters: Any, **others: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        execute(dynamodb, statement, *parameters, **others)
    return told(error)


def item_of(dynamodb: DynamoDBClient, table: str, name: str = "a") -> Any:
    return dynamodb.get_item(TableName=table, Key=key(name)).get("Item")


@pytest.mark.parametrize(
    ("condition", "parameters", "found"),
    [
        ("p='p'", [], "abcde"),
        ("p='p' AND s='b'", [], "b"),
        ("'b' = s AND p='p'", [], "b"),
        ("p = ? and s=?", [{"S": "p"}, {"S": "d"}], "d"),
        ("p = 'p' AND s > ?", [{"S": "c"}], "de"),
        ("p = 'p' AND s BETWEEN 'b' AND 'd'", [], "bcd"),
        ("p = 'p' AND begins_with(s, 'e')", [], "e"),
        ("p = 'p' AND BEGINS_WITH(\"s\", 'e')", [], "e"),
        ("p = 'p' AND s <> 'a' AND n < 3", [], "bc"),
        ("p = 'p' AND s != 'a' AND n < 3", [], "bc"),
        ("p = 'p' AND (s = 'a' OR s = 'c')", [], "ac"),
        ("p IN ['q', 'r']", [], "f"),
        ("p IN ('p', 'q') AND n IN [?, 5]", [{"N": "1"}], "bf"),
        ("n NOT IN [1, 2, 3, 4, 5]", [], "a"),
        ("p='x' OR s='a'", [], "a"),
        ("p='p' AND s='a' OR p='q' AND s='f'", [], "af"),
        ("NOT (p='p' AND n < 4)", [], "ef"),
        ("n=1 and p='p'", [], "b"),
        ("n = 1.0 OR n = 2e0", [], "bc"),
        ("n BETWEEN 1 AND 2", [], "bc"),
        ("n='1'", [], ""),
        ("only IS NULL", [], "a"),
        ("only IS MISSING AND n < 2", [], "b"),
        ("only IS NOT MISSING", [], "a"),
        ("n IS NUMERIC AND s IS STRING AND m IS STRUCT AND p='q'", [], "f"),
        ("only IS NOT NULL AND n < 2", [], "b"),
        ("attribute_exists(only)", [], "a"),
        ("attribute_type(\"only\", 'NULL')", [], "a"),
        ("contains(tags, 'b')", [], "b"),
        ("size(s) > 1", [], ""),
        ("m.x = 'c'", [], "c"),
        ('m."l"[1] = 4', [], "e"),
        ("m.l = [1, 2]", [], "c"),
        ("m = {'x': 'd', 'l': [1, 3]}", [], "d"),
        ("tags = <<'t', 'e'>>", [], "e"),
    ],
)
def test_a_statement_finds_what_its_condition_means(
    dynamodb: DynamoDBClient, five: str, condition: str, parameters: Any, found: str
) -> None:
    rows = execute(dynamodb, f'SELECT * FROM "{five}" WHERE {condition}', *parameters)
    assert "".join(sorted(row["s"]["S"] for row in rows["Items"])) == found


def test_a_statement_tells_what_is_at_its_paths(dynamodb: DynamoDBClient, five: str) -> None:
    where = "WHERE p='p' AND s='c'"
    assert execute(dynamodb, f'SELECT s, n FROM "{five}" {where}')["Items"] == [{"s": {"S": "c"}, "n": {"N": "2"}}]
    assert execute(dynamodb, f'SELECT m.x, no FROM "{five}" {where}')["Items"] == [{"x": {"S": "c"}}]
    assert execute(dynamodb, f'SELECT s, m.l[1] FROM "{five}" {where}')["Items"] == [
        {"s": {"S": "c"}, "_2": {"N": "2"}}
    ]
    comments = f'select * -- all of it\nfrom "{five}" /* here */ {where};'
    assert execute(dynamodb, comments)["Items"] == [item_of(dynamodb, five, "c")]


def test_an_index_is_read_in_its_order(dynamodb: DynamoDBClient, five: str) -> None:
    found = execute(dynamodb, f"SELECT s FROM \"{five}\".\"ByG\" WHERE g='g' AND s < 'e' ORDER BY s DESC")["Items"]
    assert [each["s"]["S"] for each in found] == ["d", "c", "b", "a"]
    found = execute(dynamodb, f'SELECT * FROM "{five}"."ByG" WHERE g=\'g\' ORDER BY g, s ASC')["Items"]
    assert [sorted(each) for each in found] == [["g", "p", "s"]] * 6
    assert refusal(dynamodb, f'SELECT * FROM "{five}"."ByX"') == (
        "ValidationException",
        "The table does not have the specified index: ByX",
    )


def test_pages_are_as_long_as_their_limit(dynamodb: DynamoDBClient, five: str) -> None:
    statement = f'SELECT s FROM "{five}" WHERE p = ?'
    page = execute(dynamodb, statement, {"S": "p"}, Limit=3)
    assert [each["s"]["S"] for each in page["Items"]] == ["a", "b", "c"]
    assert page["LastEvaluatedKey"] == key("c")
    token = page["NextToken"]
    rest = execute(dynamodb, statement, {"S": "p"}, Limit=3, NextToken=token)
    assert [each["s"]["S"] for each in rest["Items"]] == ["d", "e"]
    assert "NextToken" not in rest
    other = refusal(dynamodb, statement, {"S": "q"}, NextToken=token)
    assert other == ("ValidationException", "NextToken does not match request")
    assert refusal(dynamodb, statement, {"S": "p"}, NextToken="x")[1] == "Invalid NextToken"


def test_a_statement_inserts_an_item_once(dynamodb: DynamoDBClient, table: str) -> None:
    insert = f"INSERT INTO \"{table}\" VALUE {{'p': 'p', 's': ?, 'n': -1.50, 'l': [?, {{'x': true}}], 'b': <<1, 2>>}}"
    assert execute(dynamodb, insert, {"S": "a"}, {"B": b"\x00"})["Items"] == []
    assert item_of(dynamodb, table) == {
        **key(),
        "n": {"N": "-1.5"},
        "l": {"L": [{"B": b"\x00"}, {"M": {"x": {"BOOL": True}}}]},
        "b": {"NS": ["1", "2"]},
    }
    duplicate = refusal(dynamodb, insert, {"S": "a"}, {"B": b"\x00"})
    assert duplicate == ("DuplicateItemException", "Duplicate primary key exists in table")
    assert refusal(dynamodb, f"INSERT INTO \"{table}\" VALUE {{'p': 'p'}}")[0] == "ValidationException"


def test_a_statement_updates_an_item_that_is_there(dynamodb: DynamoDBClient, five: str) -> None:
    where = "WHERE p='p' AND s='a'"
    changed: Any = {"word": {"S": "it's"}, "x": {"N": "-2.5"}, "y": {"BOOL": True}, "z": {"NULL": True}}
    before = item_of(dynamodb, five)
    update = f"UPDATE \"{five}\" SET word='it''s', x=-2.5, y=true SET z = null, q=? REMOVE only, m.l[0] {where};"
    assert execute(dynamodb, update, {"S": "q"})["Items"] == []
    after = {**before, **changed, "q": {"S": "q"}, "m": {"M": {"x": {"S": "a"}, "l": {"L": [{"N": "0"}]}}}}
    del after["only"]
    assert item_of(dynamodb, five) == after
    update = f'UPDATE "{five}" SET n = n + 10 SET m.l = list_append(m.l, [?]) SET x = x - 1 {where} AND n = 0'
    execute(dynamodb, update, {"S": "end"})
    item = item_of(dynamodb, five)
    assert (item["n"], item["x"], item["m"]["M"]["l"]) == (
        {"N": "10"},
        {"N": "-3.5"},
        {"L": [{"N": "0"}, {"S": "end"}]},
    )
    assert refusal(dynamodb, update, {"S": "end"})[0] == "ConditionalCheckFailedException"
    execute(dynamodb, f"UPDATE \"{five}\" SET tags = set_add(tags, <<'u'>>) {where}")
    execute(dynamodb, f'UPDATE "{five}" SET tags = SET_DELETE(tags, ?) {where}', {"SS": ["t"]})
    assert sorted(item_of(dynamodb, five)["tags"]["SS"]) == ["a", "u"]
    nobody = refusal(dynamodb, f"UPDATE \"{five}\" SET x = 'x' WHERE p='p' AND s='nobody'")
    assert nobody == ("ConditionalCheckFailedException", "The conditional request failed")


@pytest.mark.parametrize(
    ("update", "returning", "items"),
    [
        ("SET n = 9", "MODIFIED OLD", [{"n": {"N": "1"}}]),
        ("SET n = 9", "MODIFIED NEW", [{"n": {"N": "9"}}]),
        ("SET n = 1", "MODIFIED NEW", [{"n": {"N": "1"}}]),
        ("SET m.x = 'new'", "MODIFIED NEW", [{"m": {"M": {"x": {"S": "new"}}}}]),
        ("SET m.l[1] = 'y', m.l[0] = 'x'", "MODIFIED NEW", [{"m": {"M": {"l": {"L": [{"S": "x"}, {"S": "y"}]}}}}]),
        ("SET m.l[1] = 'y'", "MODIFIED OLD", [{"m": {"M": {"l": {"L": [{"N": "1"}]}}}}]),
        ("SET m.l[7] = 'y'", "MODIFIED NEW", []),
        ("SET new = 'y'", "MODIFIED OLD", []),
        ("REMOVE n", "MODIFIED NEW", []),
        ("REMOVE n", "MODIFIED OLD", [{"n": {"N": "1"}}]),
    ],
)
def test_an_update_returns_what_it_changed(
    dynamodb: DynamoDBClient, five: str, update: str, returning: str, items: Any
) -> None:
    statement = f"UPDATE \"{five}\" {update} WHERE p='p' AND s='b' RETURNING {returning} *"
    assert execute(dynamodb, statement)["Items"] == items


def test_a_statement_deletes_one_item(dynamodb: DynamoDBClient, five: str) -> None:
    delete = f'DELETE FROM "{five}" WHERE p=? AND s=?'
    a = item_of(dynamodb, five)
    parameters: Any = ({"S": "p"}, {"S": "a"})
    assert refusal(dynamodb, f"{delete} AND n=1", *parameters)[0] == "ConditionalCheckFailedException"
    old = refusal_with_item(dynamodb, f"{delete} AND n=1", parameters)
    assert old == a
    assert execute(dynamodb, f"{delete} AND n=0 RETURNING ALL OLD *", *parameters)["Items"] == [a]
    assert execute(dynamodb, f"{delete} RETURNING ALL OLD *", *parameters)["Items"] == []
    assert execute(dynamodb, f"{delete} AND n=0", *parameters)["Items"] == []
    assert execute(dynamodb, f"DELETE FROM \"{five}\" WHERE s='b' AND p='p'")["Items"] == []
    assert item_of(dynamodb, five, "b") is None


def refusal_with_item(dynamodb: DynamoDBClient, statement: str, parameters: Any) -> Any:
    with pytest.raises(ClientError) as error:
        execute(dynamodb, statement, *parameters, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    response: Any = error.value.response
    return response["Item"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELEC", f"{_MALFORMED}Expected data manipulation"),
        (" ", f"{_MALFORMED}Expected data manipulation"),
        ("SELECT", f"{_MALFORMED}Unexpected end"),
        ("SELECT * FROM {t} WHERE", f"{_MALFORMED}Unexpected end"),
        ("SELECT * FROM {t} WHERE p == 'p'", _MALFORMED),
        ("SELECT * FROM {t} WHERE p='p' extra", f"{_MALFORMED}Unexpected token after expression"),
        ("SELECT * FROM {t}; SELECT * FROM {t}", f"{_MALFORMED}Unexpected token after expression"),
        ("SELECT * FROM {t} WHERE p='p' LIMIT 1", "Unsupported clause: LIMIT"),
        ("SELECT *, p FROM {t}", "Other attributes should not be present in the projection when '*' is used."),
        ("SELECT p, p FROM {t}", "Duplicate identifiers in select clause: p"),
        ("SELECT count(p) FROM {t}", "Unrecognized function: count"),
        ("SELECT * FROM {t} AS m", "Aliasing is not supported"),
        ("SELECT * FROM {t}, {t}", "Only select from a single table or index is supported."),
        ("SELECT * FROM {t} WHERE upper(p) = 'P'", "Unrecognized function: upper"),
        ("SELECT * FROM {t} WHERE p = MISSING", "MISSING must be compared using IS operator"),
        ("SELECT * FROM {t} WHERE p IS DATE", "Unsupported data type for IS operator: DATE"),
        ("SELECT * FROM {t} ORDER BY s", "Must have WHERE clause in the statement when using ORDER BY clause."),
        ("SELECT * FROM {t} WHERE p='p' ORDER BY n", "Variable reference n in ORDER BY clause must be part"),
        ("SELECT * FROM {t} WHERE s='p' ORDER BY s", "Must have at least one non-optional hash key condition"),
        ("SELECT * FROM {t} WHERE p IN ['p', 'q'] ORDER BY s", "is emulated here"),
        ("INSERT INTO {t} VALUE ?", "Unsupported format in item expression."),
        ("INSERT INTO {t} VALUE <<{{'p': 'p'}}>>", "Unsupported operation: Inserting multiple items"),
        ("INSERT INTO {t} VALUE {{'p': 'p', 's': 's', 'l': <<>>}}", "Empty bags are not supported"),
        ("INSERT INTO {t} VALUE {{'p': 'p', 's': 's', 'l': <<1, 'a'>>}}", "Unsupported data type in Bag."),
        ("INSERT INTO {t} VALUE {{'p': 'p', 'p': 's'}}", "Duplicate keys in tuple. Key: p"),
        ("INSERT INTO {t} VALUE {{'p': 'p', 's': 's'}} RETURNING ALL OLD *", "RETURNING is not supported in INSERT"),
        ("UPDATE {t} SET n=1", _NO_KEY),
        ("UPDATE {t} WHERE p='p' AND s='a'", "Only SET and REMOVE are supported in update expressions"),
        ("UPDATE {t} SET n=upper(n) WHERE p='p' AND s='a'", "Unrecognized function: upper"),
        ("UPDATE {t} SET n=set_add(m, <<1>>) WHERE p='p' AND s='a'", "The first argument to SET_ADD must equal"),
        ("UPDATE {t} SET n=set_add(n, 1) WHERE p='p' AND s='a'", "The second argument to SET_ADD must be a value"),
        ("UPDATE {t} SET n=1 WHERE p='p' AND s='a' RETURNING ALL NEW", "Expected '*' after"),
        ("DELETE FROM {t} WHERE p='p'", _NO_KEY),
        ("DELETE FROM {t} WHERE p='p' OR s='s'", _NO_KEY),
        ("DELETE FROM {t} WHERE p='p' AND p='q' AND s='s'", "Multiple conditions on same key p."),
        ("DELETE FROM {t} WHERE p='p' AND s=1", "Key attribute's data type should match its data type in table's sch"),
        ("DELETE FROM {t} WHERE p='p' AND s='a' RETURNING ALL NEW *", "Invalid returning clause: RETURNING ALL NEW *."),
        ("EXISTS(SELECT * FROM {t} WHERE p='p')", "EXISTS can only be used in ExecuteTransaction write requests."),
    ],
)
def test_what_is_no_statement_is_refused(dynamodb: DynamoDBClient, five: str, statement: str, message: str) -> None:
    before = dynamodb.scan(TableName=five)["Items"]
    code, found = refusal(dynamodb, statement.format(t=f'"{five}"'), *([{"S": "p"}] if "?" in statement else []))
    assert (code, message in found) == ("ValidationException", True), found
    assert dynamodb.scan(TableName=five)["Items"] == before


@pytest.mark.parametrize(
    ("statement", "count"),
    [
        ("SELECT * FROM {t} WHERE p=? AND s=?", 1),
        ("SELECT * FROM {t} WHERE p=?", 2),
        ("SELECT * FROM {t}", 1),
        ("INSERT INTO {t} VALUE {{'p': ?, 's': ?}}", 3),
        ("UPDATE {t} SET n=? WHERE p=? AND s=?", 2),
        ("DELETE FROM {t} WHERE p=? AND s=?", 1),
    ],
)
def test_there_are_as_many_parameters_as_question_marks(
    dynamodb: DynamoDBClient, five: str, statement: str, count: int
) -> None:
    parameters: Any = [{"S": "p"}] * count
    assert refusal(dynamodb, statement.format(t=f'"{five}"'), *parameters) == (
        "ValidationException",
        "Number of parameters in request and statement don't match.",
    )


def test_a_table_that_is_not_there_is_named_so(dynamodb: DynamoDBClient) -> None:
    for statement in ("SELECT * FROM nowhere", "DELETE FROM nowhere WHERE p='p'", "INSERT INTO nowhere VALUE {'p': 1}"):
        assert refusal(dynamodb, statement)[0] == "ResourceNotFoundException"


def test_capacity_of_a_statement_is_told_where_it_is_asked_for(dynamodb: DynamoDBClient, five: str) -> None:
    statement = f"SELECT * FROM \"{five}\" WHERE p='p'"
    told_of = {"TableName": five, "CapacityUnits": 0.5}
    assert execute(dynamodb, statement, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"] == told_of
    assert "ConsumedCapacity" not in execute(dynamodb, statement)
    batch: Any = [{"Statement": f"UPDATE \"{five}\" SET x=1 WHERE p='p' AND s='{name}'"} for name in "ab"]
    consumed = dynamodb.batch_execute_statement(Statements=batch, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert [each["TableName"] for each in consumed] == [five, five]


def test_each_statement_of_a_batch_is_on_its_own(dynamodb: DynamoDBClient, five: str) -> None:
    reads: Any = [
        {"Statement": f"SELECT s FROM \"{five}\" WHERE p='p' AND s='b'"},
        {"Statement": f'SELECT s FROM "{five}" WHERE p=? AND s=?', "Parameters": [{"S": "p"}, {"S": "none"}]},
        {"Statement": f"SELECT s FROM \"{five}\" WHERE p='p'"},
        {"Statement": "SELECT s FROM nowhere WHERE p='p'"},
        {"Statement": "SELECT"},
    ]
    responses = dynamodb.batch_execute_statement(Statements=reads)["Responses"]
    assert responses[:2] == [{"TableName": five, "Item": {"s": {"S": "b"}}}, {"TableName": five}]
    assert [each["Error"]["Code"] for each in responses[2:]] == [
        "ValidationError",
        "ResourceNotFound",
        "ValidationError",
    ]
    assert "must specify the primary key in the where clause" in responses[2]["Error"]["Message"]
    writes: Any = [
        {"Statement": f"INSERT INTO \"{five}\" VALUE {{'p': 'p', 's': 'a'}}"},
        {
            "Statement": f"UPDATE \"{five}\" SET n=7 WHERE p='p' AND s='a' AND n=3",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
        {"Statement": f"DELETE FROM \"{five}\" WHERE p='p' AND s='e' RETURNING ALL OLD *"},
    ]
    e = item_of(dynamodb, five, "e")
    responses = dynamodb.batch_execute_statement(Statements=writes)["Responses"]
    assert [each.get("Error", {}).get("Code") for each in responses] == [
        "DuplicateItem",
        "ConditionalCheckFailed",
        None,
    ]
    assert responses[1]["Error"]["Item"] == item_of(dynamodb, five)
    assert responses[2]["Item"] == e
    with pytest.raises(ClientError, match="does not support both read and write operations in the same request"):
        dynamodb.batch_execute_statement(Statements=[reads[0], writes[0]])


def test_a_transaction_of_statements_is_done_whole_or_not_at_all(dynamodb: DynamoDBClient, five: str) -> None:
    insert: Any = {"Statement": f"INSERT INTO \"{five}\" VALUE {{'p': 'p', 's': ?}}", "Parameters": [{"S": "x"}]}
    again: Any = {**insert, "Parameters": [{"S": "a"}]}
    update: Any = {"Statement": f"UPDATE \"{five}\" SET n = 9 WHERE p='p' AND s='b'"}
    exists: Any = {"Statement": f"EXISTS(SELECT * FROM \"{five}\" WHERE p='p' AND s='c' AND only IS MISSING)"}
    delete: Any = {"Statement": f"DELETE FROM \"{five}\" WHERE p='p' AND s='d' AND n=7"}
    before = dynamodb.scan(TableName=five)["Items"]
    with pytest.raises(ClientError) as error:
        dynamodb.execute_transaction(TransactStatements=[insert, again, update, exists, delete])
    assert told(error)[0] == "TransactionCanceledException"
    response: Any = error.value.response
    assert [each["Code"] for each in response["CancellationReasons"]] == [
        *("None", "DuplicateItem", "None", "None"),
        "ConditionalCheckFailed",
    ]
    assert dynamodb.scan(TableName=five)["Items"] == before
    done = dynamodb.execute_transaction(TransactStatements=[insert, update, exists], ClientRequestToken="one")
    assert done["Responses"] == [{}, {}, {}]
    assert item_of(dynamodb, five, "b")["n"] == {"N": "9"}
    # With its token it is not done again, and nothing else is done under it.
    dynamodb.execute_transaction(TransactStatements=[insert, update, exists], ClientRequestToken="one")
    with pytest.raises(ClientError) as error:
        dynamodb.execute_transaction(TransactStatements=[update], ClientRequestToken="one")
    assert told(error)[0] == "IdempotentParameterMismatchException"


def test_a_transaction_reads_items_by_their_keys(dynamodb: DynamoDBClient, five: str) -> None:
    read: Any = {"Statement": f'SELECT n FROM "{five}" WHERE p=? AND s=?', "Parameters": [{"S": "p"}, {"S": "b"}]}
    nobody: Any = {"Statement": f"SELECT * FROM \"{five}\" WHERE p='p' AND s='none'"}
    responses = dynamodb.execute_transaction(TransactStatements=[read, nobody])["Responses"]
    assert responses == [{"Item": {"n": {"N": "1"}}}, {}]
    for statement, message in (
        (f"SELECT * FROM \"{five}\" WHERE p='p'", "must specify the primary key in the where clause"),
        (f"SELECT * FROM \"{five}\".\"ByG\" WHERE p='p' AND s='a'", "Reads on indices are not supported"),
        (f"DELETE FROM \"{five}\" WHERE p='p' AND s='a'", "does not support both read and write operations"),
    ):
        with pytest.raises(ClientError, match=message):
            dynamodb.execute_transaction(TransactStatements=[nobody, {"Statement": statement}])
    for statement, message in (
        (f"DELETE FROM \"{five}\" WHERE p='p' AND s='a' RETURNING ALL OLD *", "RETURNING is not supported"),
        (f"EXISTS(SELECT * FROM \"{five}\" WHERE p='p' AND s='a')", "with additional condition"),
        ("SELEC", "wasn't well formed"),
    ):
        with pytest.raises(ClientError, match=message):
            dynamodb.execute_transaction(TransactStatements=[{"Statement": statement}])


def test_a_stream_hears_of_what_statements_change(dynamodb: DynamoDBClient, table: str) -> None:
    execute(dynamodb, f"INSERT INTO \"{table}\" VALUE {{'p': 'p', 's': 'a'}}")
    execute(dynamodb, f"UPDATE \"{table}\" SET n=1 WHERE p='p' AND s='a'")
    execute(dynamodb, f"DELETE FROM \"{table}\" WHERE p='p' AND s='a'")
    execute(dynamodb, f"DELETE FROM \"{table}\" WHERE p='p' AND s='a'")
    streams = boto3.client("dynamodbstreams", REGION)
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert [each["eventName"] for each in records] == ["INSERT", "MODIFY", "REMOVE"]
