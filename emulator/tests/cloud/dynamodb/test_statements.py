"""Statements of PartiQL by an unmodified client: what they find and change.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import item_of, key, records
from emulator.tests.cloud.dynamodb.statements import execute, refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


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
        ("NOT (p='q' OR s > 'b')", [], "ab"),
        ("NOT (NOT (p='q' OR s='b'))", [], "bf"),
        ("NOT ((p='q' OR s='b') AND g='g')", [], "acde"),
        ("g='x' OR (s='a' OR s='b')", [], "ab"),
        ("((p='p') AND ((s='a' OR (s='b' AND g='g'))))", [], "ab"),
        ("p='p' AND (NOT s='a' OR n=0) AND (n < 2)", [], "ab"),
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
        ("attribute_exists(only) = true", [], "a"),
        ("contains(tags, 'a') = false", [], "bcdef"),
        ("only IS NOT MISSING AND only IS BOOL", [], ""),
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
    dynamodb: DynamoDBClient, six: str, condition: str, parameters: Any, found: str
) -> None:
    rows = execute(dynamodb, f'SELECT * FROM "{six}" WHERE {condition}', *parameters)
    assert "".join(sorted(row["s"]["S"] for row in rows["Items"])) == found


def test_a_statement_tells_what_is_at_its_paths(dynamodb: DynamoDBClient, six: str) -> None:
    where = "WHERE p='p' AND s='c'"
    assert execute(dynamodb, f'SELECT s, n FROM "{six}" {where}')["Items"] == [{"s": {"S": "c"}, "n": {"N": "2"}}]
    assert execute(dynamodb, f'SELECT m.x, no FROM "{six}" {where}')["Items"] == [{"x": {"S": "c"}}]
    assert execute(dynamodb, f'SELECT s, m.l[1] FROM "{six}" {where}')["Items"] == [{"s": {"S": "c"}, "_2": {"N": "2"}}]
    comments = f'select * -- all of it\nfrom "{six}" /* here */ {where};'
    assert execute(dynamodb, comments)["Items"] == [item_of(dynamodb, six, "c")]


def test_an_index_is_read_in_its_order(dynamodb: DynamoDBClient, six: str) -> None:
    found = execute(dynamodb, f"SELECT s FROM \"{six}\".\"ByG\" WHERE g='g' AND s < 'e' ORDER BY s DESC")["Items"]
    assert [each["s"]["S"] for each in found] == ["d", "c", "b", "a"]
    found = execute(dynamodb, f'SELECT * FROM "{six}"."ByG" WHERE g=\'g\' ORDER BY g, s ASC')["Items"]
    assert [sorted(each) for each in found] == [["g", "p", "s"]] * 6
    assert refusal(dynamodb, f'SELECT * FROM "{six}"."ByX"') == (
        "ValidationException",
        "The table does not have the specified index",
    )
    assert execute(dynamodb, f"SELECT s, g FROM \"{six}\".\"ByG\" WHERE g='g' AND s='a'")["Items"] == [
        {"s": {"S": "a"}, "g": {"S": "g"}}
    ]
    assert execute(dynamodb, f'SELECT m.l[1] FROM "{six}"."ByN" WHERE p=\'p\' AND n=1')["Items"] == [{"_1": {"N": "1"}}]
    assert refusal(dynamodb, f'SELECT m.x, s, n FROM "{six}"."ByG"')[1] == (
        "One or more parameter values were invalid: Global secondary index ByG does not project [m, n]"
    )
    strongly = refusal(dynamodb, f'SELECT * FROM "{six}"."ByG"', ConsistentRead=True)
    assert strongly[1] == "Strongly consistent read is not supported on Global Secondary Indexes"


def test_pages_are_as_long_as_their_limit(dynamodb: DynamoDBClient, six: str) -> None:
    statement = f'SELECT s FROM "{six}" WHERE p = ?'
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


def test_a_statement_updates_an_item_that_is_there(dynamodb: DynamoDBClient, six: str) -> None:
    where = "WHERE p='p' AND s='a'"
    changed: Any = {"word": {"S": "it's"}, "x": {"N": "-2.5"}, "y": {"BOOL": True}, "z": {"NULL": True}}
    before = item_of(dynamodb, six)
    update = f"UPDATE \"{six}\" SET word='it''s', x=-2.5, y=true SET z = null, q=? REMOVE only, m.l[0] {where};"
    assert execute(dynamodb, update, {"S": "q"})["Items"] == []
    after = {**before, **changed, "q": {"S": "q"}, "m": {"M": {"x": {"S": "a"}, "l": {"L": [{"N": "0"}]}}}}
    del after["only"]
    assert item_of(dynamodb, six) == after
    update = f'UPDATE "{six}" SET n = n + 10 SET m.l = list_append(m.l, [?]) SET x = x - 1 {where} AND n = 0'
    execute(dynamodb, update, {"S": "end"})
    item = item_of(dynamodb, six)
    assert (item["n"], item["x"], item["m"]["M"]["l"]) == (
        {"N": "10"},
        {"N": "-3.5"},
        {"L": [{"N": "0"}, {"S": "end"}]},
    )
    assert refusal(dynamodb, update, {"S": "end"})[0] == "ConditionalCheckFailedException"
    execute(dynamodb, f"UPDATE \"{six}\" SET tags = set_add(tags, <<'u'>>) {where}")
    execute(dynamodb, f'UPDATE "{six}" SET tags = SET_DELETE(tags, ?) {where}', {"SS": ["t"]})
    assert sorted(item_of(dynamodb, six)["tags"]["SS"]) == ["a", "u"]
    execute(dynamodb, f'UPDATE "{six}" SET x=7 {where} AND (n = 10 OR n = 11)')
    assert (
        refusal(dynamodb, f'UPDATE "{six}" SET x=8 {where} AND (x=9 OR x=10)')[0] == "ConditionalCheckFailedException"
    )
    assert item_of(dynamodb, six)["x"] == {"N": "7"}
    other_order = f'FROM "{six}" {where} AND x=7 SET x = ? REMOVE y RETURNING MODIFIED NEW *'
    assert execute(dynamodb, other_order, {"N": "8"})["Items"] == [{"x": {"N": "8"}}]
    assert refusal(dynamodb, other_order, {"N": "8"})[0] == "ConditionalCheckFailedException"
    nobody = refusal(dynamodb, f"UPDATE \"{six}\" SET x = 'x' WHERE p='p' AND s='nobody'")
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
    dynamodb: DynamoDBClient, six: str, update: str, returning: str, items: Any
) -> None:
    statement = f"UPDATE \"{six}\" {update} WHERE p='p' AND s='b' RETURNING {returning} *"
    assert execute(dynamodb, statement)["Items"] == items


def test_a_statement_deletes_one_item(dynamodb: DynamoDBClient, six: str) -> None:
    delete = f'DELETE FROM "{six}" WHERE p=? AND s=?'
    a = item_of(dynamodb, six)
    parameters: Any = ({"S": "p"}, {"S": "a"})
    assert refusal(dynamodb, f"{delete} AND n=1", *parameters)[0] == "ConditionalCheckFailedException"
    old = refusal_with_item(dynamodb, f"{delete} AND n=1", parameters)
    assert old == a
    assert execute(dynamodb, f"{delete} AND n=0 RETURNING ALL OLD *", *parameters)["Items"] == [a]
    assert execute(dynamodb, f"{delete} RETURNING ALL OLD *", *parameters)["Items"] == []
    assert execute(dynamodb, f"{delete} AND n=0", *parameters)["Items"] == []
    assert execute(dynamodb, f"{delete} AND (n=0 OR n=1)", *parameters)["Items"] == []
    assert execute(dynamodb, f"DELETE FROM \"{six}\" WHERE s='b' AND p='p'")["Items"] == []
    assert item_of(dynamodb, six, "b") is None


def refusal_with_item(dynamodb: DynamoDBClient, statement: str, parameters: Any) -> Any:
    with pytest.raises(ClientError) as error:
        execute(dynamodb, statement, *parameters, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    response: Any = error.value.response
    return response["Item"]


def test_capacity_of_a_statement_is_told_where_it_is_asked_for(dynamodb: DynamoDBClient, six: str) -> None:
    statement = f"SELECT * FROM \"{six}\" WHERE p='p'"
    told_of = {"TableName": six, "CapacityUnits": 0.5}
    assert execute(dynamodb, statement, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"] == told_of
    assert "ConsumedCapacity" not in execute(dynamodb, statement)
    batch: Any = [{"Statement": f"UPDATE \"{six}\" SET x=1 WHERE p='p' AND s='{name}'"} for name in "ab"]
    consumed = dynamodb.batch_execute_statement(Statements=batch, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert [each["TableName"] for each in consumed] == [six, six]


def test_a_stream_hears_of_what_statements_change(dynamodb: DynamoDBClient, table: str) -> None:
    execute(dynamodb, f"INSERT INTO \"{table}\" VALUE {{'p': 'p', 's': 'a'}}")
    execute(dynamodb, f"UPDATE \"{table}\" SET n=1 WHERE p='p' AND s='a'")
    execute(dynamodb, f"DELETE FROM \"{table}\" WHERE p='p' AND s='a'")
    execute(dynamodb, f"DELETE FROM \"{table}\" WHERE p='p' AND s='a'")
    assert [each["eventName"] for each in records(table)] == ["INSERT", "MODIFY", "REMOVE"]
