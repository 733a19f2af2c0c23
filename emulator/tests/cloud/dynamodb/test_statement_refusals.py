"""Statements of PartiQL that are refused, in DynamoDB's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator.tests.cloud.dynamodb.statements import refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
_MALFORMED = "Statement wasn't well formed, can't be processed: "


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
        ("UPDATE {t} m SET n=1 WHERE p='p' AND s='a'", "Aliasing is not supported"),
        ("DELETE FROM {t} m WHERE p='p' AND s='a'", "Aliasing is not supported"),
        ("INSERT INTO {t} m VALUE {{'p': 'p', 's': 's'}}", f"{_MALFORMED}Unexpected token after expression"),
        ("DELETE FROM {t} WHERE p='p' AND s='a' ORDER BY s", f"{_MALFORMED}Unexpected token after expression"),
        ("SELECT * FROM {t} WHERE p='p')", f"{_MALFORMED}Unexpected token after expression"),
        ("FROM {t} SET n=1", _NO_KEY),
        ("SELECT * FROM {t} WHERE p='p' # all", _MALFORMED),
        ("SELECT * FROM {t} WHERE n=1e2147483648", _MALFORMED),
        (
            "SELECT * FROM {t} WHERE n=1e126",
            "Number overflow. Attempting to store a number with magnitude larger than su",
        ),
        (
            "INSERT INTO {t} VALUE {{'p': 'p', 'm': {{'x': [1, 1e-131]}}}}",
            "smaller than supported range under root.x[1]",
        ),
        (
            "SELECT * FROM {t} WHERE n < true",
            "Incorrect operand type for operator or function; operator or function: <",
        ),
        (
            "SELECT * FROM {t} WHERE attribute_exists('n')",
            "Operator or function requires a document path; operator or fu",
        ),
        ("SELECT * FROM {t} WHERE attribute_exists(n, m)", "function: attribute_exists, number of operands: 2"),
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
def test_what_is_no_statement_is_refused(dynamodb: DynamoDBClient, six: str, statement: str, message: str) -> None:
    before = dynamodb.scan(TableName=six)["Items"]
    code, found = refusal(dynamodb, statement.format(t=f'"{six}"'), *([{"S": "p"}] if "?" in statement else []))
    assert (code, message in found) == ("ValidationException", True), found
    assert dynamodb.scan(TableName=six)["Items"] == before


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
    dynamodb: DynamoDBClient, six: str, statement: str, count: int
) -> None:
    parameters: Any = [{"S": "p"}] * count
    assert refusal(dynamodb, statement.format(t=f'"{six}"'), *parameters) == (
        "ValidationException",
        "Number of parameters in request and statement don't match.",
    )


def test_a_table_that_is_not_there_is_named_so(dynamodb: DynamoDBClient) -> None:
    for statement in ("SELECT * FROM nowhere", "DELETE FROM nowhere WHERE p='p'", "INSERT INTO nowhere VALUE {'p': 1}"):
        assert refusal(dynamodb, statement)[0] == "ResourceNotFoundException"
